using System.Net;

namespace BlogCreator.Tests.Web;

public sealed class FirstVisitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_visit_leads_from_a_welcome_through_set_up_to_the_first_document()
    {
        await using var site = new WebFixture();
        await site.InitializeAsync();
        using var browser = site.Browser();

        using var home = await browser.GetAsync("/", Cancel);
        var welcome = await home.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        Assert.Contains("Blog Creator", welcome, StringComparison.Ordinal);
        Assert.Contains("href=\"/account/setup\"", welcome, StringComparison.Ordinal);
        Assert.False(home.Headers.Contains("Set-Cookie"));

        using var refused = await WebFixture.Submit(browser, "/account/setup", "setup", ("siteName", "Notes"), ("email", "not an address"), ("password", "short"));
        var problems = await refused.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("id=\"email-problem\">", problems, StringComparison.Ordinal);
        Assert.Contains("id=\"password-problem\">", problems, StringComparison.Ordinal);
        Assert.Contains("value=\"not an address\"", problems, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"short\"", problems, StringComparison.Ordinal);

        using var done = await WebFixture.Submit(browser, "/account/setup", "setup", ("siteName", WebFixture.SiteName), ("email", WebFixture.Email), ("password", WebFixture.Password));
        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        Assert.Equal("/studio", done.Headers.Location!.AbsolutePath);

        var after = await browser.GetStringAsync("/", Cancel);
        Assert.Contains("Field &lt;Notes&gt; &amp; more", after, StringComparison.Ordinal);
        Assert.Contains("Add your first document", after, StringComparison.Ordinal);
        Assert.Contains("already set up", await browser.GetStringAsync("/account/setup", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_front_page_opens_also_while_Api_is_away_and_other_pages_say_so()
    {
        var keys = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
        // Nobody listens on the discard port.
        await using var web = new WebUnderTest(new Uri("http://127.0.0.1:9"), keys, retries: 0);
        using var browser = web.CreateClient();

        using var home = await browser.GetAsync("/", Cancel);
        Assert.Equal(HttpStatusCode.OK, home.StatusCode);
        Assert.Contains("Blog Creator", await home.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.True(home.Headers.CacheControl!.NoStore);

        using var post = await browser.GetAsync("/posts/some", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, post.StatusCode);
        Assert.Contains("Back in a moment", await post.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        using var feed = await browser.GetAsync("/feed.xml", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, feed.StatusCode);
        Assert.Equal("application/problem+json", feed.Content.Headers.ContentType!.MediaType);

        using var forwarded = await browser.GetAsync("/api/v1/site", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, forwarded.StatusCode);
        Assert.Contains("Nothing that was saved is lost", await forwarded.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Directory.Delete(keys, recursive: true);
    }
}
