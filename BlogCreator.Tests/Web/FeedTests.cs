using System.Net;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using AngleSharp.Html.Parser;
using BlogCreator.Contracts;
using BlogCreator.Web.Public;
using SkiaSharp;

namespace BlogCreator.Tests.Web;

/// <summary>What programs read: feeds, linked data, previews. Titles and tags come from people and models, and are hostile.</summary>
public sealed class FeedTests(WebFixture site) : IClassFixture<WebFixture>
{
    private const string Title = "</script><script>alert(1)</script> ]]> & \"q\" \u0001\u202E\uFFFE <b>";
    private const string Tag = "a/b <i>&\"";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RSS_has_what_the_format_asks_for_and_the_whole_text()
    {
        var (post, reader) = await Published();
        using var _ = reader;
        using var answer = await reader.GetAsync("/rss.xml", Cancel);
        Assert.Equal("application/rss+xml", answer.Content.Headers.ContentType!.MediaType);
        var rss = await Xml(answer);
        Assert.Equal(("rss", "2.0"), (rss.Name.LocalName, rss.Attribute("version")!.Value));
        var channel = Assert.Single(rss.Elements("channel"));
        Assert.All((string[])["title", "link", "description"], name => Assert.NotEmpty(channel.Element(name)!.Value));
        var item = Assert.Single(channel.Elements("item"), item => item.Element("link")!.Value == Link(post));
        Assert.Equal(Link(post), item.Element("guid")!.Value);
        Assert.True(DateTimeOffset.TryParseExact(item.Element("pubDate")!.Value, "r", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var _));
        Assert.Contains("</script><script>alert(1)</script>", item.Element("title")!.Value, StringComparison.Ordinal);
        AssertWholeText(item.Element(XName.Get("encoded", "http://purl.org/rss/1.0/modules/content/"))!.Value);
    }

    [Fact]
    public async Task Atom_carries_the_whole_text_also_for_one_tag()
    {
        var (post, reader) = await Published();
        using var _ = reader;
        XNamespace atom = "http://www.w3.org/2005/Atom";
        foreach (var path in (string[])["/feed.xml", $"/tags/{Uri.EscapeDataString(Tag)}/feed.xml"])
        {
            using var answer = await reader.GetAsync(path, Cancel);
            var feed = await Xml(answer);
            Assert.Equal(new Uri(site.Address, path).AbsoluteUri, Assert.Single(feed.Elements(atom + "link"), link => link.Attribute("rel")!.Value == "self").Attribute("href")!.Value);
            var entry = Assert.Single(feed.Elements(atom + "entry"), entry => entry.Element(atom + "id")!.Value == Link(post));
            Assert.Equal("html", entry.Element(atom + "content")!.Attribute("type")!.Value);
            AssertWholeText(entry.Element(atom + "content")!.Value);
        }
    }

    [Fact]
    public async Task JSON_Feed_has_what_the_format_asks_for()
    {
        var (post, reader) = await Published();
        using var _ = reader;
        using var answer = await reader.GetAsync("/feed.json", Cancel);
        Assert.Equal("application/feed+json", answer.Content.Headers.ContentType!.MediaType);
        using var feed = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("https://jsonfeed.org/version/1.1", feed.RootElement.GetProperty("version").GetString());
        Assert.Equal(WebFixture.SiteName, feed.RootElement.GetProperty("title").GetString());
        Assert.Equal(new Uri(site.Address, "/feed.json").ToString(), feed.RootElement.GetProperty("feed_url").GetString());
        var item = Assert.Single(feed.RootElement.GetProperty("items").EnumerateArray(), item => item.GetProperty("id").GetString() == Link(post));
        Assert.Equal(Link(post), item.GetProperty("url").GetString());
        Assert.True(item.GetProperty("date_published").TryGetDateTimeOffset(out var _));
        Assert.NotEmpty(item.GetProperty("authors")[0].GetProperty("name").GetString()!);
        AssertWholeText(item.GetProperty("content_html").GetString()!);
        Assert.Equal(Link(post) + "/evidence.json", item.GetProperty("_evidence").GetProperty("url").GetString());
    }

    [Fact]
    public async Task A_post_says_what_it_is_in_linked_data_and_previews_and_no_title_breaks_out_of_them()
    {
        var (post, reader) = await Published();
        using var _ = reader;
        var page = await new HtmlParser().ParseDocumentAsync(await reader.GetStringAsync($"/posts/{post.Slug}", Cancel), Cancel);
        Assert.All(page.QuerySelectorAll("script:not([src])"), script => Assert.Equal("application/ld+json", script.GetAttribute("type")));
        using var data = JsonDocument.Parse(Assert.Single(page.QuerySelectorAll("script[type='application/ld+json']")).TextContent);
        Assert.Equal("https://schema.org", data.RootElement.GetProperty("@context").GetString());
        var things = data.RootElement.GetProperty("@graph").EnumerateArray().ToDictionary(thing => thing.GetProperty("@type").GetString()!);
        var posting = things["BlogPosting"];
        Assert.Equal(post.Title, posting.GetProperty("headline").GetString());
        Assert.True(posting.GetProperty("datePublished").TryGetDateTimeOffset(out var _));
        Assert.NotEmpty(posting.GetProperty("author").GetProperty("name").GetString()!);
        Assert.Equal(Link(post) + "/picture.png", posting.GetProperty("image").GetString());
        Assert.Equal(2, things["BreadcrumbList"].GetProperty("itemListElement").GetArrayLength());

        Assert.Equal(Link(post), page.QuerySelector("link[rel=canonical]")!.GetAttribute("href"));
        Assert.Equal(post.Title, page.QuerySelector("meta[property='og:title']")!.GetAttribute("content"));
        Assert.Equal("summary_large_image", page.QuerySelector("meta[name='twitter:card']")!.GetAttribute("content"));
        Assert.NotEmpty(page.QuerySelector("meta[name=description]")!.GetAttribute("content")!);
        Assert.Equal(3, page.QuerySelectorAll("link[rel=alternate][href^='/feed'], link[rel=alternate][href='/rss.xml']").Length);
        var tag = Assert.Single(page.QuerySelectorAll("nav.tags a"));
        using var tagged = await reader.GetAsync(tag.GetAttribute("href"), Cancel);
        Assert.Equal(HttpStatusCode.OK, tagged.StatusCode);
        Assert.Contains($"href=\"/posts/{post.Slug}\"", await tagged.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_post_has_a_picture_for_where_it_is_shared()
    {
        var (post, reader) = await Published();
        using var _ = reader;
        using var answer = await reader.GetAsync($"/posts/{post.Slug}/picture.png", Cancel);
        Assert.Equal("image/png", answer.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(answer.Headers.ETag);
        using var picture = SKBitmap.Decode(await answer.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal((1200, 630), (picture.Width, picture.Height));
    }

    [Theory]
    [InlineData("Short")]
    [InlineData("Η Αθήνα и Москва: Größe, naïveté, Łódź")]
    [InlineData("日本語の題だけ")]
    [InlineData("\u202Eright to left\u0000 and \uD83D\uDE00 \uE000")]
    public void A_title_in_any_script_and_of_any_length_is_drawn_inside_the_picture(string title)
    {
        using var pictures = new PostPicture();
        foreach (var text in new[] { title, string.Concat(Enumerable.Repeat(title + " ", 40)), string.Concat(Enumerable.Repeat(title, 40)).Replace(" ", "", StringComparison.Ordinal) })
        {
            using var picture = SKBitmap.Decode(pictures.Draw(text, "Field notes", "8 of 8 statements checked", whole: true));
            var paper = SKColor.Parse(PostPicture.Paper);
            Assert.Contains(Pixels(picture, 84, 1116, 170, 500), pixel => pixel != paper);
            Assert.DoesNotContain(Pixels(picture, 1150, 1200, 20, 630), pixel => pixel != paper);
            Assert.DoesNotContain(Pixels(picture, 84, 1116, 515, 528), pixel => pixel != paper);
        }
    }

    [Fact]
    public void The_picture_has_the_colours_of_the_pages()
    {
        var tokens = Architecture.Repository.Read("BlogCreator.Web/wwwroot/css/tokens.css");
        foreach (var (name, colour) in new[] { ("paper", PostPicture.Paper), ("ink", PostPicture.Ink), ("ink-soft", PostPicture.InkSoft), ("accent", PostPicture.Accent), ("good", PostPicture.Good), ("warn", PostPicture.Warn) })
        {
            Assert.Contains($"--{name}: light-dark({colour},", tokens, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<SKColor> Pixels(SKBitmap picture, int left, int right, int top, int bottom)
    {
        for (var y = top; y < bottom; y += 2)
        {
            for (var x = left; x < right; x += 2)
            {
                yield return picture.GetPixel(x, y);
            }
        }
    }

    /// <summary>With the code that it holds, and links that lead somewhere from anywhere.</summary>
    private void AssertWholeText(string html)
    {
        var text = new HtmlParser().ParseDocument(html);
        Assert.Contains("I like this.", text.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal(new Uri(site.Address, "/archive").ToString(), Assert.Single(text.QuerySelectorAll("a")).GetAttribute("href"));
        Assert.Empty(text.QuerySelectorAll("script, [class], [style]"));
    }

    private string Link(PostDetails post) => new Uri(site.Address, "/posts/" + Uri.EscapeDataString(post.Slug)).ToString();

    private static async Task<XElement> Xml(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit });
        return (await XDocument.LoadAsync(reader, LoadOptions.None, Cancel)).Root!;
    }

    private async Task<(PostDetails Post, HttpClient Reader)> Published()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, Title, "I like this. See the [archive](/archive).\n\n```csharp\nvar x = 1;\n```", Tag);
        return (post, site.Browser());
    }
}
