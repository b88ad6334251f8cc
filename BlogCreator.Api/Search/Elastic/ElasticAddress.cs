using System.Net.Http.Headers;
using System.Text;

namespace BlogCreator.Api.Search.Elastic;

/// <summary>Where Elasticsearch is and how it knows us.</summary>
/// <param name="Base">Without user and password, so that no log and no trace can hold them; ends in a slash.</param>
internal sealed record ElasticAddress(Uri Base, AuthenticationHeaderValue? Authorization)
{
    private const string Setting = "ConnectionStrings__elasticsearch";

    /// <param name="connection"><c>http(s)://user:password@host:port</c>.</param>
    public static ElasticAddress? Read(string? connection, string? apiKey, out string? problem)
    {
        problem = null;
        if (!Uri.TryCreate(connection?.Trim(), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
        {
            problem = $"{Setting} is no address. It begins with http:// or https://, for example https://user:password@search:9200.";
        }
        else if (address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            problem = $"{Setting} holds a '?' or a '#'. Write them as %3F and %23 where they are part of the password.";
        }
        else if (address.UserInfo.Length > 0 && !address.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            problem = $"{Setting} has a user without a password.";
        }
        else if (address.UserInfo.Length > 0 && !string.IsNullOrWhiteSpace(apiKey))
        {
            problem = $"Search__ApiKey is set, and {Setting} has a user and a password. Use one of the two.";
        }
        else if (apiKey is { } key && !string.IsNullOrWhiteSpace(key) && !key.Trim().All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '/' or '=' or '-' or '_'))
        {
            problem = "Search__ApiKey is not an encoded key: those are letters, digits, '+', '/', '-', '_' and '='.";
        }

        if (problem is not null)
        {
            return null;
        }

        var plain = new UriBuilder(address!) { UserName = "", Password = "" }.Uri;
        return new ElasticAddress(
            plain.AbsolutePath.EndsWith('/') ? plain : new Uri(plain + "/"),
            string.IsNullOrWhiteSpace(apiKey) ? Basic(address!.UserInfo) : new AuthenticationHeaderValue("ApiKey", apiKey.Trim()));
    }

    private static AuthenticationHeaderValue? Basic(string userInfo)
    {
        if (userInfo.Length == 0)
        {
            return null;
        }

        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        var credentials = $"{Uri.UnescapeDataString(userInfo[..colon])}:{Uri.UnescapeDataString(userInfo[(colon + 1)..])}";
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
    }
}
