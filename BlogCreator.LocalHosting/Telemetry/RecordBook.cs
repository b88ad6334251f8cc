namespace BlogCreator.LocalHosting.Telemetry;

/// <summary>What the services logged lately, with all its parts, the newest kept.</summary>
internal sealed class RecordBook
{
    public const int MostRecords = 10_000;
    private const int MostLength = 20_000_000;

    private readonly Lock gate = new();
    private readonly Queue<LogEntry> records = new();
    private long length;
    private long last;

    /// <summary>Changes with each record that comes.</summary>
    public long Version => Volatile.Read(ref last);

    public void Add(IEnumerable<LogEntry> told)
    {
        lock (gate)
        {
            foreach (var record in told)
            {
                records.Enqueue(record with { Number = ++last });
                length += record.Length;
            }

            while (records.Count > MostRecords || (records.Count > 1 && length > MostLength))
            {
                length -= records.Dequeue().Length;
            }
        }
    }

    /// <summary>The newest first.</summary>
    /// <param name="before">Older than the record of that number.</param>
    public IReadOnlyList<LogEntry> Latest(LogQuery query, int most, string? trace = null, long before = long.MaxValue)
    {
        LogEntry[] all;
        lock (gate)
        {
            all = [.. records];
        }

        return [.. Enumerable.Reverse(all)
            .Where(record => record.Number < before && (query.Resource is null || record.Resource == query.Resource) && (trace is null || record.TraceId == trace) && query.IsMetBy(record))
            .Take(most)];
    }

    public IReadOnlyList<string> Services()
    {
        lock (gate)
        {
            return [.. records.Select(record => record.Resource).Distinct().Order(StringComparer.Ordinal)];
        }
    }
}
