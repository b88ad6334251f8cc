using BlogCreator.ServiceDefaults;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace BlogCreator.Web.Public;

/// <summary>
/// What the output cache keeps: public pages as strangers see them, once for each content version, encoding and parameter
/// that the page knows. Whoever sends a session gets a page of their own making.
/// </summary>
internal sealed class PublicPagePolicy(ContentVersion version, IHostEnvironment environment, IOptions<SiteOptions> site) : IOutputCachePolicy
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    // Nobody looks for it under a guessed stamp later than that.
    private static readonly TimeSpan Guessed = TimeSpan.FromSeconds(4);

    private readonly string _session = SharedSignIn.CookieName(environment);

    private readonly bool _sameForAllHosts = !string.IsNullOrWhiteSpace(site.Value.BaseUrl);

    private Prefixes? _prefixes;

    /// <summary>On every page that was kept under the stamp.</summary>
    public static string TagOf(string stamp) => "public." + stamp;

    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var http = context.HttpContext;
        var page = http.GetEndpoint()?.Metadata.GetMetadata<PublicPageAttribute>();
        if (page is null || !(HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) || PageMemory.IsSignedIn(http.Request, _session))
        {
            context.EnableOutputCaching = false;
            return ValueTask.CompletedTask;
        }

        context.EnableOutputCaching = true;
        context.AllowCacheLookup = true;
        context.AllowCacheStorage = true;
        // With it, readers who wait for the same page would share the fate of the one who asked first and went away:
        // MakeOnce lets them wait without.
        context.AllowLocking = false;
        var stamp = version.Stamp;
        context.Tags.Add(TagOf(stamp));
        context.ResponseExpirationTimeSpan = version.IsFollowed ? Longest : Guessed;
        context.CacheVaryByRules.QueryKeys = page.Parameters;
        context.CacheVaryByRules.VaryByHost = !_sameForAllHosts;
        context.CacheVaryByRules.CacheKeyPrefix = Prefix(stamp, PageEncoding.Of(http.Request));
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var response = context.HttpContext.Response;
        if (response.StatusCode != StatusCodes.Status200OK
            || !StringValues.IsNullOrEmpty(response.Headers.SetCookie)
            || response.Headers.CacheControl.ToString().Contains("no-store", StringComparison.OrdinalIgnoreCase))
        {
            context.AllowCacheStorage = false;
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The same few texts for every request of a version.</summary>
    private string Prefix(string stamp, string encoding)
    {
        if (_prefixes is not { } known || !ReferenceEquals(known.Stamp, stamp))
        {
            _prefixes = known = new Prefixes(stamp, $"{stamp}.", $"{stamp}.br", $"{stamp}.gzip");
        }

        return encoding switch
        {
            PageEncoding.Brotli => known.Brotli,
            PageEncoding.Gzip => known.Gzip,
            _ => known.Plain,
        };
    }

    private sealed record Prefixes(string Stamp, string Plain, string Brotli, string Gzip);
}
