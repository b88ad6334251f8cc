using System.Security.Claims;
using System.Threading.RateLimiting;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Api.Platform.RateLimits;

/// <summary>
/// Which limits a request is counted by: the one of its caller (an API key, a signed-in browser, an address), and the one
/// that its endpoint names. Made for ASP.NET Core's rate limiting, which asks it once for each request.
/// </summary>
internal sealed class LimitRequests(SpendQuota quota) : PartitionedRateLimiter<HttpContext>
{
    public const string KeyClaim = "key";

    private static readonly Lease Granted = new(null, true);
    private static readonly Lease NotYet = new(null, false);

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;

    /// <summary>Never at once: the middleware then asks again, and waits.</summary>
    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) => Limited(resource) is null ? Granted : NotYet;

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken)
    {
        if (Limited(resource) is not { } own)
        {
            return Granted;
        }

        var person = resource.User.FindFirstValue(ClaimTypes.NameIdentifier);
        var address = VisitorAddress.Of(resource.Connection.RemoteIpAddress);
        var caller = person ?? address;
        var (general, part) = person is null ? (RateLimit.Read, "") : resource.User.FindFirstValue(KeyClaim) is { } key ? (RateLimit.Api, key) : (RateLimit.Studio, "");
        // Signing in is counted by address, also of somebody who is signed in.
        var limit = own.Limit;
        var apart = limit == RateLimit.SignIn && person is not null;
        var spent = limit is null || apart
            ? await quota.Spend(resource, caller, (general, part))
            : await quota.Spend(resource, caller, (general, part), (limit, ""));
        if (spent.IsAllowed && apart)
        {
            spent = await quota.Spend(resource, address, (RateLimit.SignIn, ""));
        }

        return new Lease(spent, spent.IsAllowed);
    }

    private static LimitedRequests? Limited(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<LimitedRequests>();

    internal sealed class Lease(SpentQuota? spent, bool acquired) : RateLimitLease
    {
        public SpentQuota? Spent => spent;

        public override bool IsAcquired => acquired;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}

/// <summary>On an endpoint: its requests are counted, and by which limit beside that of the caller.</summary>
internal sealed record LimitedRequests(RateLimit? Limit);
