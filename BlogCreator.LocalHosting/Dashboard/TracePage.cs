using System.Globalization;
using BlogCreator.LocalHosting.Telemetry;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>One trace: who did what when, and what was logged meanwhile.</summary>
internal static class TracePage
{
    private const int MostRecords = 300;
    private const int DeepestShown = 12;
    private const int Width = 1000;

    public static Html Content(Trace trace, TelemetryBook book)
    {
        var services = trace.Spans.GroupBy(span => span.Source.Service).OrderBy(group => group.Min(span => span.Start)).Select(group => group.Key).ToList();
        var records = book.Records.Latest(new LogQuery(), MostRecords, trace.Id).Reverse().ToList();
        var errors = trace.Errors;
        return TelemetryParts.Live($"traces&trace={trace.Id}", Html.Of($"""
            <div class="heading"><h1>{trace.Root.Name}</h1> <p>{(errors > 0 ? Html.Of($"""<span class="state" data-tone="bad">{Count(errors, "error")}</span>""") : Html.Of($"""<span class="state" data-tone="good">no error</span>"""))}</p></div>
            <p>{TelemetryParts.Time(trace.Start)}, took {Units.Duration(trace.Duration)}, {Count(trace.Spans.Count, "span")} in {Count(services.Count, "service")}. <span class="soft">Trace <code>{trace.Id}</code>, <a href="{TelemetryParts.Address("/logs", ("q", trace.Id))}">its lines in the logs</a></span></p>
            <section aria-labelledby="spans-title"><h2 id="spans-title">Spans</h2>
            <p class="legend">{services.Select((service, place) => Html.Of($"""<span class="key {TelemetryParts.Colour(place)}">{service}</span>"""))}</p>
            <div class="ticks" aria-hidden="true"><span></span><p>{Enumerable.Range(0, 5).Select(tick => Html.Of($"<span>{Units.Duration(trace.Duration * (tick / 4.0))}</span>"))}</p><span></span></div>
            <ol class="waterfall">{InOrder(trace.Spans).Select(line => Row(line.Span, line.Depth, trace, services.IndexOf(line.Span.Source.Service), records))}</ol></section>
            <section aria-labelledby="records-title"><h2 id="records-title">Structured logs</h2>
            {(records.Count == 0 ? TelemetryParts.Empty("Nothing was logged during it.") : StructuredLogsPage.List(records))}</section>
            """));
    }

    public static Html Missing(string id) => Html.Of($"""
        <h1>This trace is not here</h1>
        <p>The newest {TraceBook.MostTraces} are kept while the app runs. <code>{id}</code> is older, belongs to another run, or comes in a moment: reload then.
        <a href="{TelemetryParts.Address("/logs", ("q", id))}">Its lines in the logs</a> may be there still.</p>
        """);

    /// <summary>Each after the one it is part of. Spans that claim to be part of each other come last, rather than never.</summary>
    private static List<(Span Span, int Depth)> InOrder(IReadOnlyList<Span> spans)
    {
        var ids = spans.Select(span => span.SpanId).ToHashSet(StringComparer.Ordinal);
        var parts = spans.ToLookup(span => span.ParentId);
        var seen = new HashSet<Span>(ReferenceEqualityComparer.Instance);
        var lines = new List<(Span, int)>();
        var waiting = new Stack<(Span Span, int Depth)>();
        foreach (var start in spans.Where(span => !ids.Contains(span.ParentId)).OrderBy(span => span.Start).Concat(spans))
        {
            waiting.Push((start, 0));
            while (waiting.TryPop(out var line))
            {
                if (seen.Add(line.Span))
                {
                    lines.Add(line);
                    foreach (var part in parts[line.Span.SpanId].OrderByDescending(part => part.Start))
                    {
                        waiting.Push((part, line.Depth + 1));
                    }
                }
            }
        }

        return lines;
    }

    private static Html Row(Span span, int depth, Trace trace, int place, List<LogEntry> records) => Html.Of($"""
        <li><details id="span-{span.SpanId}"><summary data-row><span class="name">{Enumerable.Repeat(new Html("<i></i>"), Math.Min(depth, DeepestShown))}<span class="unseen">level {depth + 1}: </span><b class="{TelemetryParts.Colour(place)}">{span.Source.Service}</b> {span.Name} <span class="soft">{span.Hint}</span>{(span.IsError ? new Html("""<span class="state" data-tone="bad"><span class="unseen">failed</span></span>""") : Html.None)}</span>
        <svg class="bar {TelemetryParts.Colour(place)}" viewBox="0 0 {Width} 16" preserveAspectRatio="none" aria-hidden="true">{Enumerable.Range(1, 3).Select(tick => Html.Of($"""<path d="M{tick * Width / 4} 0v16"/>"""))}{Bar(span, trace)}</svg><span class="number">{Units.Duration(span.Duration)}</span></summary>
        {Parts(span, trace, records)}</details></li>
        """);

    private static Html Bar(Span span, Trace trace)
    {
        var start = Math.Min(Share(span.Start - trace.Start, trace), Width - 3);
        return Html.Of($"""<rect x="{Number(start)}" y="2" width="{Number(Math.Max(3, Share(span.Duration, trace)))}" height="12" rx="2"/>{span.Events.Select(happened => Html.Of($"""<path class="event" d="M{Number(Math.Clamp(Share(happened.Time - trace.Start, trace), 0, Width))} 0v16"/>"""))}""");
    }

    private static Html Parts(Span span, Trace trace, List<LogEntry> records) => Html.Of($"""
        <div class="parts">{TelemetryParts.Fields(
            new (string Name, Html Value)[]
            {
                ("starts after", TelemetryParts.Text(Units.Duration(span.Start - trace.Start))),
                ("kind", TelemetryParts.Text(span.Kind)),
                ("failed", TelemetryParts.Text(span.IsError ? span.Status is { Length: > 0 } why ? why : "yes" : "")),
                ("by", TelemetryParts.Text($"{span.Scope}{(span.Source.Instance.Length > 0 ? $", process {span.Source.Instance}" : "")}")),
                ("span", TelemetryParts.Text(span.SpanId)),
            }.Where(fact => fact.Value.ToString().Length > 0)
            .Concat(span.Fields.Select(field => (field.Key, TelemetryParts.Text(field.Value))))
            .Concat(span.Events.Select(happened => ($"{happened.Name} after {Units.Duration(happened.Time - trace.Start)}", TelemetryParts.Text(string.Join('\n', happened.Fields.Select(field => $"{field.Key}: {field.Value}"))))))
            .Concat(span.Links.Where(link => link.Length > 0).Select(link => ("linked to", Html.Of($"""<a href="/traces/{link}">trace {link}</a>"""))))
            .Concat(records.Where(record => record.SpanId == span.SpanId).Select(record => ($"logged {LogEntry.Name(record.Severity)}", TelemetryParts.Text(record.Message)))))}</div>
        """);

    private static double Share(TimeSpan part, Trace trace) => trace.Duration > TimeSpan.Zero ? Width * (part / trace.Duration) : 0;

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
