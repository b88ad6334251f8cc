using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// One JSON object a line, with the field names of the Elastic Common Schema and those of the production plan beside them.
/// The default encoder of <see cref="Utf8JsonWriter"/> escapes whatever is not plain ASCII, so no text that a stranger got
/// into a message can break the line, colour a terminal or pass for an entry of its own; <see cref="Scrub"/> takes secrets
/// and addresses out of it.
/// </summary>
internal sealed class EcsLine(ServiceIdentity service, TimeProvider clock, IHttpContextAccessor? requests = null)
{
    public const string FormatterName = "ecs";
    public const string SchemaVersion = "9.4.0";

    private const string OriginalFormat = "{OriginalFormat}";

    // Elasticsearch ignores longer keywords; a whole line longer than what shippers take would be cut into two broken ones.
    private const int LongestLabel = 1024;
    private const int LongestText = 32 * 1024;
    private const int MostLabels = 50;
    private const int BufferKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    public byte[] Of<TState>(
        LogLevel level, string category, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter, IExternalScopeProvider? scopes)
    {
        // Taken out while it is used: making the message may log something itself.
        var written = buffer ?? new ArrayBufferWriter<byte>(2048);
        buffer = null;
        written.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(written))
        {
            Write(json, level, category, eventId, state, exception, formatter(state, exception), scopes);
        }

        written.GetSpan(1)[0] = (byte)'\n';
        written.Advance(1);
        var line = written.WrittenSpan.ToArray();
        if (written.Capacity <= BufferKept)
        {
            buffer = written;
        }

        return line;
    }

    private void Write<TState>(
        Utf8JsonWriter json, LogLevel level, string category, EventId eventId, TState state, Exception? exception, string message, IExternalScopeProvider? scopes)
    {
        var time = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        json.WriteStartObject();
        json.WriteString("@timestamp", time);
        json.WriteString("log.level", Name(level));
        json.WriteString("message", Text(message, LongestText));
        json.WriteString("ecs.version", SchemaVersion);
        json.WriteString("log.logger", category);
        json.WriteString("service.name", service.Name);
        json.WriteString("service.version", service.Version);
        json.WriteString("service.environment", service.Environment);
        json.WriteString("service.node.name", service.Node);
        // In a container that is the container's; what knows its host is the shipper.
        json.WriteString("host.name", service.Node);
        json.WriteNumber("process.pid", Environment.ProcessId);
        json.WriteNumber("process.thread.id", Environment.CurrentManagedThreadId);
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            json.WriteString("trace.id", activity.TraceId.ToString());
            json.WriteString("span.id", activity.SpanId.ToString());
            json.WriteString("transaction.id", Entry(activity).SpanId.ToString());
        }

        var security = state as SecurityEntry;
        var fields = Fields(state, scopes);
        AddRequest(fields, withAnswer: security is null);
        var function = eventId.Name;
        json.WriteString("event.dataset", security is null ? service.Dataset : SecurityEntry.Dataset);
        if (security is not null)
        {
            security.WriteLists(json);
        }
        else
        {
            if (function is { Length: > 0 })
            {
                // The method that [LoggerMessage] made: LogGaveUp tells of what was given up.
                json.WriteString("event.action", function.StartsWith("Log", StringComparison.Ordinal) && function.Length > 3 ? function[3..] : function);
            }

            if (CategoryOf(category, fields) is { } kind)
            {
                json.WriteStartArray("event.category");
                json.WriteStringValue(kind);
                json.WriteEndArray();
            }

            if (exception is not null)
            {
                json.WriteString("event.outcome", "failure");
            }
        }

        foreach (var (name, value) in fields)
        {
            if (value is int number)
            {
                json.WriteNumber(name, number);
            }
            else
            {
                json.WriteString(name, (string)value);
            }
        }

        // The names of the production plan, for whoever reads the lines without Logstash.
        json.WriteString("timestamp", time);
        json.WriteString("level", Name(level));
        json.WriteString("module", category);
        if (function is { Length: > 0 })
        {
            json.WriteString("log.origin.function", function);
            json.WriteString("function", function);
        }

        if (exception is not null)
        {
            var stack = Text(exception.ToString(), LongestText);
            json.WriteString("error.type", exception.GetType().FullName);
            json.WriteString("error.message", Text(exception.Message, LongestText));
            json.WriteString("error.stack_trace", stack);
            // Its first line; the whole is beside it.
            json.WriteString("exception", Text(stack.Split('\n', 2)[0].TrimEnd('\r'), LongestLabel));
        }

        json.WriteEndObject();
    }

    /// <summary>What the message was made of, then what its scopes say; the nearest value of a name wins.</summary>
    private static Dictionary<string, object> Fields<TState>(TState state, IExternalScopeProvider? scopes)
    {
        var fields = new Dictionary<string, object>(StringComparer.Ordinal);
        if (state is SecurityEntry security)
        {
            foreach (var (name, value) in security)
            {
                fields.Add(name, Text((string?)value, LongestLabel));
            }
        }
        else
        {
            Add(state, fields);
        }

        // Scopes come from the outermost to the innermost, so the outer ones are added last.
        var stack = new Stack<object?>();
        scopes?.ForEachScope(static (scope, stack) => stack.Push(scope), stack);
        foreach (var scope in stack)
        {
            Add(scope, fields);
        }

        return fields;
    }

    private static void Add(object? values, Dictionary<string, object> fields)
    {
        if (values is not IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            return;
        }

        foreach (var (key, value) in pairs)
        {
            if (value is not null && fields.Count < MostLabels && FieldName(key) is { } name)
            {
                fields.TryAdd(name, Scrub.IsSecret(key, value)
                    ? Scrub.Removed
                    : Text(Convert.ToString(value, CultureInfo.InvariantCulture), LongestLabel));
            }
        }
    }

    /// <summary>Which request the line was written for. Work that outlives its request does not know it any more.</summary>
    private void AddRequest(Dictionary<string, object> fields, bool withAnswer)
    {
        if (requests?.HttpContext is not { } context)
        {
            return;
        }

        try
        {
            // The scope of the request was made before anybody read the id that nginx gave it.
            fields["http.request.id"] = Text(context.TraceIdentifier, LongestLabel);
            fields.TryAdd("http.request.method", Text(context.Request.Method, LongestLabel));
            fields.TryAdd("url.path", Text(context.Request.Path.Value, LongestLabel));
            if (withAnswer && context.Response.HasStarted)
            {
                fields.TryAdd("http.response.status_code", context.Response.StatusCode);
            }

            if (RequestFacts.PersonOf(context) is { } person)
            {
                // An id of ours: it says nothing to whoever has no access to the database.
                fields.TryAdd("user.id", person.ToString());
            }
        }
        catch (Exception ended) when (ended is ObjectDisposedException or NullReferenceException or InvalidOperationException)
        {
            // The request ended while a task of it still wrote; the line says what it knows.
        }
    }

    /// <summary>Null for what the line says elsewhere.</summary>
    private static string? FieldName(string key) => key switch
    {
        OriginalFormat or "TraceId" or "SpanId" or "ParentId" or "ConnectionId" => null,
        "RequestId" => "http.request.id",
        "RequestPath" => "url.path",
        _ => "labels." + string.Concat(Cut(key, 100).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')),
    };

    private static string? CategoryOf(string category, Dictionary<string, object> fields) => category switch
    {
        _ when category.StartsWith("Npgsql", StringComparison.Ordinal) || category.StartsWith("Microsoft.EntityFrameworkCore", StringComparison.Ordinal) => "database",
        _ when fields.ContainsKey("http.request.method") => "web",
        _ => null,
    };

    private static Activity Entry(Activity activity)
    {
        while (activity.Parent is { } parent)
        {
            activity = parent;
        }

        return activity;
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => "none",
    };

    // A secret that the cut would halve is found first; what nobody will see is not looked at.
    private static string Text(string? text, int longest) => text is null ? "" : Cut(Scrub.Text(Cut(text, longest + LongestLabel)), longest);

    private static string Cut(string text, int length) => text.Length <= length
        ? text
        // Not between the halves of a surrogate pair.
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), "…");
}
