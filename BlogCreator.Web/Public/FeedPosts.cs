using System.Text.RegularExpressions;
using BlogCreator.Contracts;
using BlogCreator.Web.Shell;
using Microsoft.Extensions.Options;

namespace BlogCreator.Web.Public;

/// <summary>The newest posts with their text: what every kind of feed is made of.</summary>
internal sealed partial record FeedPosts(SiteDetails Site, string Address, IReadOnlyList<PublicPostSummary> Posts)
{
    // A feed without entries still needs a date; a fixed one keeps its fingerprint still.
    public DateTimeOffset Updated => Posts.Count == 0 ? DateTimeOffset.UnixEpoch : Posts.Max(post => post.UpdatedAt);

    public static async Task<FeedPosts> Read(HttpRequest request, BlogApi api, SiteProfile profile, IOptions<SiteOptions> options, string? tag, CancellationToken cancel)
    {
        var site = await profile.Get(api, cancel);
        var posts = site.SetUp ? (await api.ListPublicPosts(new PublicPostsQuery(Tag: tag, Full: true), null, cancel)).Items : [];
        return new FeedPosts(site, options.Value.AddressFor(request), posts);
    }

    public string Link(PublicPostSummary post) => Address + Link(post.Slug);

    /// <summary>The text with whole addresses: a feed reader does not know where it came from.</summary>
    public string Html(PublicPostSummary post) => LocalLink().Replace(post.Html ?? "", found => found.Groups["before"].Value + Address + "/");

    public static string Link(string slug) => "/posts/" + Uri.EscapeDataString(slug);

    [GeneratedRegex("(?<before><a\\b[^>]*?\\shref=\")/(?!/)", RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex LocalLink();
}
