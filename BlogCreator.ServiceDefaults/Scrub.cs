using System.Text.RegularExpressions;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Takes out of a text what must never be kept: passwords, keys, tokens, cookies and e-mail addresses. The patterns run in
/// time that grows with the text alone, whoever wrote it. The last wall, not the first: what is written into a log is
/// chosen where it is written.
/// </summary>
internal static partial class Scrub
{
    public const string Removed = "[removed]";

    private static readonly string[] SecretNames =
        ["authorization", "cookie", "password", "passwd", "passphrase", "pwd", "secret", "token", "apikey", "api_key", "api-key", "credential", "connectionstring", "dsn", "email", "e-mail"];

    private static readonly Regex Found = Pattern();

    /// <summary>By the name of a value. A number, an id or a flag of such a name is none: <c>OutputTokens</c> is a count.</summary>
    public static bool IsSecret(string name, object? value) =>
        value is string or not (IFormattable or bool) &&
        (Array.Exists(SecretNames, secret => name.Contains(secret, StringComparison.OrdinalIgnoreCase)) || name.EndsWith("key", StringComparison.OrdinalIgnoreCase));

    public static string Text(string text) => Found.Replace(text, static found =>
        found.Groups["name"] is { Success: true } name ? name.Value + Removed
        : found.Groups["scheme"] is { Success: true } scheme ? scheme.Value + Removed + "@"
        : Removed);

    /// <summary>
    /// In this order: cookies; the value of a name that means a secret, in a query, a header, JSON or a connection string; what a
    /// header of authorization holds; user and password in an address; keys of ours and of well-known providers; signed
    /// tokens; e-mail addresses.
    /// </summary>
    [GeneratedRegex(
        """
        (?<name>\b(set-)?cookie["']?[ ]?:[ ]?)[^\r\n]+
        |(?<name>\b[a-z0-9_-]{0,40}(password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|cookie|authorization|credentials?)[a-z0-9_-]{0,20}[\\]?["']?[ ]?[=:][ ]?((bearer|basic|digest|token)[ ]+)?)([\\]?"([^"\\\r\n]|\\.)*"?|'[^'\r\n]*'?|[^\s"',;&\]})<>]+)
        |(?<name>[?&](key|code|sig|signature)=)[^\s&"'#]+
        |(?<name>\b(bearer|basic)[ ]+)[a-z0-9+/=._~-]{8,}
        |(?<scheme>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@"'<>]{1,200}@
        |\bbc_[a-z]+_[a-z0-9_-]+
        |\b(sk|pk|rk)-[a-z0-9_-]{16,}
        |\b(AKIA|ASIA)[A-Z0-9]{16}\b
        |\b(ghp|gho|ghs|glpat|xox[abp])[-_][a-z0-9_-]{16,}
        |\beyJ[a-z0-9_-]{8,}\.[a-z0-9_-]{8,}(\.[a-z0-9_-]*)?
        |\bCfDJ8[a-z0-9_-]{20,}
        |[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+
        """,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
