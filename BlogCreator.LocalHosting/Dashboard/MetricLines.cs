using BlogCreator.LocalHosting.Telemetry;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>Makes lines of what was measured: a counter as a rate, a gauge as it stood, a histogram as percentiles.</summary>
internal sealed class MetricLines
{
    private const int Steps = 60;
    private const int MostLines = 6;

    // Twenty seconds: what comes every five seconds comes a little early or late, which must not look like a wave.
    private const int Smoothing = 4;
    private const int Stale = 6;

    private readonly long[] ends;
    private readonly int width;

    public MetricLines(long now, int minutes)
    {
        width = (int)(TimeSpan.FromMinutes(minutes) / MetricBook.Step) / Steps;
        // The present step is not over. The others stay where they are while time goes on.
        var last = (now - 1) / width * width;
        ends = [.. Enumerable.Range(0, Steps).Select(step => last - ((Steps - 1 - step) * (long)width))];
    }

    public IReadOnlyList<DateTimeOffset> Times => [.. ends.Select(end => MetricBook.Time(end + 1))];

    /// <param name="by">The field by which lines are told apart; none for one line over all.</param>
    public IReadOnlyList<ChartLine> Of(Instrument instrument, IReadOnlyList<History> histories, string by)
    {
        if (instrument.Kind == InstrumentKind.Histogram)
        {
            return [.. new[] { (0.5, "p50"), (0.95, "p95"), (0.99, "p99") }.Select(part => new ChartLine(part.Item2, [.. ends.Select(end => Percentile(histories, end, part.Item1))]))];
        }

        // What stands beside each other cannot be added up, so that each has its own line.
        var groups = histories.GroupBy(history => by.Length > 0 ? Field(history, by) : instrument.Kind == InstrumentKind.Gauge ? string.Join(", ", history.Fields.Select(field => field.Value)) : "").Select(group => new ChartLine(
            group.Key.Length > 0 ? group.Key : by.Length > 0 ? $"no {by}" : "all",
            [.. ends.Select(end => instrument.Kind switch
            {
                InstrumentKind.Counter => Rate(group, end),
                InstrumentKind.Gauge => group.Select(history => Standing(history, end)).Average(),
                _ => Total(group, end),
            })])).OrderByDescending(line => line.Values.Max() ?? -1).ToList();
        return groups.Count <= MostLines ? groups : groups[..MostLines];
    }

    /// <summary>How many values there were in the whole time, and how large they were on average.</summary>
    public (double Count, double Mean) Measured(IReadOnlyList<History> histories)
    {
        var parts = histories.Select(history => Difference(history, ends[^1], ends[0] - width)).OfType<Point>().ToList();
        var count = parts.Sum(part => part.Value);
        return (count, count > 0 ? parts.Sum(part => part.Sum) / count : 0);
    }

    public static string Field(History history, string name) => history.Fields.FirstOrDefault(field => field.Key == name).Value ?? "";

    private static double? Total(IEnumerable<History> histories, long end) =>
        histories.Select(history => Standing(history, end)).OfType<double>().ToList() is { Count: > 0 } some ? some.Sum() : null;

    /// <summary>A process that is gone has no value any more, though its last one is remembered.</summary>
    private static double? Standing(History history, long end) =>
        Place(history, end) is var place and >= 0 && (end - history.Points[place].At <= Stale || place + 1 < history.Points.Length) ? history.Points[place].Value : null;

    private double? Rate(IEnumerable<History> histories, long end)
    {
        var from = end - Math.Max(width, Smoothing);
        var parts = histories.Select(history => Difference(history, end, from)).OfType<Point>().ToList();
        return parts.Count > 0 ? parts.Sum(part => part.Value) / ((end - from) * MetricBook.Step.TotalSeconds) : null;
    }

    private double? Percentile(IReadOnlyList<History> histories, long end, double share)
    {
        var from = end - Math.Max(width, Smoothing);
        var bounds = histories.FirstOrDefault(history => history.Bounds.Count > 0)?.Bounds ?? [];
        var buckets = new double[bounds.Count + 1];
        foreach (var history in histories.Where(history => history.Bounds.SequenceEqual(bounds)))
        {
            if (Difference(history, end, from) is { } part && part.Buckets.Length == buckets.Length)
            {
                for (var bucket = 0; bucket < buckets.Length; bucket++)
                {
                    buckets[bucket] += part.Buckets[bucket];
                }
            }
        }

        var rank = buckets.Sum() * share;
        if (rank <= 0 || bounds.Count == 0)
        {
            return null;
        }

        var (place, below) = (0, 0.0);
        while (place < bounds.Count && below + buckets[place] < rank)
        {
            below += buckets[place++];
        }

        // As Prometheus does it: evenly spread inside a bucket, and no more than the last bound.
        var low = place > 0 ? bounds[place - 1] : Math.Min(0, bounds[0]);
        return place == bounds.Count ? bounds[^1] : low + ((bounds[place] - low) * ((rank - below) / buckets[place]));
    }

    /// <summary>What came between two times; null where nothing is known of the time.</summary>
    private static Point? Difference(History history, long end, long from)
    {
        if (Place(history, end) is not (>= 0 and var place))
        {
            return null;
        }

        var first = Place(history, from);
        var nothing = new Point(from, 0, 0, new double[history.Bounds.Count > 0 ? history.Bounds.Count + 1 : 0]);
        var before = first >= 0 ? history.Points[first] : history.IsWhole ? nothing : history.Points[0];
        var all = nothing;
        for (var step = first + 1; step <= place; step++)
        {
            var now = history.Points[step];
            // A smaller count began anew.
            all = Joined(all, now.Value < before.Value ? now : Joined(now, before, -1));
            before = now;
        }

        return all;
    }

    private static Point Joined(Point one, Point other, int sign = 1) => new(
        one.At,
        one.Value + (sign * other.Value),
        one.Sum + (sign * other.Sum),
        one.Buckets.Length == other.Buckets.Length ? [.. one.Buckets.Zip(other.Buckets, (a, b) => a + (sign * b))] : one.Buckets);

    /// <summary>The last value that was told until then; -1 before the first.</summary>
    private static int Place(History history, long at)
    {
        var (low, high) = (0, history.Points.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = history.Points[middle].At <= at ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
