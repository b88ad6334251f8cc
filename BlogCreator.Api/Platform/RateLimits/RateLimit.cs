namespace BlogCreator.Api.Platform.RateLimits;

/// <summary>What may be done how often. The name stands in the <c>RateLimit-Policy</c> header.</summary>
/// <param name="Guarded">
/// What guards accounts: while Redis is away a replica allows its share rounded down, so that all together never allow
/// more than the limit.
/// </param>
public sealed record RateLimit(string Name, TimeSpan Window, Func<RateLimitOptions, int> Quota, bool Guarded = false)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Per address.</summary>
    public static readonly RateLimit SignIn = new("sign-in", Minute, limits => limits.SignInPerMinute, Guarded: true);

    /// <summary>Per account, from wherever the tries come.</summary>
    public static readonly RateLimit SignInToAccount = new("sign-in-account", Hour, limits => limits.SignInPerAccountPerHour, Guarded: true);

    /// <summary>Per person, as the others below.</summary>
    public static readonly RateLimit CreateKey = new("key", Hour, limits => limits.KeysPerHour, Guarded: true);
    public static readonly RateLimit Upload = new("upload", Hour, limits => limits.UploadsPerHour);
    public static readonly RateLimit Generate = new("generation", Hour, limits => limits.GenerationsPerHour);
    public static readonly RateLimit Rewrite = new("rewrite", Hour, limits => limits.RewritesPerHour);

    /// <summary>What every request is counted by: with an API key, of a signed-in browser, of a visitor.</summary>
    public static readonly RateLimit Api = new("api", Minute, limits => limits.ApiPerMinute);
    public static readonly RateLimit Studio = new("studio", Minute, limits => limits.StudioPerMinute);
    public static readonly RateLimit Read = new("read", Minute, limits => limits.ReadsPerMinute);
}

/// <summary>A limit for one caller.</summary>
/// <param name="Part">Tells apart what one caller has several of, such as API keys.</param>
/// <param name="Size">What may be spent at once.</param>
/// <param name="Interval">In which one comes back, in microseconds.</param>
public sealed record Bucket(RateLimit Limit, string Part, long Size, long Interval)
{
    public static Bucket Of(RateLimit limit, string part, RateLimitOptions options)
    {
        ArgumentNullException.ThrowIfNull(limit);
        var quota = limit.Quota(options);
        return new Bucket(limit, part, quota, (long)limit.Window.TotalMicroseconds / quota);
    }

    /// <summary>What one of several replicas allows by itself.</summary>
    public Bucket Share(int replicas) => this with
    {
        Size = Math.Max(1, Limit.Guarded ? Size / replicas : (Size + replicas - 1) / replicas),
        Interval = Interval * replicas,
    };
}

/// <summary>How a bucket stands after it was asked.</summary>
/// <param name="Wait">Until it can be spent from; zero when it could.</param>
/// <param name="Full">Until all of it is there again.</param>
public readonly record struct BucketState(Bucket Bucket, TimeSpan Wait, long Left, TimeSpan Full);
