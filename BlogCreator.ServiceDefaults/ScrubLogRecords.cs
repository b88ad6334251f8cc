using OpenTelemetry;
using OpenTelemetry.Logs;

namespace BlogCreator.ServiceDefaults;

/// <summary>What goes to a collector is as clean of secrets as what is printed.</summary>
internal sealed class ScrubLogRecords : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        if (data.FormattedMessage is { } message)
        {
            data.FormattedMessage = Scrub.Text(message);
        }

        // What was logged as a whole sentence is its own format.
        if (data.Body is { } body)
        {
            data.Body = Scrub.Text(body);
        }

        var fields = data.Attributes?.Select(Clean).ToList() ?? [];
        if (data.Exception is { } exception)
        {
            // The exporter would write it as it is; these are the names it would use.
            fields.Add(new("exception.type", exception.GetType().FullName));
            fields.Add(new("exception.message", Scrub.Text(exception.Message)));
            fields.Add(new("exception.stacktrace", Scrub.Text(exception.ToString())));
            data.Exception = null;
        }

        data.Attributes = fields;
    }

    private static KeyValuePair<string, object?> Clean(KeyValuePair<string, object?> field) =>
        field.Value is null ? field
        : Scrub.IsSecret(field.Key, field.Value) ? new(field.Key, Scrub.Removed)
        : field.Value is string text ? new(field.Key, Scrub.Text(text))
        : field.Value is IFormattable or bool ? field
        : new(field.Key, Scrub.Text(field.Value.ToString() ?? ""));
}
