using System.Globalization;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Platform.RateLimits;

/// <summary>
/// Counts what a caller does against their limits: in Redis, which all replicas share; in this process where there is no
/// Redis; and with this replica's share of each limit while Redis does not answer.
/// </summary>
public sealed class SpendQuota(IOptions<RateLimitOptions> options, LocalBuckets local, IServiceProvider services)
{
    private readonly RedisBuckets? _redis = services.GetService<RedisBuckets>();

    /// <summary>Spends one of each limit, or of none. Says in the answer's headers how they stand.</summary>
    public async ValueTask<SpentQuota> Spend(HttpContext context, string caller, params IReadOnlyList<(RateLimit Limit, string Part)> limits)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(limits);
        var settings = options.Value;
        var buckets = new Bucket[limits.Count];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = Bucket.Of(limits[i].Limit, limits[i].Part, settings);
        }

        var states = _redis is null
            ? local.Spend(caller, buckets)
            : await _redis.Spend(caller, buckets) ?? local.Spend(caller, Array.ConvertAll(buckets, bucket => bucket.Share(settings.Replicas)));
        var spent = new SpentQuota(states);
        spent.Tell(context.Response, settings);
        return spent;
    }
}

/// <summary>How the limits stand of whom a request was counted for.</summary>
public sealed class SpentQuota(IReadOnlyList<BucketState> states)
{
    public bool IsAllowed => states.All(state => state.Wait == TimeSpan.Zero);

    private int RetryAfter => states.Max(state => Seconds(state.Wait));

    /// <summary>The 429 for who has spent too much.</summary>
    public ProblemHttpResult Refuse(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        var violated = states.Where(state => state.Wait > TimeSpan.Zero).Select(state => state.Bucket.Limit).ToList();
        context.RequestServices.GetRequiredService<SecurityEvents>().NoteSeldom(SecurityEvent.LimitExceeded, subject: violated[0].Name);
        return Problems.Refuse(
            StatusCodes.Status429TooManyRequests,
            "too-many-requests",
            violated.Exists(limit => limit.Guarded) ? "Too many tries" : "Too many requests",
            $"{Words(violated[0])} Wait {Wait(RetryAfter)}, then try again.",
            ("violated-policies", violated.Select(limit => limit.Name)));
    }

    /// <summary>The headers of draft-ietf-httpapi-ratelimit-headers, beside those of a limit counted earlier.</summary>
    internal void Tell(HttpResponse response, RateLimitOptions options)
    {
        foreach (var state in states)
        {
            var limit = state.Bucket.Limit;
            var until = state.Left > 0 ? state.Full : state.Wait > TimeSpan.Zero ? state.Wait : TimeSpan.FromMicroseconds(state.Bucket.Interval);
            Append(response, "RateLimit-Policy", string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";q={limit.Quota(options)};w={(int)limit.Window.TotalSeconds}"));
            Append(response, "RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"{limit.Name}\";r={Math.Max(0, state.Left)};t={Seconds(until)}"));
        }
    }

    private static void Append(HttpResponse response, string name, string item)
    {
        var known = response.Headers[name].ToString();
        response.Headers[name] = known.Length == 0 ? item : $"{known}, {item}";
    }

    private static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);

    private static string Words(RateLimit limit) => limit.Name switch
    {
        "sign-in" or "sign-in-account" => "There were too many tries to sign in.",
        "upload" => "You have uploaded many files within an hour.",
        "generation" => "You have had many posts written within an hour.",
        "rewrite" => "You have had many sections rewritten within an hour.",
        "key" => "You have made many keys within an hour.",
        _ => "There were too many requests in a short time.",
    };

    private static string Wait(int seconds) => seconds switch
    {
        <= 1 => "a second",
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds} seconds"),
        60 => "a minute",
        _ => string.Create(CultureInfo.InvariantCulture, $"{(seconds + 59) / 60} minutes"),
    };
}
