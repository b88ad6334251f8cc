using System.Diagnostics.Metrics;
using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BlogCreator.Api.Platform.RateLimits;

/// <summary>Buckets that all replicas spend from.</summary>
public sealed class RedisBuckets(IConnectionMultiplexer redis, IOptions<RedisOptions> options, TimeProvider clock, ILogger<RedisBuckets> logger)
{
    internal static readonly Counter<long> Errors = Telemetry.Meter.CreateCounter<long>("ratelimit.backend.errors", description: "Times that Redis did not answer a rate limit");

    private readonly RedisGuard _guard = new(redis, options.Value.Budget, clock, logger, "rate limits");

    /// <summary>Null when Redis does not answer in time.</summary>
    public async ValueTask<BucketState[]?> Spend(string caller, IReadOnlyList<Bucket> buckets)
    {
        ArgumentNullException.ThrowIfNull(buckets);
        var keys = new RedisKey[buckets.Count];
        var values = new RedisValue[buckets.Count * 2];
        for (var i = 0; i < buckets.Count; i++)
        {
            var bucket = buckets[i];
            // One hash tag for a caller: on a cluster their buckets lie together.
            keys[i] = $"blogcreator:limit:{{{caller}}}:{bucket.Limit.Name}:{bucket.Part}";
            (values[2 * i], values[(2 * i) + 1]) = (bucket.Interval, bucket.Size);
        }

        var answer = await _guard.Ask(database => LimitScript.Run(database, keys, values));
        if (answer.Failed)
        {
            Errors.Add(1);
        }

        if (answer.Value is not { Length: var length } numbers || length != buckets.Count * 3)
        {
            return null;
        }

        var states = new BucketState[buckets.Count];
        for (var i = 0; i < buckets.Count; i++)
        {
            states[i] = new BucketState(buckets[i], TimeSpan.FromMicroseconds(numbers[3 * i]), numbers[(3 * i) + 1], TimeSpan.FromMicroseconds(numbers[(3 * i) + 2]));
        }

        return states;
    }
}
