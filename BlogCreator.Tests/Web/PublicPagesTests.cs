using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using BlogCreator.Contracts;

namespace BlogCreator.Tests.Web;

public sealed partial class PublicPagesTests(WebFixture site) : IClassFixture<WebFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_published_post_shows_at_once_and_is_an_article()
    {
        using var owner = await site.Owner();
        using var reader = site.Browser();
        await reader.GetStringAsync("/", Cancel);
        var post = await WebFixture.Publish(owner, "Shown at <once>");

        Assert.Contains("Shown at &lt;once&gt;", await reader.GetStringAsync("/", Cancel), StringComparison.Ordinal);
        var page = await reader.GetStringAsync($"/posts/{post.Slug}", Cancel);
        Assert.Contains("<article", page, StringComparison.Ordinal);
        Assert.Contains("Shown at &lt;once&gt;", page, StringComparison.Ordinal);
        Assert.Contains($"href=\"/posts/{post.Slug}/evidence\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_page_sets_no_cookie_and_answers_304_until_it_changes()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Fingerprinted");
        using var reader = site.Browser();
        using var first = await reader.GetAsync($"/posts/{post.Slug}", Cancel);
        Assert.False(first.Headers.Contains("Set-Cookie"));
        Assert.True(first.Headers.CacheControl is { Public: true, NoCache: true });
        Assert.Equal(HttpStatusCode.NotModified, await Ask());

        using var edited = await owner.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, "Fingerprinted anew", "In short.", "I like it more.", null, null), BlogApi.Json, Cancel);
        edited.EnsureSuccessStatusCode();
        using var published = await owner.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A test."), BlogApi.Json, Cancel);
        published.EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.OK, await Ask());

        async Task<HttpStatusCode> Ask()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/posts/{post.Slug}");
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using var answer = await reader.SendAsync(request, Cancel);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task An_address_that_somebody_made_up_never_breaks_a_page()
    {
        using var owner = await site.Owner();
        using var reader = site.Browser();
        using var list = await reader.GetAsync("/?after=zzz", Cancel);
        Assert.Equal((HttpStatusCode.Found, "/"), (list.StatusCode, list.Headers.Location?.OriginalString));
        using var missing = await reader.GetAsync("/not-found?status=abc", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task An_old_address_of_a_post_leads_to_the_one_it_has_now()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Moved");
        using var edited = await owner.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, post.Title, post.Summary, post.Markdown, null, "moved-on"), BlogApi.Json, Cancel);
        edited.EnsureSuccessStatusCode();
        using var reader = site.Browser();
        using var answer = await reader.GetAsync($"/posts/{post.Slug}", Cancel);
        Assert.Equal(HttpStatusCode.MovedPermanently, answer.StatusCode);
        Assert.Equal("/posts/moved-on", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task The_feed_is_Atom()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "A & B, with a \u0001 control", tags: "tools");
        using var reader = site.Browser();
        using var answer = await reader.GetAsync("/feed.xml", Cancel);
        Assert.Equal("application/atom+xml", answer.Content.Headers.ContentType!.MediaType);
        XNamespace atom = "http://www.w3.org/2005/Atom";
        var feed = XDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).Root!;
        Assert.Equal(atom + "feed", feed.Name);
        Assert.Equal(WebFixture.SiteName, feed.Element(atom + "title")!.Value);
        Assert.Contains(feed.Elements(atom + "link"), link => link.Attribute("rel")!.Value == "self" && link.Attribute("href")!.Value == new Uri(site.Address, "/feed.xml").ToString());
        Assert.All(feed.Elements(atom + "entry").Append(feed), part =>
        {
            Assert.True(Uri.IsWellFormedUriString(part.Element(atom + "id")!.Value, UriKind.Absolute));
            Assert.NotNull(part.Element(atom + "title"));
            Assert.True(DateTimeOffset.TryParse(part.Element(atom + "updated")!.Value, System.Globalization.CultureInfo.InvariantCulture, out _));
        });
        var entry = Assert.Single(feed.Elements(atom + "entry"), entry => entry.Element(atom + "id")!.Value.EndsWith("/posts/" + post.Slug, StringComparison.Ordinal));
        Assert.Equal("tools", entry.Element(atom + "category")!.Attribute("term")!.Value);
        Assert.NotEmpty(entry.Element(atom + "author")!.Element(atom + "name")!.Value);
    }

    [Fact]
    public async Task The_sitemap_names_every_post_and_robots_names_the_sitemap()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "On the map", tags: "on the map");
        using var reader = site.Browser();
        XNamespace schema = "http://www.sitemaps.org/schemas/sitemap/0.9";
        var index = XDocument.Parse(await reader.GetStringAsync("/sitemap.xml", Cancel)).Root!;
        Assert.Equal(schema + "sitemapindex", index.Name);
        var places = new List<string>();
        foreach (var map in index.Elements(schema + "sitemap").Select(map => map.Element(schema + "loc")!.Value))
        {
            var urls = XDocument.Parse(await reader.GetStringAsync(map, Cancel)).Root!;
            Assert.Equal(schema + "urlset", urls.Name);
            places.AddRange(urls.Elements(schema + "url").Select(url => url.Element(schema + "loc")!.Value));
        }

        foreach (var path in (string[])["/", "/archive", "/tags", $"/posts/{post.Slug}", $"/posts/{post.Slug}/evidence", "/tags/on%20the%20map"])
        {
            Assert.Contains(new Uri(site.Address, path).AbsoluteUri, places);
        }

        using var beyond = await reader.GetAsync("/sitemaps/posts-2.xml", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, beyond.StatusCode);
        var robots = await reader.GetStringAsync("/robots.txt", Cancel);
        Assert.Contains($"Sitemap: {new Uri(site.Address, "/sitemap.xml")}", robots, StringComparison.Ordinal);
        Assert.Contains("Disallow: /studio", robots, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_evidence_of_a_post_is_there_as_a_page_and_as_data()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Evident");
        using var reader = site.Browser();
        Assert.Contains("Evident", await reader.GetStringAsync($"/posts/{post.Slug}/evidence?verdict=supported", Cancel), StringComparison.Ordinal);
        var evidence = await reader.GetFromJsonAsync<PublicEvidence>($"/posts/{post.Slug}/evidence.json", BlogApi.Json, Cancel);
        Assert.Equal(post.Slug, evidence!.Slug);
    }

    [Theory]
    [InlineData("/no-such-page", "text/html")]
    [InlineData("/posts/no-such-post", "text/html")]
    [InlineData("/posts/no-such-post/evidence", "text/html")]
    [InlineData("/tags/no-such-tag", "text/html")]
    [InlineData("/authors/nobody", "text/html")]
    [InlineData("/archive/1850", "text/html")]
    [InlineData("/posts/no-such-post/evidence.json", "application/problem+json")]
    [InlineData("/api/v1/no-such-thing", "application/problem+json")]
    public async Task What_is_not_there_is_404_for_people_and_for_programs(string path, string type)
    {
        using var owner = await site.Owner();
        using var reader = site.Browser();
        using var answer = await reader.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        if (type == "text/html")
        {
            Assert.Contains("This page is not here", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_page_holds_an_inline_script_style_or_handler_and_public_ones_no_form_token()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Clean");
        using var reader = site.Browser();
        foreach (var path in (string[])["/", $"/posts/{post.Slug}", $"/posts/{post.Slug}/evidence", "/search", "/search?q=clean", "/tags", "/archive", "/authors/ada", "/no-such-page"])
        {
            using var answer = await reader.GetAsync(path, Cancel);
            var html = await answer.Content.ReadAsStringAsync(Cancel);
            AssertClean(path, html);
            Assert.DoesNotContain("__RequestVerificationToken", html, StringComparison.Ordinal);
            Assert.DoesNotContain("nonce", html, StringComparison.Ordinal);
        }

        foreach (var path in (string[])["/account/keys", "/account/setup", "/account/sign-in", "/studio/library", "/studio/write", "/studio/posts", $"/studio/posts/{post.Id}"])
        {
            using var answer = await owner.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            AssertClean(path, await answer.Content.ReadAsStringAsync(Cancel));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/feed.xml")]
    public async Task A_page_answers_HEAD_like_GET_without_the_body(string path)
    {
        using var owner = await site.Owner();
        using var reader = site.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await reader.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.NotNull(answer.Headers.ETag);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task Style_sheets_and_scripts_are_served_with_a_type_that_browsers_take()
    {
        using var owner = await site.Owner();
        using var reader = site.Browser();
        var html = await reader.GetStringAsync("/", Cancel);
        var links = AssetPattern().Matches(html).Select(match => match.Groups["path"].Value).ToList();
        Assert.True(links.Count >= 4);
        foreach (var path in links.Append("/js/api.js").Append("/js/words.js"))
        {
            using var answer = await reader.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(MediaTypeHeaderValue.Parse(path.EndsWith("css", StringComparison.Ordinal) ? "text/css" : path.EndsWith("svg", StringComparison.Ordinal) ? "image/svg+xml" : "text/javascript").MediaType, answer.Content.Headers.ContentType!.MediaType);
        }
    }

    private static void AssertClean(string path, string html)
    {
        Assert.False(InlinePattern().IsMatch(html), $"{path}: {InlinePattern().Match(html).Value}");
        Assert.DoesNotContain("http-equiv", html, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex("<script(?![^>]*\\ssrc=\"/|\\stype=\"application/ld\\+json\")[^>]*>|<style[\\s>]|<[a-z][^>]*\\s(style|on[a-z]+)=|javascript:", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 2000)]
    private static partial Regex InlinePattern();

    [GeneratedRegex("(href|src)=\"(?<path>/[^\"]+\\.(css|js|svg))\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AssetPattern();
}
