using System.Globalization;
using BlogCreator.LocalHosting.Telemetry;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>All that is measured with its shape of late, and one of it as a chart.</summary>
internal static class MetricsPage
{
    private const int ShortTime = 5;
    private const int MostValues = 50;
    private const string FieldPrefix = "is.";

    private static readonly (string Value, string Text)[] Times = [("5", "5 minutes"), ("15", "15 minutes"), ("60", "an hour")];

    public static Html Content(MetricBook book, HttpRequest request)
    {
        var (service, meter, name) = (request.Asked("service"), request.Asked("meter"), request.Asked("name"));
        var all = book.Instruments();
        return name.Length == 0
            ? Overview(book, all, service, request.Asked("q"))
            : all.FirstOrDefault(instrument => instrument.Service == service && instrument.Meter == meter && instrument.Name == name) is { } chosen
                ? One(book, chosen, request)
                : Html.Of($"""<h1>{name}</h1>{TelemetryParts.Live("metrics", TelemetryParts.Empty($"{service} has not told of it in this run. When it does, its chart will be here."))}""");
    }

    private static Html Overview(MetricBook book, IReadOnlyList<Instrument> all, string service, string words)
    {
        var shown = all.Where(instrument => (service.Length == 0 || instrument.Service == service)
            && (words.Length == 0 || $"{instrument.Meter} {instrument.Name} {instrument.Description}".Contains(words, StringComparison.OrdinalIgnoreCase))).ToList();
        var lines = new MetricLines(book.Now, ShortTime);
        return Html.Of($"""
            <h1 class="unseen">Metrics</h1>
            {TelemetryParts.Tools("Metrics", Html.Of($"{TelemetryParts.Service(service, all.Select(instrument => instrument.Service))} {TelemetryParts.Words(words)}"))}
            {TelemetryParts.Live("metrics", all.Count == 0
                ? TelemetryParts.Empty("Nothing is measured yet. Some seconds after a service is up, what it measures will be here, each with its chart.")
                : Html.Of($"""
                    <p class="soft" role="status">{(shown.Count == 0 ? "No instrument fits." : $"{shown.Count} instruments, with the last five minutes.")}{(book.Refused > 0 ? $" Values of {MetricBook.MostSeries} series are kept; those of further ones were left out." : "")}</p>
                    {shown.GroupBy(instrument => (instrument.Service, instrument.Meter)).OrderBy(group => group.Key).Select(group => Html.Of($"""
                        <section><h2>{group.Key.Service} <span class="soft">{group.Key.Meter}</span></h2>
                        <table class="instruments"><thead><tr><th scope="col">Instrument</th><th scope="col">Lately</th><th scope="col"><span class="unseen">Shape</span></th></tr></thead>
                        <tbody>{group.OrderBy(instrument => instrument.Name, StringComparer.Ordinal).Select(instrument => Row(book, instrument, lines))}</tbody></table></section>
                        """))}
                    """))}
            """);
    }

    private static Html Row(MetricBook book, Instrument instrument, MetricLines lines)
    {
        var histories = book.Read(instrument);
        if (histories.Count == 0)
        {
            return Html.None;
        }

        var drawn = lines.Of(instrument, histories, "");
        // Of percentiles the second tells most.
        var line = drawn.Count == 3 ? drawn[1] : drawn[0];
        return Html.Of($"""
            <tr id="m-{instrument.Service}-{instrument.Meter}-{instrument.Name}"><th scope="row"><a href="{Address(instrument)}" data-row>{instrument.Name}</a><br><span class="soft">{instrument.Description}</span></th>
            <td data-label="Lately">{Lately(instrument, histories, drawn, lines)}</td><td>{Chart.Small(line)}</td></tr>
            """);
    }

    private static string Lately(Instrument instrument, IReadOnlyList<History> histories, IReadOnlyList<ChartLine> drawn, MetricLines lines)
    {
        switch (instrument.Kind)
        {
            case InstrumentKind.Histogram:
                var (count, mean) = lines.Measured(histories);
                return count > 0 ? string.Create(CultureInfo.InvariantCulture, $"{count:0} times, {Units.Value(mean, instrument.Unit)} on average") : "nothing";
            case InstrumentKind.Counter:
                return $"{Units.Value(drawn[0].Last ?? 0, instrument.Unit)}/s, {Units.Value(histories.Sum(history => history.Points[^1].Value), instrument.Unit)} in all";
            default:
                return drawn[0].Last is { } value ? $"{Units.Value(value, instrument.Unit)} {Units.Name(instrument.Unit, isOne: value == 1)}".TrimEnd() : "nothing";
        }
    }

    private static Html One(MetricBook book, Instrument instrument, HttpRequest request)
    {
        var minutes = Times.Select(time => time.Value).FirstOrDefault(time => time == request.Asked("minutes")) ?? Times[0].Value;
        var histories = book.Read(instrument);
        var fields = histories.SelectMany(history => history.Fields).GroupBy(field => field.Key).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (Name: group.Key, Values: group.Select(field => field.Value).Distinct().Order(StringComparer.Ordinal).Take(MostValues).ToList()))
            // What is the same everywhere is no choice.
            .Where(field => field.Values.Count > 1 || request.Asked(FieldPrefix + field.Name).Length > 0 || histories.Any(history => MetricLines.Field(history, field.Name).Length == 0)).ToList();
        var by = fields.Exists(field => field.Name == request.Asked("by")) ? request.Asked("by") : "";
        var chosen = fields.Select(field => (field.Name, Value: request.Asked(FieldPrefix + field.Name))).Where(field => field.Value.Length > 0).ToList();
        var fitting = histories.Where(history => chosen.TrueForAll(field => MetricLines.Field(history, field.Name) == field.Value)).ToList();
        var lines = new MetricLines(book.Now, int.Parse(minutes, CultureInfo.InvariantCulture));
        var drawn = lines.Of(instrument, fitting, by);
        var isHistogram = instrument.Kind == InstrumentKind.Histogram;
        return Html.Of($"""
            <div class="heading"><h1>{instrument.Name}</h1> <p class="soft">{instrument.Service}, {instrument.Meter}</p> <p><a href="{TelemetryParts.Address("/metrics", ("service", instrument.Service))}">All that {instrument.Service} measures</a></p></div>
            <p>{instrument.Description} <span class="soft">{Explanation(instrument)}</span></p>
            {TelemetryParts.Tools("Chart", Html.Of($"""
                <input type="hidden" name="service" value="{instrument.Service}"><input type="hidden" name="meter" value="{instrument.Meter}"><input type="hidden" name="name" value="{instrument.Name}">
                {TelemetryParts.Select("Time", "minutes", minutes, Times)}
                {(isHistogram || fields.Count == 0 ? Html.None : TelemetryParts.Select("One line for each", "by", by, fields.Select(field => (field.Name, field.Name)).Prepend(("", "all together"))))}
                {fields.Select(field => TelemetryParts.Select(field.Name, FieldPrefix + field.Name, request.Asked(FieldPrefix + field.Name), field.Values.Where(value => value.Length > 0).Select(value => (value, value)).Prepend(("", "all"))))}
                """))}
            {TelemetryParts.Live("metrics", drawn.Count == 0
                ? TelemetryParts.Empty("No value fits.")
                : Html.Of($"""
                    {Chart.Whole(instrument.Name, drawn, lines.Times, instrument.Unit, instrument.Kind == InstrumentKind.Counter ? "/s" : "")}
                    {(isHistogram ? Html.Of($"<p>In this time: {Lately(instrument, fitting, drawn, lines)}.</p>{Examples(book.Exemplars(instrument), instrument.Unit)}") : Html.None)}
                    """))}
            """);
    }

    private static Html Examples(IReadOnlyList<Exemplar> exemplars, string unit) => exemplars.Count == 0 ? Html.None : Html.Of($"""
        <section aria-labelledby="examples-title"><h2 id="examples-title">Examples, each with its trace</h2>
        <ul class="links">{exemplars.OrderByDescending(exemplar => exemplar.Value).Select(exemplar => Html.Of($"""<li><a href="/traces/{exemplar.TraceId}" data-row>{Units.Value(exemplar.Value, unit)}</a> <span class="soft">{TelemetryParts.Time(exemplar.Time)}</span></li>"""))}</ul></section>
        """);

    private static string Address(Instrument instrument) =>
        TelemetryParts.Address("/metrics", ("service", instrument.Service), ("meter", instrument.Meter), ("name", instrument.Name));

    private static string Explanation(Instrument instrument) => instrument.Kind switch
    {
        InstrumentKind.Counter => $"A counter: {(Units.Name(instrument.Unit) is { Length: > 0 } what ? what : "how much came")} per second.",
        InstrumentKind.Histogram => "A histogram: half of the values were below p50, 95 of 100 below p95, 99 of 100 below p99.",
        InstrumentKind.Gauge => "As it stood.",
        _ => $"How many there were{(Units.Name(instrument.Unit) is { Length: > 0 } what ? $" ({what})" : "")}.",
    };
}
