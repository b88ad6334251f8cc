using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace BlogCreator.ServiceDefaults;

/// <summary>Whether Redis answers. Its absence is news and no reason to stop serving.</summary>
public sealed class RedisHealth(IConnectionMultiplexer redis) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await Ping(cancellationToken) is not null ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded("Redis does not answer.");

    /// <summary>How long an answer took; null when there is none.</summary>
    public async Task<TimeSpan?> Ping(CancellationToken cancel)
    {
        try
        {
            return await redis.GetDatabase().PingAsync().WaitAsync(Patience, cancel);
        }
        catch (Exception away) when (away is RedisException or TimeoutException or ObjectDisposedException)
        {
            return null;
        }
    }
}
