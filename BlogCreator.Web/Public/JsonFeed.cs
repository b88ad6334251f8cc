using System.Text.Json.Serialization;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

/// <summary>The newest posts as JSON Feed 1.1, each with the address of its evidence as data.</summary>
public static class JsonFeed
{
    public static async Task<JsonHttpResult<Document>> Handle(HttpRequest request, BlogApi api, SiteProfile profile, IOptions<SiteOptions> options, CancellationToken cancel)
    {
        var feed = await FeedPosts.Read(request, api, profile, options, null, cancel);
        var document = new Document(
            "https://jsonfeed.org/version/1.1",
            feed.Site.Name,
            Wording.PurposeOf(feed.Site),
            feed.Address + "/",
            feed.Address + "/feed.json",
            "en",
            [.. feed.Posts.Select(post => new Item(
                feed.Link(post),
                feed.Link(post),
                post.Title,
                feed.Html(post),
                post.Summary,
                feed.Link(post) + "/picture.png",
                post.PublishedAt,
                post.UpdatedAt,
                [new Author(post.Author.Name, $"{feed.Address}/authors/{Uri.EscapeDataString(post.Author.Handle)}")],
                post.Tags,
                new Evidence(feed.Link(post) + "/evidence.json", post.Check.Supported, post.Check.Checked)))]);
        return TypedResults.Json(document, BlogApi.Json, "application/feed+json; charset=utf-8");
    }

    public sealed record Document(
        string Version,
        string Title,
        string Description,
        [property: JsonPropertyName("home_page_url")] string HomePage,
        [property: JsonPropertyName("feed_url")] string Feed,
        string Language,
        IReadOnlyList<Item> Items);

    public sealed record Item(
        string Id,
        string Url,
        string Title,
        [property: JsonPropertyName("content_html")] string Html,
        string Summary,
        string Image,
        [property: JsonPropertyName("date_published")] DateTimeOffset Published,
        [property: JsonPropertyName("date_modified")] DateTimeOffset Modified,
        IReadOnlyList<Author> Authors,
        IReadOnlyList<string> Tags,
        [property: JsonPropertyName("_evidence")] Evidence Evidence);

    public sealed record Author(string Name, string Url);

    /// <summary>An extension, as the specification allows under a name with an underscore.</summary>
    public sealed record Evidence(string Url, int Supported, int Checked);
}
