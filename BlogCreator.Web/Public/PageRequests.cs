using System.Diagnostics.Metrics;

namespace BlogCreator.Web.Public;

/// <summary>
/// <c>page_cache_requests_total</c>: public pages by where they came from: this service's memory, the cache that replicas
/// share, or made for this reader.
/// </summary>
internal static class PageRequests
{
    private static readonly Meter Meter = new("BlogCreator.Web");

    public static readonly Counter<long> Counter = Meter.CreateCounter<long>("page_cache_requests_total", description: "Public pages that were sent, by where they came from");

    public static IEnumerable<string> Sources => ["memory", "shared", "made"];

    public static void FromMemory() => Counter.Add(1, new KeyValuePair<string, object?>("result", "memory"));

    /// <summary>Around the output cache: what reaches the pages behind it was not kept.</summary>
    public static async Task CountCached(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<PublicPageAttribute>() is null)
        {
            await next(context);
            return;
        }

        await next(context);
        Counter.Add(1, new KeyValuePair<string, object?>("result", context.Items.ContainsKey(typeof(PageRequests)) ? "made" : "shared"));
    }

    /// <summary>Called where a page is about to be made.</summary>
    public static void Made(HttpContext context) => context.Items[typeof(PageRequests)] = true;
}
