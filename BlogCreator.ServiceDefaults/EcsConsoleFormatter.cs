using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// One JSON object a line, with the field names of the Elastic Common Schema. The default encoder of
/// <see cref="Utf8JsonWriter"/> escapes whatever is not plain ASCII, so no text that a stranger got into a message can break
/// the line, colour a terminal or pass for an entry of its own.
/// </summary>
internal sealed class EcsConsoleFormatter(ServiceIdentity service, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "ecs";

    private const string SchemaVersion = "9.4.0";
    private const string OriginalFormat = "{OriginalFormat}";

    // Elasticsearch ignores longer keywords; a whole line longer than what shippers take would be cut into two broken ones.
    private const int LongestLabel = 1024;
    private const int LongestText = 32 * 1024;

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("@timestamp", clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture));
            json.WriteString("log.level", Level(logEntry.LogLevel));
            json.WriteString("message", Cut(logEntry.Formatter(logEntry.State, logEntry.Exception), LongestText));
            json.WriteString("ecs.version", SchemaVersion);
            json.WriteString("log.logger", logEntry.Category);
            json.WriteString("service.name", service.Name);
            json.WriteString("service.version", service.Version);
            json.WriteString("service.environment", service.Environment);
            json.WriteNumber("process.pid", Environment.ProcessId);
            if (logEntry.EventId.Name is { Length: > 0 } action)
            {
                json.WriteString("event.action", action);
            }

            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                json.WriteString("trace.id", activity.TraceId.ToString());
                json.WriteString("span.id", activity.SpanId.ToString());
            }

            if (logEntry.Exception is { } exception)
            {
                json.WriteString("error.type", exception.GetType().FullName);
                json.WriteString("error.message", Cut(exception.Message, LongestText));
                json.WriteString("error.stack_trace", Cut(exception.ToString(), LongestText));
            }

            foreach (var (name, value) in Fields(logEntry.State, scopeProvider))
            {
                json.WriteString(name, Cut(value, LongestLabel));
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>What the message was made of, then what its scopes say; the nearest value of a name wins.</summary>
    private static Dictionary<string, string> Fields<TState>(TState state, IExternalScopeProvider? scopes)
    {
        var fields = new Dictionary<string, string>();
        Add(state, fields);
        // Scopes come from the outermost to the innermost, so the outer ones are added last.
        var stack = new Stack<object?>();
        scopes?.ForEachScope(static (scope, stack) => stack.Push(scope), stack);
        foreach (var scope in stack)
        {
            Add(scope, fields);
        }

        return fields;
    }

    private static void Add(object? values, Dictionary<string, string> fields)
    {
        if (values is not IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            return;
        }

        foreach (var (key, value) in pairs)
        {
            if (value is not null && FieldName(key) is { } name)
            {
                fields.TryAdd(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            }
        }
    }

    /// <summary>Null for what the line says elsewhere.</summary>
    private static string? FieldName(string key) => key switch
    {
        OriginalFormat or "TraceId" or "SpanId" or "ParentId" or "ConnectionId" => null,
        "RequestId" => "http.request.id",
        "RequestPath" => "url.path",
        _ => "labels." + string.Concat(key.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')),
    };

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => "none",
    };

    private static string Cut(string? text, int length) => text switch
    {
        null => "",
        _ when text.Length <= length => text,
        // Not between the halves of a surrogate pair.
        _ => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…",
    };
}
