namespace BlogCreator.Api.Platform.RateLimits;

/// <summary>The algorithm of <c>gcra.lua</c> in this process: without Redis, and while it is away.</summary>
public sealed class LocalBuckets(TimeProvider clock)
{
    // Whoever has many addresses must not fill our memory with them.
    private const int Most = 100_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _fullAt = new(StringComparer.Ordinal);
    private readonly long _start = clock.GetTimestamp();
    private int _untilTidied = Most / 10;

    /// <summary>Spends from all of them, or from none.</summary>
    public BucketState[] Spend(string caller, IReadOnlyList<Bucket> buckets)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        lock (_lock)
        {
            var now = (long)clock.GetElapsedTime(_start).TotalMicroseconds;
            Tidy(now);
            Span<long> fullAt = stackalloc long[buckets.Count];
            var allowed = true;
            for (var i = 0; i < buckets.Count; i++)
            {
                fullAt[i] = Math.Max(_fullAt.GetValueOrDefault(KeyOf(caller, buckets[i])), now);
                allowed &= fullAt[i] + buckets[i].Interval <= now + (buckets[i].Interval * buckets[i].Size);
            }

            var states = new BucketState[buckets.Count];
            for (var i = 0; i < buckets.Count; i++)
            {
                var (bucket, room) = (buckets[i], buckets[i].Interval * buckets[i].Size);
                var wait = Math.Max(0, fullAt[i] + bucket.Interval - room - now);
                if (allowed)
                {
                    fullAt[i] += bucket.Interval;
                    _fullAt[KeyOf(caller, bucket)] = fullAt[i];
                }

                states[i] = new BucketState(bucket, TimeSpan.FromMicroseconds(wait), (now + room - fullAt[i]) / bucket.Interval, TimeSpan.FromMicroseconds(fullAt[i] - now));
            }

            return states;
        }
    }

    /// <summary>When there are more callers than can be told apart, the new ones share a bucket.</summary>
    private string KeyOf(string caller, Bucket bucket)
    {
        var key = $"{caller}:{bucket.Limit.Name}:{bucket.Part}";
        return _fullAt.Count < Most || _fullAt.ContainsKey(key) ? key : $"*:{bucket.Limit.Name}";
    }

    private void Tidy(long now)
    {
        if (--_untilTidied > 0)
        {
            return;
        }

        _untilTidied = Most / 10;
        foreach (var (key, fullAt) in _fullAt)
        {
            if (fullAt <= now)
            {
                _fullAt.Remove(key);
            }
        }
    }
}
