using System.Diagnostics.CodeAnalysis;

namespace BlogCreator.ServiceDefaults.Errors;

/// <summary>Where errors are sent to, as Sentry and GlitchTip give it: <c>https://KEY@HOST/PROJECT</c>, a DSN.</summary>
/// <param name="Envelopes">Where the server takes envelopes.</param>
/// <param name="Key">By which it knows the project.</param>
public sealed record SentryAddress(Uri Envelopes, string Key)
{
    public static bool TryParse(string dsn, [NotNullWhen(true)] out SentryAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(dsn, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            return false;
        }

        var key = uri.UserInfo.Split(':')[0];
        var project = uri.Segments[^1];
        if (key.Length == 0 || !key.All(char.IsAsciiLetterOrDigit) || project.Length == 0 || !project.All(char.IsAsciiDigit))
        {
            return false;
        }

        var folder = string.Concat(uri.Segments[..^1]);
        address = new(new Uri($"{uri.Scheme}://{uri.Authority}{folder}api/{project}/envelope/"), key);
        return true;
    }

    /// <summary>Without the key, which nobody should read in a log.</summary>
    public override string ToString() => Envelopes.Host;
}

/// <summary>The project that this service reports to, and as which release; not there where nothing is reported.</summary>
public sealed record SentryProject(SentryAddress Address, string Release, string Environment);
