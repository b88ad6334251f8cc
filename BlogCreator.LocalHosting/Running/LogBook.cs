namespace BlogCreator.LocalHosting;

/// <summary>What is looked for in the logs.</summary>
internal sealed record LogQuery(string? Resource = null, LogSeverity Least = LogSeverity.Trace, string Words = "")
{
    public bool IsMetBy(LogEntry entry) =>
        entry.Severity >= Least
        && (Words.Length == 0
            || Has(entry.Message) || Has(entry.Category) || Has(entry.Exception) || Has(entry.TraceId) || entry.Fields.Any(field => Has(field.Value)));

    private bool Has(string text) => text.Contains(Words, StringComparison.OrdinalIgnoreCase);
}

/// <summary>A piece of the logs.</summary>
/// <param name="Last">The number up to which was looked.</param>
/// <param name="IsMore">There is more to be had at once.</param>
/// <param name="HasGap">Something between the asked number and the first line was dropped already.</param>
internal sealed record LogPage(IReadOnlyList<LogEntry> Entries, long Last, bool IsMore, bool HasGap);

/// <summary>What all services said lately. Whoever reads asks for what came after a number, so that a slow reader holds nobody up.</summary>
internal sealed class LogBook(string folder, Secrets secrets) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ServiceLog> logs = new(StringComparer.OrdinalIgnoreCase);
    private TaskCompletionSource? news;
    private long last;

    public long Last
    {
        get
        {
            lock (gate)
            {
                return last;
            }
        }
    }

    /// <summary>Completes when the next line comes.</summary>
    public Task News
    {
        get
        {
            lock (gate)
            {
                return (news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    public ServiceLog Of(string resource)
    {
        lock (gate)
        {
            return logs.TryGetValue(resource, out var log) ? log : logs[resource] = new ServiceLog(Path.Combine(folder, $"{resource}.log"));
        }
    }

    public LogEntry Add(string resource, LogEntry heard)
    {
        var log = Of(resource);
        var entry = heard.Redacted(secrets);
        TaskCompletionSource? waiting;
        lock (gate)
        {
            entry = entry with { Number = ++last, Resource = resource };
            log.Remember(entry);
            waiting = news;
            news = null;
        }

        waiting?.TrySetResult();
        log.Write(entry);
        return entry;
    }

    public LogPage After(long number, LogQuery query, int most)
    {
        var hasGap = false;
        long end;
        var found = new List<LogEntry>();
        lock (gate)
        {
            end = last;
            foreach (var log in Asked(query))
            {
                hasGap |= number > 0 && log.LastDropped > number;
                log.CopyAfter(number, found);
            }
        }

        var entries = found.Where(query.IsMetBy).OrderBy(entry => entry.Number).Take(most + 1).ToList();
        return entries.Count > most
            ? new LogPage(entries[..most], entries[most - 1].Number, IsMore: true, hasGap)
            : new LogPage(entries, end, IsMore: false, hasGap);
    }

    /// <summary>The last lines that are looked for, the oldest first.</summary>
    public LogPage Latest(LogQuery query, int most)
    {
        var all = After(0, query, int.MaxValue - 1);
        return all with { Entries = [.. all.Entries.TakeLast(most)] };
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var log in logs.Values)
            {
                log.Dispose();
            }
        }
    }

    private List<ServiceLog> Asked(LogQuery query) =>
        query.Resource is null ? [.. logs.Values] : logs.TryGetValue(query.Resource, out var one) ? [one] : [];
}
