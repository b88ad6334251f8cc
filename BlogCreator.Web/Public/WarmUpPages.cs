using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Web.Public;

/// <summary>The pages that are read most, made and fetched from the cache before anybody can ask for them.</summary>
internal static class WarmUpPages
{
    private const int Newest = 3;

    public static async Task<IReadOnlyList<WarmUpVisit>> Visits(HttpClient self, IHostEnvironment environment, CancellationToken cancel)
    {
        var feed = await self.GetFromJsonAsync<JsonFeed.Document>("/feed.json", BlogApi.Json, cancel);
        var posts = feed!.Items.Take(Newest).ToList();
        IReadOnlyList<string> pages =
        [
            "/", "/feed.xml", "/tags",
            "/search?q=" + Uri.EscapeDataString(posts.FirstOrDefault()?.Title ?? "tide"),
            .. posts.Select(post => new Uri(post.Url).AbsolutePath).SelectMany(post => (string[])[post, post + "/evidence"]),
        ];
        // A cookie that has the session's name in its own, and is none: such a page is made anew for each, and not kept.
        var anew = $"{SharedSignIn.CookieName(environment)}-warm-up=1";
        return [.. pages.Select(page => new WarmUpVisit(page, anew)), .. pages.Select(page => new WarmUpVisit(page))];
    }
}
