using System.Net;
using BlogCreator.Web.Account;

namespace BlogCreator.Tests.Web;

public sealed class AccountPagesTests(WebFixture site) : IClassFixture<WebFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/studio/posts?after=1#x", true)]
    [InlineData("/", true)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("/\t/evil.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("studio", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_a_path_of_this_site_is_local(string? path, bool local) => Assert.Equal(local, LocalPath.IsLocal(path));

    [Theory]
    [InlineData("/studio/posts", "/studio/posts")]
    [InlineData("//evil.example/x", "/studio")]
    [InlineData("https://evil.example/x", "/studio")]
    public async Task Signing_in_leads_back_to_a_page_of_this_site_only(string returnUrl, string expected)
    {
        (await site.Owner()).Dispose();
        using var browser = site.Browser();
        using var answer = await WebFixture.Submit(browser, "/account/sign-in?returnUrl=" + Uri.EscapeDataString(returnUrl), "sign-in", ("email", WebFixture.Email), ("password", WebFixture.Password));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal(new Uri(site.Address, expected), new Uri(site.Address, answer.Headers.Location!));
    }

    [Fact]
    public async Task A_wrong_password_is_said_in_words_and_signs_nobody_in()
    {
        (await site.Owner()).Dispose();
        using var browser = site.Browser();
        using var answer = await WebFixture.Submit(browser, "/account/sign-in", "sign-in", ("email", WebFixture.Email), ("password", "wrong wrong wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var studio = await browser.GetAsync("/studio/posts", Cancel);
        Assert.Equal(HttpStatusCode.Found, studio.StatusCode);
    }

    [Theory]
    [InlineData("/account/sign-in", "sign-in")]
    [InlineData("/account/setup", "setup")]
    [InlineData("/account/sign-out", "")]
    public async Task A_form_without_its_token_is_refused(string path, string form)
    {
        using var owner = await site.Owner();
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("_handler", form), KeyValuePair.Create("email", WebFixture.Email), KeyValuePair.Create("password", WebFixture.Password)]);
        using var answer = await owner.PostAsync(path, content, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var still = await owner.GetAsync("/studio/posts", Cancel);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Theory]
    [InlineData("/studio")]
    [InlineData("/studio/library")]
    [InlineData("/studio/write")]
    [InlineData("/studio/posts?after=x")]
    [InlineData("/account/keys")]
    public async Task A_stranger_is_led_to_sign_in_and_back(string path)
    {
        using var browser = site.Browser();
        using var answer = await browser.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal("/account/sign-in?returnUrl=" + Uri.EscapeDataString(path), answer.Headers.Location!.PathAndQuery);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server_too()
    {
        using var owner = await site.Owner();
        using var posts = await owner.GetAsync("/studio/posts", Cancel);
        Assert.Equal(HttpStatusCode.OK, posts.StatusCode);
        var token = WebFixture.TokenIn(await posts.Content.ReadAsStringAsync(Cancel));
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", token)]);
        using var answer = await owner.PostAsync("/account/sign-out", content, Cancel);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        using var session = await owner.GetAsync("/api/v1/session", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, session.StatusCode);
    }

    [Fact]
    public async Task A_key_is_shown_once_works_and_can_be_taken_away()
    {
        using var owner = await site.Owner();
        using var made = await WebFixture.Submit(owner, "/account/keys", "create-key", ("name", "Nightly <upload>"));
        var page = await made.Content.ReadAsStringAsync(Cancel);
        var key = WebFixture.ValueOf(page, "created-key");
        Assert.NotEmpty(key);
        using var program = site.Browser();
        program.DefaultRequestHeaders.Authorization = new("Bearer", key);
        using var works = await program.GetAsync("/api/v1/posts", Cancel);
        Assert.Equal(HttpStatusCode.OK, works.StatusCode);

        var list = await owner.GetStringAsync("/account/keys", Cancel);
        Assert.DoesNotContain(key, list, StringComparison.Ordinal);
        Assert.Contains("Nightly &lt;upload&gt;", list, StringComparison.Ordinal);
        var revoke = WebFixture.HandlersIn(list).Single(handler => handler.StartsWith("revoke-", StringComparison.Ordinal));
        using var revoked = await WebFixture.Submit(owner, "/account/keys", revoke);
        Assert.Equal(HttpStatusCode.Found, revoked.StatusCode);
        using var refused = await program.GetAsync("/api/v1/posts", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }
}
