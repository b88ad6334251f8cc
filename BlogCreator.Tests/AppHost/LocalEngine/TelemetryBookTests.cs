using System.Globalization;
using BlogCreator.LocalHosting;
using BlogCreator.LocalHosting.Dashboard;
using BlogCreator.LocalHosting.Telemetry;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>What is kept of the telemetry, and what is drawn from it.</summary>
public sealed class TelemetryBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Instrument Orders = new("shop", "Shop", "orders", InstrumentKind.Counter, "{order}", "");
    private static readonly Instrument Duration = new("shop", "Shop", "duration", InstrumentKind.Histogram, "s", "");

    private readonly FakeTimeProvider clock = new(Noon);

    [Fact]
    public void Of_many_traces_the_newest_stay_and_of_a_large_one_the_beginning()
    {
        var book = new TraceBook();
        for (var number = 0; number < TraceBook.MostTraces + 500; number++)
        {
            book.Add([Span(number, 1)]);
        }

        Assert.Equal(TraceBook.MostTraces, book.All().Count);
        Assert.Null(book.Find(Id(0)));
        Assert.NotNull(book.Find(Id(TraceBook.MostTraces + 499)));

        book.Add(Enumerable.Range(1, TraceBook.MostSpansOfATrace + 500).Select(number => Span(9999, number)));
        Assert.Equal(TraceBook.MostSpansOfATrace, book.Find(Id(9999))!.Spans.Count);

        // Large texts take the place of many traces.
        for (var number = 10_000; number < 10_500; number++)
        {
            book.Add([Span(number, 1) with { Status = new string('x', 200_000) }]);
        }

        Assert.InRange(book.All().Sum(trace => trace.Spans.Sum(span => (long)span.Length)), 1, 50_000_000);
        Assert.NotNull(book.Find(Id(10_499)));
    }

    [Fact]
    public void Of_many_records_the_newest_stay()
    {
        var book = new RecordBook();
        book.Add(Enumerable.Range(1, RecordBook.MostRecords + 10).Select(number => new LogEntry(Noon, LogSeverity.Info, Number(number))));
        var all = book.Latest(new LogQuery(), int.MaxValue);
        Assert.Equal(RecordBook.MostRecords, all.Count);
        Assert.Equal(Number(RecordBook.MostRecords + 10), all[0].Message);

        book.Add(Enumerable.Range(1, 200).Select(_ => new LogEntry(Noon, LogSeverity.Info, new string('x', 1_000_000))));
        Assert.InRange(book.Latest(new LogQuery(), int.MaxValue).Count, 1, 30);
    }

    [Fact]
    public void Series_have_a_limit_and_values_go_after_an_hour_or_when_there_are_too_many()
    {
        var book = new MetricBook(clock);
        book.Add(Enumerable.Range(0, MetricBook.MostSeries + 7).Select(number => Counted(number, kind: Number(number))));
        Assert.Equal(7, book.Refused);
        Assert.Equal(MetricBook.MostSeries, book.Read(Orders).Count);

        // Nothing tells of those any more.
        Pass(TimeSpan.FromHours(2));
        book.Add([Counted(1, "new")]);
        Assert.Equal("new", Assert.Single(book.Read(Orders)).Fields.Single().Value);

        for (var value = 1; value <= 1500; value++)
        {
            Pass(MetricBook.Step);
            book.Add([Counted(value, "new"), Counted(5, "still")]);
        }

        var kept = book.Read(Orders).ToDictionary(history => history.Fields.Single().Value);
        Assert.InRange(kept["new"].Points.Length, 700, 730);
        Assert.InRange(kept["still"].Points.Length, 1, 3);

        var wide = new double[MetricBook.MostBuckets];
        for (var value = 1; value <= 300; value++)
        {
            Pass(MetricBook.Step);
            book.Add(Enumerable.Range(0, 1000).Select(number => new Measurement(Duration, "1", [new("kind", Number(number))], value) { Bounds = [.. Enumerable.Range(1, wide.Length - 1)], Buckets = wide }));
        }

        Assert.InRange(book.Read(Duration).Sum(history => history.Points.Sum(point => 1 + (point.Buckets.Length / 4))), 1, 2_100_000);
        Assert.Equal(300, book.Read(Duration)[0].Points[^1].Value);
    }

    [Fact]
    public void A_counter_is_drawn_as_a_rate_over_processes_and_their_restarts_and_by_what_is_asked()
    {
        var book = new MetricBook(clock);
        for (var value = 1; value <= 40; value++)
        {
            Pass(MetricBook.Step);
            // One began anew after the twentieth, and is another process since; one tells only what came since it told last.
            book.Add([
                Counted(10 * (value <= 20 ? value : value - 20), "apple", instance: value <= 20 ? "1" : "2"),
                Counted(5, "pear") with { IsDelta = true },
                Counted(5 * (value <= 30 ? value : value - 30), "plum"),
            ]);
        }

        Pass(MetricBook.Step);
        var lines = new MetricLines(book.Now, 5);
        var all = Assert.Single(lines.Of(Orders, book.Read(Orders), ""));
        Assert.Equal("all", all.Name);
        Assert.All(all.Values.TakeLast(30), value => Assert.Equal(4, value!.Value, 3));
        Assert.Null(all.Values[0]);
        var each = lines.Of(Orders, book.Read(Orders), "kind").ToDictionary(line => line.Name, line => line.Last);
        Assert.Equal(["apple", "pear", "plum"], each.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((2, 1, 1), (each["apple"]!.Value, each["pear"]!.Value, each["plum"]!.Value));
    }

    [Fact]
    public void A_histogram_is_drawn_as_percentiles_of_what_came_lately()
    {
        var book = new MetricBook(clock);
        Measurement Told(double[] buckets) => new(Duration, "1", [], buckets.Sum()) { Sum = buckets.Sum() / 10, Bounds = [0.1, 0.2, 1], Buckets = buckets };
        book.Add([Told([1000, 0, 0, 0])]);
        Pass(MetricBook.Step * 30);
        book.Add([Told([1050, 50, 0, 0])]);
        Pass(MetricBook.Step);

        var lines = new MetricLines(book.Now, 5);
        var drawn = lines.Of(Duration, book.Read(Duration), "").ToDictionary(line => line.Name, line => line.Last!.Value);
        Assert.Equal(0.1, drawn["p50"], 3);
        Assert.Equal(0.19, drawn["p95"], 3);
        Assert.Equal(0.198, drawn["p99"], 3);
        Assert.Equal(1100, lines.Measured(book.Read(Duration)).Count);

        // When nothing came there is nothing to draw, rather than zero.
        Pass(MetricBook.Step * 10);
        Assert.Null(new MetricLines(book.Now, 5).Of(Duration, book.Read(Duration), "")[0].Values[^1]);
    }

    [Fact]
    public void What_stands_is_drawn_as_it_stood_until_nobody_tells_of_it()
    {
        var book = new MetricBook(clock);
        var gauge = new Instrument("shop", "Shop", "warmth", InstrumentKind.Gauge, "Cel", "");
        for (var step = 0; step < 10; step++)
        {
            Pass(MetricBook.Step);
            book.Add([new(gauge, "1", [new("room", "cellar")], 8), new(gauge, "1", [new("room", "attic")], 30)]);
        }

        Pass(MetricBook.Step);
        var lines = new MetricLines(book.Now, 5).Of(gauge, book.Read(gauge), "");
        Assert.Equal([("attic", 30), ("cellar", 8)], lines.Select(line => (line.Name, line.Last!.Value)));
        Assert.Equal(10, lines[0].Values.Count(value => value is 30));

        Pass(TimeSpan.FromMinutes(2));
        Assert.Null(new MetricLines(book.Now, 5).Of(gauge, book.Read(gauge), "")[0].Values[^1]);
    }

    [Theory]
    [InlineData(0.00042, "s", "420 µs")]
    [InlineData(0.0123, "s", "12.3 ms")]
    [InlineData(1.25, "s", "1.25 s")]
    [InlineData(0, "s", "0 s")]
    [InlineData(5 * 1024 * 1024, "By", "5 MB")]
    [InlineData(12_345, "{order}", "12.3 k")]
    [InlineData(0.25, "1", "0.25")]
    public void A_number_is_shown_as_a_person_reads_it(double value, string unit, string shown) => Assert.Equal(shown, Units.Value(value, unit));

    private static Measurement Counted(double value, string kind, string instance = "1") => new(Orders, instance, [new("kind", kind)], value);

    private static Span Span(int trace, int number) => new(Id(trace), Number(number), "", new Source("shop", "1"), "Order", Noon.AddSeconds(trace), TimeSpan.FromMilliseconds(3));

    private static string Id(int trace) => trace.ToString("x32", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Pass(TimeSpan time) => clock.Advance(time);
}
