using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlogCreator.LocalHosting;

/// <summary>Knows what must not be seen by chance: on the dashboard, in a picture of it, or in a log that is sent to somebody.</summary>
internal sealed partial class Secrets
{
    public const string Mask = "••••••";

    // A shorter one is found in half of all words, and would make every log unreadable.
    private const int ShortestKnown = 5;

    private readonly Lock gate = new();
    private volatile IReadOnlyList<string> known = [];

    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    /// <summary>From now on this value is masked wherever it appears, also in the spellings of addresses and of JSON.</summary>
    public void Learn(string? value)
    {
        if (value is not { Length: >= ShortestKnown })
        {
            return;
        }

        lock (gate)
        {
            // The longest first, so that no rest of it is left standing.
            known = [.. known.Append(value)
                .Append(Uri.EscapeDataString(value))
                .Append(JavaScriptEncoder.Default.Encode(value))
                .Append(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString())
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(secret => secret.Length)];
        }
    }

    /// <summary>Learns the passwords that stand in a connection string or an address.</summary>
    public void LearnFrom(string text)
    {
        foreach (Match match in Password().Matches(text))
        {
            Learn(match.Groups["secret"].Value.Trim('"', '\''));
        }
    }

    /// <summary>A value of the configuration as it may be shown: whole, in part or not at all.</summary>
    public string Shown(string name, string value, bool isSecret) =>
        value.Length == 0 ? value : isSecret || IsSecretName(name) ? Mask : Redacted(Password().Replace(value, match =>
            string.Concat(match.Value.AsSpan(0, match.Groups["secret"].Index - match.Index), Mask, match.Value.AsSpan(match.Groups["secret"].Index - match.Index + match.Groups["secret"].Length))));

    public string Redacted(string text)
    {
        foreach (var secret in known)
        {
            if (text.Contains(secret, StringComparison.Ordinal))
            {
                text = text.Replace(secret, Mask, StringComparison.Ordinal);
            }
        }

        return text;
    }

    // The headers of a collector are where its key is.
    [GeneratedRegex("key|password|passwd|pwd|token|secret|credential|OTLP_HEADERS", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();

    [GeneratedRegex(
        """(?<![a-z])(password|pwd|user ?secret|account ?key|access ?key|api[-_ ]?key|token|secret)\s*=\s*(?<secret>"[^"]*"|'[^']*'|[^;,&\s]+)|://[^/@\s:]*:(?<secret>[^@\s/]+)@""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Password();
}
