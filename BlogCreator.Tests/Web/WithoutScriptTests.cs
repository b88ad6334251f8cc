using System.Net;
using System.Net.Http.Json;
using BlogCreator.Contracts;

namespace BlogCreator.Tests.Web;

/// <summary>The main job by plain forms: what is left when a browser runs no script.</summary>
public sealed class WithoutScriptTests(WebFixture site) : IClassFixture<WebFixture>
{
    private const string Notes = """
        # The lamp trial

        The trial compared 40 street lamps in the harbour over one winter. Each lamp was measured every night by two people.

        ## Results

        The new lamps used 31 percent less electricity than the old ones. Residents reported fewer dark corners near the quay. The repair crew replaced 6 lamps in the first month.

        ## Cost

        The harbour office paid 1200 euros for each new lamp. The savings repay that price after nine years of use.
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_is_found_removed_and_brought_back_through_forms()
    {
        using var owner = await site.Owner();
        using var form = new MultipartFormDataContent { { new StringContent("harbour,high\nHusum,3.9"), "file", "heights of spring.csv" } };
        using var uploaded = await owner.PostAsync("/api/v1/documents/upload", form, Cancel);
        var document = (await uploaded.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json, Cancel))!;
        await Until<DocumentDetails>(owner, $"/api/v1/documents/{document.Id}", now => now.Status is DocumentStatus.Ready);
        Assert.Contains("<td>Husum</td>", await owner.GetStringAsync($"/studio/library/{document.Id}", Cancel), StringComparison.Ordinal);
        Assert.Contains(document.FileName, await owner.GetStringAsync("/studio/library?q=spring", Cancel), StringComparison.Ordinal);
        Assert.DoesNotContain(document.FileName, await owner.GetStringAsync("/studio/library?q=autumn", Cancel), StringComparison.Ordinal);

        using var removed = await WebFixture.Submit(owner, "/studio/library?q=spring", $"row-{document.Id}", ("do", "delete"));
        Assert.Equal(HttpStatusCode.Found, removed.StatusCode);
        Assert.DoesNotContain(document.FileName, await owner.GetStringAsync("/studio/library?q=spring", Cancel), StringComparison.Ordinal);
        using var restored = await WebFixture.Submit(owner, removed.Headers.Location!.PathAndQuery, "undo", ("do", "restore"));
        Assert.Equal(HttpStatusCode.Found, restored.StatusCode);
        Assert.Contains(document.FileName, await owner.GetStringAsync("/studio/library?q=spring", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_becomes_a_published_post_through_forms()
    {
        using var owner = await site.Owner();
        using var form = new MultipartFormDataContent { { new StringContent(Notes), "file", "lamps.md" } };
        using var uploaded = await owner.PostAsync("/api/v1/documents/upload", form, Cancel);
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        var document = (await uploaded.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json, Cancel))!;
        document = await Until<DocumentDetails>(owner, $"/api/v1/documents/{document.Id}", now => now.Status is DocumentStatus.Ready or DocumentStatus.Failed);
        Assert.Equal(DocumentStatus.Ready, document.Status);
        Assert.Contains("31 percent less", await owner.GetStringAsync($"/studio/library/{document.Id}", Cancel), StringComparison.Ordinal);

        using var nothing = await WebFixture.Submit(owner, "/studio/write", "write", ("topic", "lamps"), ("length", "short"));
        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);
        Assert.Contains("Choose at least one document", await nothing.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        using var started = await WebFixture.Submit(owner, "/studio/write", "write", ("documents", document.Id.ToString()), ("topic", "street lamps"), ("length", "short"));
        Assert.Equal(HttpStatusCode.Found, started.StatusCode);
        var page = started.Headers.Location!.AbsolutePath;
        var generation = await Until<GenerationDetails>(owner, page.Replace("/studio/", "/api/v1/", StringComparison.Ordinal), now => now.FinishedAt is not null);
        Assert.Equal(GenerationStatus.Completed, generation.Status);
        Assert.Contains($"href=\"/studio/posts/{generation.PostId}\"", await owner.GetStringAsync(page, Cancel), StringComparison.Ordinal);

        var editor = $"/studio/posts/{generation.PostId}";
        var post = (await owner.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{generation.PostId}", BlogApi.Json, Cancel))!;
        using var held = await Send(post.Version, post.Markdown + "\n\nThe moon weighs 900 tons.", "publish");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, held.StatusCode);
        Assert.Contains("name=\"override\"", await held.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        using var stale = await Send(post.Version, "Written in an old window.", "save");
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        Assert.Contains("Written in an old window.", await stale.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        using var published = await Send(post.Version + 1, post.Markdown, "publish");
        Assert.Equal(HttpStatusCode.Found, published.StatusCode);
        using var reader = site.Browser();
        var article = await reader.GetStringAsync($"/posts/{post.Slug}", Cancel);
        Assert.Contains("class=\"claim\"", article, StringComparison.Ordinal);
        Assert.Contains("lamps.md", article, StringComparison.Ordinal);
        Assert.Contains("<mark>", await reader.GetStringAsync($"/posts/{post.Slug}/evidence", Cancel), StringComparison.Ordinal);

        Task<HttpResponseMessage> Send(int version, string markdown, string action) => WebFixture.Submit(
            owner, editor, "edit", ("version", $"{version}"), ("title", post.Title), ("summary", post.Summary), ("markdown", markdown), ("slug", post.Slug), ("tags", "lamps, light"), ("action", action));
    }

    [Fact]
    public async Task A_session_that_Api_has_ended_leads_back_to_the_sign_in_page()
    {
        // Signed in through the form: that session must not stay behind in Web's own way to Api.
        (await site.Owner()).Dispose();

        // The cookie is kept by hand, since ending the session also takes it out of the browser.
        using var keeper = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }) { BaseAddress = site.Address };
        using var signIn = await keeper.PostAsJsonAsync("/api/v1/session", new SignInRequest(WebFixture.Email, WebFixture.Password), BlogApi.Json, Cancel);
        keeper.DefaultRequestHeaders.Add("Cookie", signIn.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        using var before = await keeper.GetAsync("/studio/posts", Cancel);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        using var ended = await keeper.DeleteAsync("/api/v1/session", Cancel);
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var refused = await keeper.GetAsync("/api/v1/posts", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var after = await keeper.GetAsync("/studio/posts", Cancel);
        Assert.Equal(HttpStatusCode.Found, after.StatusCode);
        Assert.Equal("/account/sign-in?returnUrl=%2Fstudio%2Fposts", after.Headers.Location!.ToString());
    }

    private static async Task<T> Until<T>(HttpClient client, string path, Func<T, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            var now = (await client.GetFromJsonAsync<T>(path, BlogApi.Json, patience.Token))!;
            if (reached(now))
            {
                return now;
            }

            await Task.Delay(100, patience.Token);
        }
    }
}
