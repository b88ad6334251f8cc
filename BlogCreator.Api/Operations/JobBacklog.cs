using System.Diagnostics.Metrics;
using BlogCreator.Api.Platform;

namespace BlogCreator.Api.Operations;

/// <summary>
/// What waits, for alarms: <c>jobs_waiting</c> and <c>jobs_oldest_age_seconds</c>, each by kind. The worker notes it as it
/// looks; every replica tells the same, so take the highest and not the sum.
/// </summary>
public sealed class JobBacklog
{
    private volatile IReadOnlyDictionary<string, double> _ages;
    private volatile IReadOnlyDictionary<string, int> _waiting;
    private readonly IReadOnlyCollection<string> _kinds;

    public JobBacklog(JobKinds kinds)
    {
        ArgumentNullException.ThrowIfNull(kinds);
        _kinds = kinds.Names;
        _ages = new Dictionary<string, double>();
        _waiting = new Dictionary<string, int>();
        Telemetry.Meter.CreateObservableGauge("jobs_waiting", () => Measure(_waiting), description: "Jobs that are due and have not begun.");
        Telemetry.Meter.CreateObservableGauge("jobs_oldest_age_seconds", () => Measure(_ages), description: "How long the job that is due longest has been waiting.");
    }

    internal void Note(DateTimeOffset now, IReadOnlyDictionary<string, DateTimeOffset> nextDue) =>
        _ages = nextDue.ToDictionary(due => due.Key, due => Math.Max(0, (now - due.Value).TotalSeconds));

    internal void Note(IReadOnlyDictionary<string, int> waiting) => _waiting = waiting;

    private IEnumerable<Measurement<T>> Measure<T>(IReadOnlyDictionary<string, T> values)
        where T : struct =>
        _kinds.Select(kind => new Measurement<T>(values.GetValueOrDefault(kind), new KeyValuePair<string, object?>("kind", kind)));
}
