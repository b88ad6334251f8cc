using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Api.Posts;

/// <summary>What readers ask for most, asked before they can: lists, the newest posts with their evidence, a search.</summary>
internal static class WarmUpPosts
{
    private const int Newest = 3;

    public static async Task<IReadOnlyList<WarmUpVisit>> Visits(HttpClient self, CancellationToken cancel)
    {
        var api = new BlogApi(self);
        var posts = (await api.ListPublicPosts(new PublicPostsQuery(), null, cancel)).Items.Take(Newest).ToList();
        return
        [
            new("/api/v1/site"),
            new("/api/v1/public/posts"),
            new("/api/v1/public/posts?full=true"),
            new("/api/v1/public/tags"),
            new("/api/v1/search?scope=posts&q=" + Uri.EscapeDataString(posts.FirstOrDefault()?.Title ?? "tide")),
            .. posts.SelectMany(post => (WarmUpVisit[])
            [
                new($"/api/v1/public/posts/{Uri.EscapeDataString(post.Slug)}"),
                new($"/api/v1/public/posts/{Uri.EscapeDataString(post.Slug)}/evidence"),
            ]),
        ];
    }
}
