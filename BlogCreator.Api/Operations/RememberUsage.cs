using BlogCreator.Contracts;

namespace BlogCreator.Api.Operations;

/// <summary>
/// The usage as it was counted within the last minute. A year of it is added up from every row, and the page that shows it
/// looks again by itself every few seconds.
/// </summary>
internal sealed class RememberUsage(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _counting = new(1);
    private readonly Dictionary<int, (UsageReport Report, long At)> _known = [];

    public async Task<UsageReport> Of(int months, IEnumerable<ICountUsage> counters, CancellationToken cancel)
    {
        // One at a time: whoever asks meanwhile is answered with what the first has counted.
        await _counting.WaitAsync(cancel);
        try
        {
            if (_known.TryGetValue(months, out var known) && clock.GetElapsedTime(known.At) < Fresh)
            {
                return known.Report;
            }

            var asked = clock.GetTimestamp();
            var report = await GetUsage.Count(counters, months, clock, cancel);
            _known[months] = (report, asked);
            return report;
        }
        finally
        {
            _counting.Release();
        }
    }

    public void Dispose() => _counting.Dispose();
}
