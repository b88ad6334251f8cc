using System.Globalization;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>One line of a chart; null where nothing is known.</summary>
internal sealed record ChartLine(string Name, IReadOnlyList<double?> Values)
{
    public double? Last => Values[^1];
}

/// <summary>A chart as a picture that needs no script, with its numbers beside it as a table.</summary>
internal static class Chart
{
    private const int Width = 600;
    private const int Height = 200;
    private const int Lines = 4;

    /// <param name="times">The end of each step.</param>
    /// <param name="suffix">After each number, such as "/s".</param>
    public static Html Whole(string title, IReadOnlyList<ChartLine> lines, IReadOnlyList<DateTimeOffset> times, string unit, string suffix)
    {
        string Show(double? value) => value is { } number ? $"{Units.Value(number, unit)}{suffix}" : "–";
        var top = Units.Ceiling(lines.SelectMany(line => line.Values).Max() ?? 0, unit);
        var summary = $"{title}, {Clock(times[0])} to {Clock(times[^1])}. {string.Join(". ", lines.Select(line => $"{line.Name}: now {Show(line.Last)}, at most {Show(line.Values.Max())}"))}.";
        return Html.Of($"""
            <figure class="chart">
            <div class="axis" aria-hidden="true">{Enumerable.Range(0, Lines + 1).Select(step => Html.Of($"<span>{Show(top * (Lines - step) / Lines)}</span>"))}</div>
            <svg viewBox="0 0 {Width} {Height}" preserveAspectRatio="none" role="img" aria-label="{summary}">
            {Enumerable.Range(0, Lines + 1).Select(step => Html.Of($"""<path class="grid" d="M0 {step * Height / Lines}h{Width}"/>"""))}
            {Drawn(lines, top, Width, Height)}
            {times.Select((time, place) => Html.Of($"""<rect class="step" x="{Number((double)place * Width / times.Count)}" width="{Number((double)Width / times.Count)}" height="{Height}"><title>{Clock(time)} {string.Join(", ", lines.Select(line => $"{line.Name} {Show(line.Values[place])}"))}</title></rect>"""))}
            </svg>
            <div class="times" aria-hidden="true">{new[] { 0, times.Count / 4, times.Count / 2, times.Count * 3 / 4, times.Count - 1 }.Select(place => Html.Of($"<span>{Clock(times[place])}</span>"))}</div>
            <figcaption class="legend">{lines.Select((line, place) => Html.Of($"""<span class="key {TelemetryParts.Colour(place)}">{line.Name} <b>{Show(line.Last)}</b></span>"""))}</figcaption>
            </figure>
            <details class="more" id="table"><summary>The same as a table</summary>
            <table><thead><tr><th scope="col">Until</th>{lines.Select(line => Html.Of($"""<th scope="col" class="number">{line.Name}</th>"""))}</tr></thead>
            <tbody>{Enumerable.Range(0, times.Count).Reverse().Where(place => lines.Any(line => line.Values[place] is not null)).Select(place => Html.Of(
                $"""<tr><th scope="row">{Clock(times[place])}</th>{lines.Select(line => Html.Of($"""<td class="number" data-label="{line.Name}">{Show(line.Values[place])}</td>"""))}</tr>"""))}</tbody></table></details>
            """);
    }

    /// <summary>The shape of it only, beside the numbers.</summary>
    public static Html Small(ChartLine line) => Html.Of(
        $"""<svg class="small" viewBox="0 0 120 24" preserveAspectRatio="none" aria-hidden="true">{Drawn([line], line.Values.Max() is { } top and > 0 ? top * 1.1 : 1, 120, 24)}</svg>""");

    private static IEnumerable<Html> Drawn(IReadOnlyList<ChartLine> lines, double top, int width, int height)
    {
        for (var place = 0; place < lines.Count; place++)
        {
            var path = new System.Text.StringBuilder();
            var values = lines[place].Values;
            var step = (double)width / values.Count;
            for (var at = 0; at < values.Count; at++)
            {
                if (values[at] is { } value)
                {
                    // A value alone is a dot: a line of no length, with round ends.
                    var isFirst = at == 0 || values[at - 1] is null;
                    path.Append(CultureInfo.InvariantCulture, $"{(isFirst ? "M" : "L")}{Number((at + 0.5) * step)} {Number(height - (Math.Clamp(value / top, 0, 1) * (height - 2)) - 1)}{(isFirst ? "h.01" : "")}");
                }
            }

            yield return Html.Of($"""<path class="line {TelemetryParts.Colour(place)}" d="{path}"/>""");
        }
    }

    private static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
