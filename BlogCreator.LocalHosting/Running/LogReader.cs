using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace BlogCreator.LocalHosting;

/// <summary>Understands the lines of one stream of a service: JSON of known names, lines of .NET's console, or just words.</summary>
/// <param name="isServer">A database server writes everything to one stream, and what it does not call an error is none. Most of
/// its errors are its clients', who tell of them themselves.</param>
internal sealed partial class LogReader(TimeProvider clock, bool isErrorStream, bool isServer = false)
{
    // The service's own name and version are the same on every line.
    private static readonly HashSet<string> Unsaid = new(StringComparer.Ordinal)
    {
        "@timestamp", "Timestamp", "log.level", "LogLevel", "message", "Message", "log.logger", "Category", "trace.id", "TraceId",
        "error.stack_trace", "Exception", "ecs.version", "service.name", "service.version", "service.environment", "process.pid",
        "service.node.name", "host.name", "process.thread.id", "transaction.id", "event.dataset", "log.origin.function", "timestamp", "level", "module", "function", "exception",
    };

    private LogSeverity severity = isErrorStream && !isServer ? LogSeverity.Error : LogSeverity.Info;
    private bool isLoud = true;

    /// <summary>Never fails: a service whose output is not read would stand still.</summary>
    public LogEntry Read(string line)
    {
        try
        {
            if (line.Contains('\e', StringComparison.Ordinal))
            {
                line = Colour().Replace(line, "");
            }

            return line.StartsWith('{') && ReadJson(line) is { } structured ? structured : ReadText(line);
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException or ArgumentException or RegexMatchTimeoutException)
        {
            // What looked like JSON is none, or its text is not Unicode.
            return new LogEntry(clock.GetUtcNow(), severity, line) { IsLoud = true };
        }
    }

    private LogEntry ReadText(string line)
    {
        var category = "";
        if (Level().Match(line) is { Success: true } match)
        {
            severity = LogEntry.SeverityOf(match.Groups["level"].Value) ?? LogSeverity.Info;
            isLoud = severity >= (isServer ? LogSeverity.Fatal : LogSeverity.Warn);
            category = match.Groups["category"].Value;
        }
        else if (!line.StartsWith(' '))
        {
            // Not written by a logger: an unhandled exception, or a word for the person who started the app.
            severity = isErrorStream && !isServer ? LogSeverity.Error : LogSeverity.Info;
            isLoud = line.Length > 0 && !isServer;
        }

        return new LogEntry(clock.GetUtcNow(), severity, line) { Category = category, IsLoud = isLoud };
    }

    private LogEntry? ReadJson(string line)
    {
        using var json = JsonDocument.Parse(line);
        var log = json.RootElement;
        if (LogEntry.SeverityOf(Text(log, "log.level", "LogLevel")) is not { } level)
        {
            return null;
        }

        (severity, isLoud) = (level, level >= LogSeverity.Warn);
        var time = DateTimeOffset.TryParse(
            Text(log, "@timestamp", "Timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var told) ? told : clock.GetUtcNow();
        return new LogEntry(time, level, Text(log, "message", "Message"))
        {
            Category = Text(log, "log.logger", "Category"),
            TraceId = Text(log, "trace.id", "TraceId"),
            Exception = Text(log, "error.stack_trace", "Exception"),
            Fields = [.. log.EnumerateObject().Where(field => !Unsaid.Contains(field.Name))
                .Select(field => new KeyValuePair<string, string>(field.Name, field.Value.ToString()))],
            IsLoud = isLoud,
            IsStructured = true,
        };
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

    // .NET's simple formatter, with or without the time before it, and PostgreSQL's words.
    [GeneratedRegex(
        @"^(?:[\d:.TZ/+-]+ ){0,2}(?<level>trce|dbug|info|warn|fail|crit): (?<category>[\w.]+(?=\[\d+\]))?|^(?<level>LOG|NOTICE|WARNING|ERROR|FATAL|PANIC):  ",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Level();

    [GeneratedRegex(@"\e\[[\d;]*m", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Colour();
}
