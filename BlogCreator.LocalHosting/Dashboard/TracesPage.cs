using System.Globalization;
using BlogCreator.LocalHosting.Telemetry;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>What the services did of late, each piece of work a row.</summary>
internal static class TracesPage
{
    private const int MostShown = 200;
    private const string Slowest = "slowest";

    public static Html Content(TelemetryBook book, HttpRequest request)
    {
        var (service, words, order) = (request.Asked("service"), request.Asked("q"), request.Asked("order"));
        var isOnlyErrors = request.Asked("errors").Length > 0;
        var all = book.Traces.All();
        var fitting = all.Where(trace => (service.Length == 0 || trace.Spans.Any(span => span.Source.Service == service))
            && (words.Length == 0 || trace.Has(words)) && (!isOnlyErrors || trace.Errors > 0)).ToList();
        var shown = (order == Slowest ? fitting.OrderByDescending(trace => trace.Duration) : fitting.AsEnumerable()).Take(MostShown).ToList();
        return Html.Of($"""
            <h1 class="unseen">Traces</h1>
            {TelemetryParts.Tools("Traces", Html.Of($"""
                {TelemetryParts.Service(service, all.SelectMany(trace => trace.Spans).Select(span => span.Source.Service))}
                {TelemetryParts.Select("Order", "order", order, [("", "newest first"), (Slowest, "slowest first")])}
                <label><input type="checkbox" name="errors" value="on"{(isOnlyErrors ? new Html(" checked") : Html.None)}> Only with errors</label>
                {TelemetryParts.Words(words)}
                """))}
            {TelemetryParts.Live("traces", all.Count == 0
                ? TelemetryParts.Empty("No trace yet. Open a page of the app: what each service did for it, and for how long, will be here a second later.")
                : Html.Of($"""<p class="soft" role="status">{Note(shown.Count, fitting.Count, all.Count)}</p>{(shown.Count == 0 ? Html.None : Table(shown))}"""))}
            """);
    }

    private static Html Table(List<Trace> traces)
    {
        var longest = traces.Max(trace => trace.Duration);
        return Html.Of($"""
            <table class="traces"><thead><tr><th scope="col">Time</th><th scope="col">What began it</th><th scope="col">Services</th><th scope="col" class="number">Spans</th><th scope="col">Errors</th><th scope="col">Duration</th></tr></thead>
            <tbody>{traces.Select(trace => Row(trace, longest))}</tbody></table>
            """);
    }

    private static Html Row(Trace trace, TimeSpan longest) => Html.Of($"""
        <tr id="t{trace.Id}"><td><time>{TelemetryParts.Time(trace.Start)}</time></td>
        <th scope="row"><a href="/traces/{trace.Id}" data-row>{trace.Root.Name}</a>{(trace.Next is { } next ? Html.Of($""" <span class="soft">{next.Name}</span>""") : Html.None)}</th>
        <td data-label="Services">{string.Join(", ", trace.Spans.GroupBy(span => span.Source.Service).OrderBy(group => group.Min(span => span.Start)).Select(group => group.Key))}</td>
        <td data-label="Spans" class="number">{trace.Spans.Count}</td>
        <td data-label="Errors">{(trace.Errors > 0 ? Html.Of($"""<span class="state" data-tone="bad">{trace.Errors}</span>""") : Html.None)}</td>
        <td data-label="Duration" class="long"><span>{Units.Duration(trace.Duration)}</span> <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="{Share(trace.Duration, longest)}" height="10" rx="1"/></svg></td></tr>
        """);

    private static string Share(TimeSpan part, TimeSpan whole) => Math.Max(0.6, whole > TimeSpan.Zero ? 100 * (part / whole) : 0).ToString("0.##", CultureInfo.InvariantCulture);

    private static string Note(int shown, int fitting, int all) =>
        fitting == 0 ? "No trace fits."
        : shown < fitting ? $"{shown} of {fitting} traces that fit."
        : fitting < all ? $"{fitting} of {all} traces."
        : all == 1 ? "1 trace." : $"{all} traces.";
}
