namespace BlogCreator.LocalHosting.Telemetry;

/// <summary>One piece of work inside a service.</summary>
internal sealed record Span(string TraceId, string SpanId, string ParentId, Source Source, string Name, DateTimeOffset Start, TimeSpan Duration)
{
    public string Scope { get; init; } = "";

    /// <summary>As the specification calls it, in lower case; empty for work inside a service.</summary>
    public string Kind { get; init; } = "";

    public bool IsError { get; init; }

    public string Status { get; init; } = "";

    public IReadOnlyList<KeyValuePair<string, string>> Fields { get; init; } = [];

    public IReadOnlyList<SpanEvent> Events { get; init; } = [];

    /// <summary>Traces that have to do with it, such as the request that asked for a job.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];

    public DateTimeOffset End => Start + Duration;

    /// <summary>About what it takes in memory.</summary>
    public int Length => 400 + Name.Length + Status.Length + Size(Fields) + Events.Sum(happened => 100 + happened.Name.Length + Size(happened.Fields));

    /// <summary>What it asked, where its name says only how: a path.</summary>
    public string Hint => Kind != "client" || Name.Contains('/', StringComparison.Ordinal) ? ""
        : Uri.TryCreate(Fields.FirstOrDefault(pair => pair.Key == "url.full").Value, UriKind.Absolute, out var address) ? address.AbsolutePath
        : "";

    public static int Size(IReadOnlyList<KeyValuePair<string, string>> fields) => fields.Sum(pair => 40 + pair.Key.Length + pair.Value.Length);
}

internal sealed record SpanEvent(DateTimeOffset Time, string Name, IReadOnlyList<KeyValuePair<string, string>> Fields);

/// <summary>All spans of one piece of work, over the services.</summary>
internal sealed record Trace(string Id, IReadOnlyList<Span> Spans)
{
    /// <summary>The one that began it; where that one is not here, the earliest.</summary>
    public Span Root { get; } = First(Spans);

    /// <summary>What it became in the next service, when the first only passes it on.</summary>
    public Span? Next => Spans.Where(span => span.Kind == "server" && span.Source.Service != Root.Source.Service).MinBy(span => span.Start);

    public DateTimeOffset Start { get; } = Spans.Min(span => span.Start);

    public TimeSpan Duration => Spans.Max(span => span.End) - Start;

    public int Errors => Spans.Count(span => span.IsError);

    private static Span First(IReadOnlyList<Span> spans)
    {
        var ids = spans.Select(span => span.SpanId).ToHashSet(StringComparer.Ordinal);
        return spans.Where(span => !ids.Contains(span.ParentId)).DefaultIfEmpty(spans[0]).MinBy(span => span.Start)!;
    }

    public bool Has(string words) =>
        Id.Contains(words, StringComparison.OrdinalIgnoreCase)
        || Spans.Any(span => span.Name.Contains(words, StringComparison.OrdinalIgnoreCase)
            || span.Status.Contains(words, StringComparison.OrdinalIgnoreCase)
            || span.Fields.Any(field => field.Value.Contains(words, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>The traces of late, the newest kept.</summary>
internal sealed class TraceBook
{
    public const int MostTraces = 2_000;
    public const int MostSpansOfATrace = 1_000;
    private const int MostSpans = 30_000;
    private const int MostLength = 40_000_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Span>> traces = new(StringComparer.Ordinal);
    private readonly Queue<string> order = new();
    private int spans;
    private long length;

    /// <summary>Changes with each span that comes.</summary>
    public long Version { get; private set; }

    public void Add(IEnumerable<Span> told)
    {
        lock (gate)
        {
            foreach (var span in told)
            {
                Add(span);
            }

            while (order.Count > MostTraces || (order.Count > 1 && (spans > MostSpans || length > MostLength)))
            {
                traces.Remove(order.Dequeue(), out var oldest);
                spans -= oldest!.Count;
                length -= oldest.Sum(span => (long)span.Length);
            }
        }
    }

    /// <summary>The last to have begun first.</summary>
    public IReadOnlyList<Trace> All()
    {
        List<(string Id, Span[] Spans)> all;
        lock (gate)
        {
            all = [.. traces.Select(trace => (trace.Key, trace.Value.ToArray()))];
        }

        return [.. all.Select(trace => new Trace(trace.Id, trace.Spans)).OrderByDescending(trace => trace.Start)];
    }

    public Trace? Find(string id)
    {
        lock (gate)
        {
            return traces.TryGetValue(id, out var found) ? new Trace(id, [.. found]) : null;
        }
    }

    private void Add(Span span)
    {
        if (!traces.TryGetValue(span.TraceId, out var trace))
        {
            traces[span.TraceId] = trace = [];
            order.Enqueue(span.TraceId);
        }

        // Whoever heard no answer says it again.
        if (trace.Count < MostSpansOfATrace && !trace.Exists(other => other.SpanId == span.SpanId))
        {
            trace.Add(span);
            spans++;
            length += span.Length;
            Version++;
        }
    }
}
