namespace BlogCreator.Api.Search.Elastic;

/// <summary>
/// Leaves a failing server alone: after some failures in a row nobody asks it but one call at a time, at growing intervals,
/// and the first answer lets all through again. Counts in a row and not by rate: on a quiet site a rate would let every
/// reader wait for the whole budget.
/// </summary>
internal sealed class Circuit(TimeProvider clock)
{
    private const int FailuresToOpen = 3;
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private int _failures;
    private TimeSpan _rest = ShortestRest;
    private DateTimeOffset _openUntil;

    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _failures >= FailuresToOpen;
            }
        }
    }

    /// <summary>What failed last; null while all is well.</summary>
    public ElasticFailure? Last { get; private set; }

    public DateTimeOffset? Since { get; private set; }

    /// <returns>Whether to ask. While open, true for one caller once the rest is over.</returns>
    public bool Enter()
    {
        lock (_gate)
        {
            if (_failures < FailuresToOpen)
            {
                return true;
            }

            var now = clock.GetUtcNow();
            if (now < _openUntil)
            {
                return false;
            }

            _openUntil = now + _rest;
            return true;
        }
    }

    public void Succeeded()
    {
        lock (_gate)
        {
            (_failures, _rest, Last, Since) = (0, ShortestRest, null, null);
        }
    }

    public void Failed(ElasticFailure failure)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            Last = failure;
            Since ??= now;
            if (++_failures < FailuresToOpen)
            {
                return;
            }

            if (_failures > FailuresToOpen)
            {
                _rest = TimeSpan.FromTicks(Math.Min(_rest.Ticks * 2, LongestRest.Ticks));
            }

            _openUntil = now + _rest;
        }
    }
}
