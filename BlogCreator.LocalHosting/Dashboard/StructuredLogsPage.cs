using System.Globalization;
using BlogCreator.LocalHosting.Telemetry;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>What the services logged, with all its parts and the trace that it belongs to.</summary>
internal static class StructuredLogsPage
{
    private const int MostShown = 200;

    public static Html Content(TelemetryBook book, HttpRequest request)
    {
        var (service, level, words) = (request.Asked("service"), request.Asked("level"), request.Asked("q"));
        var before = long.TryParse(request.Asked("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
        var query = new LogQuery(service.Length > 0 ? service : null, LogEntry.SeverityOf(level) ?? LogSeverity.Trace, words);
        var found = book.Records.Latest(query, MostShown + 1, before: before);
        var records = found.Take(MostShown).ToList();
        var list = Html.Of($"""
            <p class="soft" role="status">{(records.Count == 0 ? "No record fits." : $"{records.Count} records, the newest first.")}{(before < long.MaxValue ? Html.Of($""" <a href="{TelemetryParts.Address("/structured", ("service", service), ("level", level), ("q", words))}">To the newest</a>""") : Html.None)}</p>
            {(records.Count == 0 ? Html.None : List(records))}
            {(found.Count > MostShown ? Html.Of($"""<p><a href="{TelemetryParts.Address("/structured", ("service", service), ("level", level), ("q", words), ("before", records[^1].Number.ToString(CultureInfo.InvariantCulture)))}">Older ones</a></p>""") : Html.None)}
            """);
        return Html.Of($"""
            <h1 class="unseen">Structured logs</h1>
            {TelemetryParts.Tools("Structured logs", Html.Of($"""
                {TelemetryParts.Service(service, book.Records.Services())}
                {TelemetryParts.Select("Level", "level", level, LogsPage.Levels)}
                {TelemetryParts.Words(words)}
                """))}
            {(book.Records.Version == 0
                ? TelemetryParts.Live("records", TelemetryParts.Empty("No record yet. What the services log will be here with all its parts, and a link to the trace that it belongs to."))
                : before < long.MaxValue ? list : TelemetryParts.Live("records", list))}
            """);
    }

    public static Html List(IEnumerable<LogEntry> records) => Html.Of($"""<ol class="records">{records.Select(Row)}</ol>""");

    private static Html Row(LogEntry record) => Html.Of($"""
        <li id="r{record.Number}" data-level="{LogEntry.Name(record.Severity)}"><details id="p{record.Number}"><summary data-row><time>{TelemetryParts.Time(record.Time)}</time> <b>{record.Resource}</b> <i>{LogEntry.Name(record.Severity)}</i> <span><small>{record.Category}</small> {record.Message}{(record.Exception.Length > 0 ? $" · {record.Exception.Split('\n')[0]}" : "")}</span></summary>
        <div class="parts">{TelemetryParts.Fields(
            new[] { ("message", record.Message), ("category", record.Category), ("exception", record.Exception), ("span", record.SpanId) }
                .Where(fact => fact.Item2.Length > 0)
                .Concat(record.Fields.Select(field => (field.Key, field.Value)))
                .Select(fact => (fact.Item1, TelemetryParts.Text(fact.Item2))))}</div></details>
        {(record.TraceId.Length > 0 ? Html.Of($"""<a href="/traces/{record.TraceId}{(record.SpanId.Length > 0 ? $"#span-{record.SpanId}" : "")}">trace<span class="unseen"> of {TelemetryParts.Time(record.Time)}</span></a>""") : Html.None)}</li>
        """);
}
