using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.OutputCaching;

namespace BlogCreator.Web.Public;

/// <summary>
/// Pages in Redis, for every replica; behind a guard, since no reader waits for a cache: what does not come in time is
/// made instead. It takes and gives whole arrays: a page that is still on its way to Redis when nobody waits any more must
/// not lie in memory that is used again.
/// </summary>
internal sealed class GuardedPages(IOutputCacheStore pages, RedisGuard guard) : IOutputCacheStore
{
    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken) =>
        (await guard.Ask(_ => pages.GetAsync(key, CancellationToken.None).AsTask())).Value;

    public async ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        await guard.Ask(_ => Done(pages.SetAsync(key, value, tags, validFor, CancellationToken.None)));

    public async ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) =>
        await guard.Ask(_ => Done(pages.EvictByTagAsync(tag, CancellationToken.None)));

    private static async Task<bool> Done(ValueTask work)
    {
        await work;
        return true;
    }
}
