using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>What the pages of the telemetry have in common.</summary>
internal static class TelemetryParts
{
    private const int Colours = 6;

    /// <summary>The part of a page that the script keeps true by asking for the page again.</summary>
    public static Html Live(string signal, Html content) => Html.Of($"""<div data-live="{signal}">{content}</div>""");

    /// <summary>Filters that work without script by the button, and with it as they are changed.</summary>
    public static Html Tools(string label, Html fields) => Html.Of($"""
        <form class="tools" method="get" role="search" aria-label="{label}" data-filter>{fields}
        <button data-submit>Show</button> <span class="live" hidden><button type="button" data-pause aria-pressed="false">Pause</button></span></form>
        """);

    public static Html Words(string value) =>
        Html.Of($"""<label class="grows">Search <input type="search" name="q" value="{value}" data-search autocomplete="off" spellcheck="false"></label>""");

    public static Html Select(string label, string name, string chosen, IEnumerable<(string Value, string Text)> options) => Html.Of($"""
        <label>{label} <select name="{name}">{options.Select(option => Html.Of($"""<option value="{option.Value}"{(option.Value == chosen ? new Html(" selected") : Html.None)}>{option.Text}</option>"""))}</select></label>
        """);

    public static Html Service(string chosen, IEnumerable<string> services) =>
        Select("Service", "service", chosen, services.Append(chosen).Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal).Select(name => (name, name)).Prepend(("", "all")));

    public static Html Fields(IEnumerable<(string Name, Html Value)> facts) =>
        Html.Of($"""<dl class="facts">{facts.Select(fact => Html.Of($"<div><dt>{fact.Name}</dt><dd>{fact.Value}</dd></div>"))}</dl>""");

    public static Html Text(string text) => Html.Of($"{text}");

    public static Html Empty(string words) => Html.Of($"""<p class="empty">{words}</p>""");

    /// <summary>For a collector that somebody named, which then has all of it.</summary>
    public static Html Elsewhere(string title, string? collector) => Html.Of($"""
        <h1>{title}</h1>
        {Empty(collector is null ? "No port was free to receive them at. Start the app again to try once more." : $"The services send them to {collector}, as the environment of the app host says, so they are to be seen there. Without OTEL_EXPORTER_OTLP_ENDPOINT they would be here.")}
        """);

    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string Colour(int place) => string.Create(CultureInfo.InvariantCulture, $"s{(place % Colours) + 1}");

    public static string Asked(this HttpRequest request, string name) => request.Query[name].ToString().Trim();

    public static string Address(string path, params (string Name, string Value)[] query) =>
        path + QueryString.Create(query.Where(part => part.Value.Length > 0).Select(part => new KeyValuePair<string, string?>(part.Name, part.Value)));
}
