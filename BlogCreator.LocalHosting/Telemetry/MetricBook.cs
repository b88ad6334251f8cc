namespace BlogCreator.LocalHosting.Telemetry;

internal enum InstrumentKind
{
    Counter,
    UpDownCounter,
    Gauge,
    Histogram,
}

/// <summary>What is measured, of one service.</summary>
internal sealed record Instrument(string Service, string Meter, string Name, InstrumentKind Kind, string Unit, string Description);

/// <summary>A value as it was told. That of a histogram is the count, with the sum beside it.</summary>
internal sealed record Measurement(Instrument Instrument, string Instance, IReadOnlyList<KeyValuePair<string, string>> Fields, double Value)
{
    /// <summary>Since it was told last, not since the beginning.</summary>
    public bool IsDelta { get; init; }

    public double Sum { get; init; }

    public IReadOnlyList<double> Bounds { get; init; } = [];

    public double[] Buckets { get; init; } = [];

    public IReadOnlyList<Exemplar> Exemplars { get; init; } = [];
}

/// <summary>One of the measured, with the trace that it was part of.</summary>
internal sealed record Exemplar(DateTimeOffset Time, double Value, string TraceId);

/// <summary>How it stood at a time, which is counted in <see cref="MetricBook.Step"/>.</summary>
internal readonly record struct Point(long At, double Value, double Sum, double[] Buckets);

/// <summary>How one series of an instrument went.</summary>
/// <param name="IsWhole">Nothing is missing at its beginning, so that its first value came from nothing.</param>
internal sealed record History(string Instance, IReadOnlyList<KeyValuePair<string, string>> Fields, IReadOnlyList<double> Bounds, Point[] Points, bool IsWhole);

/// <summary>What was measured in the last hour, in steps. A value that stays as it is takes no room.</summary>
internal sealed class MetricBook(TimeProvider clock)
{
    public const int MostSeries = 2_000;
    public const int MostBuckets = 64;
    private const int MostExemplars = 20;
    private const int MostLength = 2_000_000;
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(5);
    private static readonly long Hour = (long)(TimeSpan.FromHours(1) / Step);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Service, string Meter, string Name), Entry> instruments = [];
    private int series;
    private int length;
    private long trimmed;

    /// <summary>Changes with each value that comes.</summary>
    public long Version { get; private set; }

    /// <summary>How many were left out since there are too many series.</summary>
    public long Refused { get; private set; }

    public long Now => clock.GetUtcNow().Ticks / Step.Ticks;

    public static DateTimeOffset Time(long at) => new(at * Step.Ticks, TimeSpan.Zero);

    public void Add(IEnumerable<Measurement> told)
    {
        lock (gate)
        {
            var now = Now;
            Trim(now);
            foreach (var measured in told)
            {
                Add(measured, now);
            }

            Version++;
        }
    }

    public IReadOnlyList<Instrument> Instruments()
    {
        lock (gate)
        {
            return [.. instruments.Values.Select(entry => entry.Instrument)];
        }
    }

    public IReadOnlyList<History> Read(Instrument instrument)
    {
        lock (gate)
        {
            return instruments.TryGetValue((instrument.Service, instrument.Meter, instrument.Name), out var entry)
                ? [.. entry.Series.Values.Select(one => new History(one.Instance, one.Fields, one.Bounds, [.. one.Points], one.IsWhole))]
                : [];
        }
    }

    public IReadOnlyList<Exemplar> Exemplars(Instrument instrument)
    {
        lock (gate)
        {
            return instruments.TryGetValue((instrument.Service, instrument.Meter, instrument.Name), out var entry) ? [.. entry.Exemplars] : [];
        }
    }

    private void Add(Measurement measured, long now)
    {
        var instrument = measured.Instrument;
        var key = string.Join('\u001f', measured.Fields.Select(field => $"{field.Key}\u001e{field.Value}").Prepend(measured.Instance));
        var name = (instrument.Service, instrument.Meter, instrument.Name);
        if (!instruments.TryGetValue(name, out var entry) || !entry.Series.TryGetValue(key, out var one))
        {
            if (series >= MostSeries)
            {
                Refused++;
                return;
            }

            entry ??= instruments[name] = new Entry(instrument);
            entry.Series[key] = one = new Series(measured.Instance, measured.Fields, measured.Bounds);
            series++;
        }

        length += one.Add(measured, now);
        foreach (var exemplar in measured.Exemplars.Where(exemplar => !entry.Exemplars.Contains(exemplar)))
        {
            entry.Exemplars.Add(exemplar);
        }

        entry.Exemplars.RemoveRange(0, Math.Max(0, entry.Exemplars.Count - MostExemplars));
    }

    /// <summary>Forgets what is older than an hour, and more when that is still too much.</summary>
    private void Trim(long now)
    {
        if (now == trimmed)
        {
            return;
        }

        trimmed = now;
        for (var kept = Hour; ; kept /= 2)
        {
            foreach (var (name, entry) in instruments)
            {
                foreach (var (key, one) in entry.Series)
                {
                    length -= one.Forget(now - kept);
                    if (one.Points.Count == 0)
                    {
                        entry.Series.Remove(key);
                        series--;
                    }
                }

                if (entry.Series.Count == 0)
                {
                    instruments.Remove(name);
                }
            }

            if (length <= MostLength)
            {
                return;
            }
        }
    }

    private sealed class Entry(Instrument instrument)
    {
        public Instrument Instrument { get; } = instrument;

        public Dictionary<string, Series> Series { get; } = new(StringComparer.Ordinal);

        public List<Exemplar> Exemplars { get; } = [];
    }

    private sealed class Series(string instance, IReadOnlyList<KeyValuePair<string, string>> fields, IReadOnlyList<double> bounds)
    {
        public string Instance { get; } = instance;

        public IReadOnlyList<KeyValuePair<string, string>> Fields { get; } = fields;

        public IReadOnlyList<double> Bounds { get; } = bounds;

        public List<Point> Points { get; } = [];

        public bool IsWhole { get; private set; } = true;

        /// <summary>Returns by how much it got longer.</summary>
        public int Add(Measurement measured, long now)
        {
            var next = new Point(now, measured.Value, measured.Sum, measured.Buckets);
            var last = Points.Count > 0 ? Points[^1] : default;
            if (measured.IsDelta && Points.Count > 0)
            {
                next = next with
                {
                    Value = next.Value + last.Value,
                    Sum = next.Sum + last.Sum,
                    Buckets = next.Buckets.Length == last.Buckets.Length ? [.. next.Buckets.Zip(last.Buckets, (a, b) => a + b)] : next.Buckets,
                };
            }

            if (Points.Count > 0 && last.At == now)
            {
                Points[^1] = next;
                return 0;
            }

            if (Points.Count > 1 && IsSame(last, next) && IsSame(Points[^2], last))
            {
                // The same Buckets as well: an equal count is an equal histogram.
                Points[^1] = last with { At = now };
                return 0;
            }

            Points.Add(IsSame(last, next) && Points.Count > 0 ? last with { At = now } : next);
            return Length(next);
        }

        public int Forget(long until)
        {
            // The last before it stays, so that what comes after it has something to be compared with.
            var old = Points.FindIndex(point => point.At >= until) is var first and >= 0 ? Math.Max(0, first - 1) : Points.Count;
            var freed = Points.Take(old).Sum(Length);
            Points.RemoveRange(0, old);
            IsWhole &= old == 0;
            return freed;
        }

        private static bool IsSame(Point one, Point other) => one.Value.Equals(other.Value) && one.Sum.Equals(other.Sum);

        private static int Length(Point point) => 1 + (point.Buckets.Length / 4);
    }
}
