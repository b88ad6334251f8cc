using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using BlogCreator.Contracts;

namespace BlogCreator.Web.Public;

/// <summary>
/// What a page is, in the words of schema.org, for search engines. It is data and not a script, so no policy stops it; the
/// encoder escapes every sign by which a title could end the element.
/// </summary>
internal static class LinkedData
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static string Script(object data) => $"<script type=\"application/ld+json\">{JsonSerializer.Serialize(data, Json)}</script>";

    public static object Site(string address, string name, string description) => Graph(
        new Dictionary<string, object?>
        {
            ["@type"] = "Blog",
            ["@id"] = address + "/#blog",
            ["name"] = name,
            ["description"] = description,
            ["url"] = address + "/",
        },
        new Dictionary<string, object?>
        {
            ["@type"] = "WebSite",
            ["name"] = name,
            ["url"] = address + "/",
            ["potentialAction"] = new Dictionary<string, object?>
            {
                ["@type"] = "SearchAction",
                ["target"] = new Dictionary<string, object?> { ["@type"] = "EntryPoint", ["urlTemplate"] = address + "/search?q={search_term_string}" },
                ["query-input"] = "required name=search_term_string",
            },
        });

    public static object Post(string address, string site, PublicPost post)
    {
        var link = address + FeedPosts.Link(post.Slug);
        var citations = post.Sources.Select(source => new Dictionary<string, object?>
        {
            ["@type"] = "CreativeWork",
            ["name"] = source.DocumentName,
            ["pagination"] = source.Pages.Count == 0 ? null : string.Join(", ", source.Pages),
        }.Where(part => part.Value is not null).ToDictionary()).ToList();
        return Graph(
            new Dictionary<string, object?>
            {
                ["@type"] = "BlogPosting",
                ["@id"] = link + "#post",
                ["headline"] = post.Title,
                ["description"] = post.Summary,
                ["url"] = link,
                ["mainEntityOfPage"] = link,
                ["image"] = link + "/picture.png",
                ["inLanguage"] = "en",
                ["isAccessibleForFree"] = true,
                ["datePublished"] = post.PublishedAt.UtcDateTime,
                ["dateModified"] = (post.UpdatedAt > post.PublishedAt ? post.UpdatedAt : post.PublishedAt).UtcDateTime,
                ["author"] = new Dictionary<string, object?> { ["@type"] = "Person", ["name"] = post.Author.Name, ["url"] = $"{address}/authors/{Uri.EscapeDataString(post.Author.Handle)}" },
                ["publisher"] = new Dictionary<string, object?> { ["@type"] = "Organization", ["name"] = site, ["url"] = address + "/" },
                ["keywords"] = post.Tags,
                ["citation"] = citations,
            },
            Trail(address, site, (post.Title, FeedPosts.Link(post.Slug))));
    }

    public static object Page(string address, string site, string title, string path) => Graph(Trail(address, site, (title, path)));

    private static Dictionary<string, object?> Trail(string address, string site, (string Title, string Path) page) => new()
    {
        ["@type"] = "BreadcrumbList",
        ["itemListElement"] = (object[])[Step(1, site, address + "/"), Step(2, page.Title, address + page.Path)],
    };

    private static Dictionary<string, object?> Step(int position, string name, string link) => new()
    {
        ["@type"] = "ListItem",
        ["position"] = position,
        ["name"] = name,
        ["item"] = link,
    };

    private static Dictionary<string, object?> Graph(params object[] things) => new() { ["@context"] = "https://schema.org", ["@graph"] = things };
}
