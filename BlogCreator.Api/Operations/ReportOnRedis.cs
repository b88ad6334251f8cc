using System.Globalization;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using StackExchange.Redis;

namespace BlogCreator.Api.Operations;

/// <summary>Whether Redis answers. What it does is done less well without it, and nothing is lost.</summary>
internal sealed class ReportOnRedis(IServiceProvider services) : IReportOnItself
{
    public static string Part => "redis";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        if (services.GetService<IConnectionMultiplexer>() is not { } redis)
        {
            return new OperationsPart("redis", PartState.Well, "No Redis is configured, and one service of each kind needs none.", []);
        }

        return await new RedisHealth(redis).Ping(cancel) is { } answered
            ? new OperationsPart("redis", PartState.Well, "Redis answers.", [.. Version(redis), new("answer", answered.TotalSeconds.ToString("0.####", CultureInfo.InvariantCulture), "seconds")])
            : new OperationsPart("redis", PartState.Notice, "Redis does not answer. The site goes on without: each service allows its share of a rate limit, pages are kept by each service for itself, and what others write shows up to a second later.", []);
    }
    /// <summary>As it said when the connection was made.</summary>
    private static IEnumerable<OperationsFact> Version(IConnectionMultiplexer redis) => redis.GetServers()
        .Where(server => server.IsConnected)
        .Take(1)
        .Select(server => new OperationsFact("version", server.Version.ToString()));
}
