using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.OutputCaching.StackExchangeRedis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BlogCreator.Web.Public;

/// <summary>What every reader and every program may fetch. The pages are components; this maps what is not a page.</summary>
public static class PublicFeature
{
    private const long MostMemory = 128 * 1024 * 1024;
    private const long LargestPage = 16 * 1024 * 1024;

    public static void AddPublic(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOutputCache(cache =>
        {
            cache.SizeLimit = MostMemory;
            cache.MaximumBodySize = LargestPage;
            cache.UseCaseSensitivePaths = true;
        });
        builder.Services.AddSingleton<PublicPagePolicy>();
        builder.Services.AddOptions<OutputCacheOptions>().Configure<PublicPagePolicy>((cache, policy) => cache.AddBasePolicy(policy));
        builder.Services.AddSingleton<PageMemory>().AddSingleton<MakeOnce>();
        builder.Services.AddSingleton<NotTraced>(services => services.GetRequiredService<PageMemory>().Has);
        builder.Services.CountFromZero(PageRequests.Counter, "result", PageRequests.Sources);
        if (builder.Services.Any(service => service.ServiceType == typeof(IConnectionMultiplexer)))
        {
            builder.Services.AddPagesInRedis();
        }

        builder.Services.AddSingleton<PostPicture>();
        builder.WarmUpWith((self, cancel) => WarmUpPages.Visits(self, builder.Environment, cancel));
    }

    private static void AddPagesInRedis(this IServiceCollection services)
    {
        services.AddStackExchangeRedisOutputCache(_ => { });
        services.AddOptions<RedisOutputCacheOptions>().Configure<IConnectionMultiplexer>((cache, redis) =>
        {
            cache.InstanceName = "blogcreator:pages:";
            cache.ConnectionMultiplexerFactory = () => Task.FromResult(redis);
        });
        var pages = services.Last(service => service.ServiceType == typeof(IOutputCacheStore)).ImplementationType!;
        services.AddSingleton<IOutputCacheStore>(provider => new GuardedPages(
            (IOutputCacheStore)ActivatorUtilities.CreateInstance(provider, pages),
            new RedisGuard(
                provider.GetRequiredService<IConnectionMultiplexer>(),
                provider.GetRequiredService<IOptions<RedisOptions>>().Value.Budget,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<RedisGuard>>(),
                "kept pages")));
    }

    /// <summary>A page that is kept is served before anything is asked that only the making of a page needs.</summary>
    public static void UseKeptPages(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var memory = app.Services.GetRequiredService<PageMemory>();
        var once = app.Services.GetRequiredService<MakeOnce>();
        app.Use((context, next) => memory.Serve(context, next));
        app.Use((context, next) => once.Serve(context, next));
        app.Use((context, next) => PageRequests.CountCached(context, next));
        app.UseOutputCache();
    }

    public static void MapPublic(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var group = app.MapGroup("").AllowAnonymous().WithMetadata(new PublicPageAttribute()).ExcludeFromDescription();
        string[] reading = [HttpMethods.Get, HttpMethods.Head];
        group.MapMethods("/feed.xml", reading, AtomFeed.Handle);
        group.MapMethods("/tags/{tag}/feed.xml", reading, AtomFeed.HandleTag);
        group.MapMethods("/rss.xml", reading, RssFeed.Handle);
        group.MapMethods("/feed.json", reading, JsonFeed.Handle);
        group.MapMethods("/sitemap.xml", reading, Sitemap.HandleIndex);
        group.MapMethods("/sitemaps/posts-{part:int}.xml", reading, Sitemap.HandlePosts);
        group.MapMethods("/sitemaps/tags.xml", reading, Sitemap.HandleTags);
        group.MapMethods("/sitemaps/pages.xml", reading, Sitemap.HandlePages);
        group.MapMethods("/robots.txt", reading, Robots.Handle);
        group.MapMethods("/posts/{slug}/evidence.json", reading, EvidenceJson.Handle);
        group.MapMethods("/posts/{slug}/picture.png", reading, PostPicture.Handle);
        group.MapMethods("/picture.png", reading, PostPicture.HandleSite);
    }
}
