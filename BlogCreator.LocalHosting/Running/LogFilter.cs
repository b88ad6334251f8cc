using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlogCreator.LocalHosting;

/// <summary>Tells which lines of a stream are worth showing: warnings and errors, with the lines that belong to them.</summary>
internal sealed partial class LogFilter
{
    private static readonly HashSet<string> LoudLevels =
        new(["warn", "warning", "fail", "error", "crit", "critical", "fatal"], StringComparer.OrdinalIgnoreCase);

    private bool isShown = true;

    /// <summary>The line as it is to be shown, or null.</summary>
    public string? Shown(string line)
    {
        if (line.StartsWith('{') && TryReadJson(line, out var level, out var message))
        {
            isShown = LoudLevels.Contains(level);
            return isShown ? $"{level}: {message}" : null;
        }

        if (Level().Match(line) is { Success: true } match)
        {
            isShown = LoudLevels.Contains(match.Groups["level"].Value);
        }
        else if (!line.StartsWith(' '))
        {
            // Not written by a logger: an unhandled exception, or a word for the person who started the app.
            isShown = line.Length > 0;
        }

        return isShown ? line : null;
    }

    /// <summary>A line as it may reach a terminal: what a document says must not move the cursor.</summary>
    public static string Plain(string line)
    {
        if (!line.Any(char.IsControl))
        {
            return line;
        }

        var text = new StringBuilder(line.Length);
        foreach (var letter in line)
        {
            text.Append(letter == '\t' ? ' ' : char.IsControl(letter) ? '?' : letter);
        }

        return text.ToString();
    }

    // .NET's simple formatter, with or without the time before it.
    [GeneratedRegex(@"^(?:[\d:.TZ/+-]+ ){0,2}(?<level>trce|dbug|info|warn|fail|crit): ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Level();

    // The names of .NET's own JSON formatter, and those of the Elastic Common Schema.
    private static bool TryReadJson(string line, out string level, out string message)
    {
        (level, message) = ("", "");
        try
        {
            using var json = JsonDocument.Parse(line);
            level = Text(json.RootElement, "log.level", "LogLevel");
            message = Text(json.RootElement, "message", "Message");
            return level.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Text(JsonElement log, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (log.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
            {
                return value.GetString() ?? "";
            }
        }

        return "";
    }
}
