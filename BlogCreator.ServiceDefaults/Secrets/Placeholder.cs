using System.Data.Common;
using System.Text.RegularExpressions;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>
/// <c>{secret:NAME}</c> in the value of a setting, or <c>{secret:NAME:uri}</c> where it stands in an address. What the secret
/// holds becomes one value and nothing more: it is quoted as its surroundings want it, or refused where they have no quotes.
/// </summary>
internal static partial class Placeholder
{
    private const string Sign = "{secret";

    public static bool IsIn(string? text) => text?.Contains(Sign, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The names in a text; null when one of its placeholders is none.</summary>
    public static IReadOnlyList<string>? Names(string text)
    {
        var found = Form().Matches(text);
        var signs = 0;
        for (var at = text.IndexOf(Sign, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(Sign, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            signs++;
        }

        return found.Count == signs ? [.. found.Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)] : null;
    }

    /// <param name="key">The setting, like <c>ConnectionStrings:blogdb</c>.</param>
    /// <param name="problem">Why the secret cannot stand there; names it and does not show it.</param>
    public static string? Fill(string key, string text, IReadOnlyDictionary<string, string> secrets, out string? problem)
    {
        string? wrong = null;
        var kind = KindOf(key, text);
        var filled = Form().Replace(text, match =>
        {
            var name = match.Groups["name"].Value;
            var encoded = match.Groups["uri"].Success;
            var value = encoded ? Uri.EscapeDataString(secrets[name]) : secrets[name];
            switch (kind)
            {
                case Kind.Address when !encoded && Uri.EscapeDataString(value) != value:
                    wrong ??= $"the secret {name} has characters that mean something in an address: write {{secret:{name}:uri}}";
                    return "";
                case Kind.Redis when value.Contains(',', StringComparison.Ordinal) || value.Trim() != value:
                    wrong ??= $"the secret {name} has a comma or begins or ends with a space, which a connection string of Redis cannot hold: choose another";
                    return "";
                case Kind.Pairs:
                    var quoted = Quote(value);
                    if (quoted == value || StandsAlone(text, match))
                    {
                        return quoted;
                    }

                    wrong ??= $"the secret {name} has a character that means something in a connection string (such as a semicolon or a quote) and stands inside of a value: let {match.Value} be all of the value, without quotes";
                    return "";
                default:
                    return value;
            }
        });
        problem = wrong;
        return wrong is null ? filled : null;
    }

    private static Kind KindOf(string key, string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return Kind.Address;
        }

        if (!key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase))
        {
            return Kind.Plain;
        }

        // "host:6379,password=..." against "Host=a,b;Password=...".
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? Kind.Plain
            : text[..equals].Contains(',', StringComparison.Ordinal) || key.EndsWith(":redis", StringComparison.OrdinalIgnoreCase) ? Kind.Redis
            : Kind.Pairs;
    }

    /// <summary>By the rules of the class that all readers of such strings are made of.</summary>
    private static string Quote(string value) =>
        value.Length == 0 ? value : new DbConnectionStringBuilder { ["x"] = value }.ConnectionString["x=".Length..];

    private static bool StandsAlone(string text, Match match)
    {
        var before = text[..match.Index].TrimEnd();
        var after = text[(match.Index + match.Length)..].TrimStart();
        return before.EndsWith('=') && (after.Length == 0 || after[0] == ';');
    }

    [GeneratedRegex(@"\{secret:(?<name>[A-Za-z0-9][A-Za-z0-9._-]{0,127})(?<uri>:uri)?\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    private enum Kind
    {
        Plain,
        Pairs,
        Redis,
        Address,
    }
}
