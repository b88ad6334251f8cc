using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.RateLimiting;
using StackExchange.Redis;

namespace BlogCreator.Api.Platform.RateLimits;

/// <summary>How often may be done what; where Redis is configured, counted over all replicas.</summary>
public static class RateLimitsFeature
{
    public static IHostApplicationBuilder AddRateLimits(this IHostApplicationBuilder builder)
    {
        var development = builder.Environment.IsDevelopment();
        builder.Services.AddOptions<RateLimitOptions>()
            .Configure(limits =>
            {
                if (development)
                {
                    limits.Loosen();
                }
            })
            .BindConfiguration("RateLimits").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<LocalBuckets>().AddSingleton<SpendQuota>();
        if (builder.Services.Any(service => service.ServiceType == typeof(IConnectionMultiplexer)))
        {
            builder.Services.AddSingleton<RedisBuckets>().CountFromZero(RedisBuckets.Errors);
        }

        builder.Services.AddRateLimiter(limiter => limiter.OnRejected = async (rejected, _) =>
        {
            if (rejected.Lease is LimitRequests.Lease { Spent: { } spent })
            {
                await spent.Refuse(rejected.HttpContext).ExecuteAsync(rejected.HttpContext);
            }
        });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<SpendQuota>((limiter, quota) =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.GlobalLimiter = new LimitRequests(quota);
        });
        return builder;
    }

    /// <summary>Counts the requests by their caller and, where one is named, by this limit too.</summary>
    public static TBuilder LimitedBy<TBuilder>(this TBuilder endpoint, RateLimit? limit)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new LimitedRequests(limit));
}
