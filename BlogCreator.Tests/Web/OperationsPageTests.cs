using System.Net;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Contracts;
using BlogCreator.Tests.Browser;
using BlogCreator.Tests.Operations;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.Web;

/// <summary>The page of operations as its owner uses it, with a script and without.</summary>
public sealed class OperationsPageTests(WebFixture site) : IClassFixture<WebFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_script_a_document_that_failed_is_read_again_and_the_page_says_so()
    {
        using var owner = await site.Owner();
        var id = await FailedDocument(owner, "tides & 'more'.txt");
        var page = await owner.GetStringAsync("/studio/operations", Cancel);
        Assert.Contains("tides &amp; &#x27;more&#x27;.txt", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page, StringComparison.Ordinal);
        foreach (var heading in new[] { "Health", "Work", "Failures", "Usage and cost", "Backups", "Versions" })
        {
            Assert.Contains($">{heading}</h2>", page, StringComparison.Ordinal);
        }

        using var said = await Retry(owner, page, ("failure", id.ToString()), ("kind", ReadDocument.Kind));
        Assert.Equal((HttpStatusCode.Redirect, "/studio/operations?retried=1"), (said.StatusCode, said.Headers.Location?.OriginalString));
        Assert.Contains("It is being tried again", await owner.GetStringAsync("/studio/operations?retried=1", Cancel), StringComparison.Ordinal);
        await Eventually.Holds(async () => await Status(id) == DocumentStatus.Ready);

        // The same button once more, on a page that is old by now.
        using var late = await Retry(owner, page, ("failure", id.ToString()), ("kind", ReadDocument.Kind));
        Assert.Equal("/studio/operations?refused=not-found", late.Headers.Location?.OriginalString);
        Assert.Contains("role=\"alert\"", await owner.GetStringAsync(late.Headers.Location, Cancel), StringComparison.Ordinal);
        using var none = await Retry(owner, page);
        Assert.Equal("/studio/operations?refused=not-found", none.Headers.Location?.OriginalString);
        // What stands in an address is never shown.
        Assert.DoesNotContain("evil", await owner.GetStringAsync("/studio/operations?refused=%3Cscript%3Eevil&retried=x", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_token_or_its_owner_nothing_is_tried_again()
    {
        using var owner = await site.Owner();
        var id = await FailedDocument(owner, "untouched.txt");
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("failure", id.ToString()), KeyValuePair.Create("kind", ReadDocument.Kind)]);
        using var forged = await owner.PostAsync("/studio/operations/retry", content, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var stranger = site.Browser();
        using var refused = await stranger.GetAsync("/studio/operations", Cancel);
        Assert.Equal(HttpStatusCode.Found, refused.StatusCode);
        Assert.Equal(DocumentStatus.Failed, await Status(id));
    }

    [Fact]
    public async Task The_usage_is_downloaded_as_a_table()
    {
        using var owner = await site.Owner();
        using var answer = await owner.GetAsync("/api/v1/operations/usage.csv", Cancel);
        Assert.Equal(("text/csv", "attachment"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType));
        Assert.StartsWith("month,writer,", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_browser_the_page_looks_again_by_itself_and_keeps_what_is_in_use()
    {
        using var owner = await site.Owner();
        var id = await FailedDocument(owner, "in the browser.txt");
        await using var chromium = await Chromium.Launch();
        await using var context = await chromium.Browser.NewContextAsync(new() { BaseURL = site.Address.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        SetDefaultExpectTimeout(30_000);
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                errors.Add(message.Text);
            }
        };
        await page.GotoAsync("/account/sign-in?returnUrl=%2Fstudio%2Foperations");
        await page.FillAsync("#email", WebFixture.Email);
        await page.FillAsync("#password", WebFixture.Password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync("**/studio/operations");
        await Expect(page.Locator($"[data-id='{id}']")).ToContainTextAsync("in the browser.txt");
        Assert.Empty(await Barriers.Find(page, "operations, with a failure"));

        // What is focused stays; the rest is made anew.
        await Expect(page.Locator("#look-by-itself")).ToHaveAttributeAsync("aria-pressed", "true");
        var button = page.Locator($"[data-id='{id}'] button");
        await button.FocusAsync();
        await page.EvaluateAsync("document.querySelector('#versions').replaceChildren()");
        await page.EvaluateAsync("document.dispatchEvent(new Event('visibilitychange'))");
        await Expect(page.Locator("#versions h2")).ToBeVisibleAsync();
        Assert.True(await button.EvaluateAsync<bool>("button => button === document.activeElement"));
        await page.ClickAsync("#look-by-itself");
        await Expect(page.Locator("#look-by-itself")).ToHaveAttributeAsync("aria-pressed", "false");
        await page.ReloadAsync();
        await Expect(page.Locator("#look-by-itself")).ToHaveAttributeAsync("aria-pressed", "false");

        await page.Locator($"[data-id='{id}'] button").ClickAsync();
        await Expect(page.Locator("[data-said]")).ToContainTextAsync("being tried again");
        Assert.True(await page.Locator("[data-said]").EvaluateAsync<bool>("said => said === document.activeElement"));
        Assert.Empty(await Barriers.Find(page, "operations, tried again"));
        await Eventually.Holds(async () => await Status(id) == DocumentStatus.Ready);
        await page.ClickAsync("#look-again");
        await Expect(page.Locator("#failures h2")).ToBeVisibleAsync();
        await Expect(page.Locator($"[data-id='{id}']")).ToHaveCountAsync(0);
        await page.GotoAsync($"/studio/library/{id}");
        await Expect(page.Locator("main")).ToContainTextAsync("Ready");
        Assert.Empty(errors);
    }

    private static Task<HttpResponseMessage> Retry(HttpClient owner, string page, params (string Name, string Value)[] fields) => owner.PostAsync(
        "/studio/operations/retry",
        new FormUrlEncodedContent(fields.Append(("__RequestVerificationToken", WebFixture.TokenIn(page))).Select(field => KeyValuePair.Create(field.Item1, field.Item2))),
        Cancel);

    /// <summary>One that can be read, of which it is stored that it could not be.</summary>
    private async Task<Guid> FailedDocument(HttpClient owner, string name)
    {
        var document = await JobsTests.Upload(owner, name, Guid.NewGuid().ToString());
        await Eventually.Holds(async () => await Status(document.Id) == DocumentStatus.Ready);
        using var scope = site.ApiServices.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        await Eventually.Holds(() => db.Set<BlogCreator.Api.Operations.Job>().AllAsync(job => job.Subject != document.Id || job.Status == BlogCreator.Api.Operations.JobStatus.Done));
        (await db.Documents.SingleAsync(row => row.Id == document.Id)).Fail("reader-crashed", "The file made the reader fail.", TimeProvider.System.GetUtcNow());
        await db.SaveChangesAsync(Cancel);
        return document.Id;
    }

    private async Task<DocumentStatus> Status(Guid id)
    {
        using var scope = site.ApiServices.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<BlogDb>().Documents.Where(document => document.Id == id).Select(document => document.Status).SingleAsync();
    }
}

/// <summary>The page of operations while the database is away, and while Api is.</summary>
public sealed class OperationsAwayTests : IAsyncLifetime
{
    private readonly PostgresApiFixture _api;
    private PostgresServer _server = null!;
    private WebUnderTest _web = null!;
    private bool _isApiGone;

    public OperationsAwayTests()
    {
        PostgresServer.SkipUnlessThere();
        _api = new() { Database = () => _server.NewMigratedDatabase() };
    }

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartOwn();
        _api.UseKestrel();
        await _api.InitializeAsync();
        _api.StartServer();
        _web = new WebUnderTest(_api.ClientOptions.BaseAddress, Path.Combine(_api.Folder, "keys"));
        _web.UseKestrel();
        _web.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        await EndApi();
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task It_says_what_is_away_and_shows_nothing_else()
    {
        using var owner = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = _web.ClientOptions.BaseAddress };
        using (var made = await WebFixture.Submit(owner, "/account/setup", "setup", ("siteName", "Notes"), ("email", WebFixture.Email), ("password", WebFixture.Password)))
        {
            Assert.Equal(HttpStatusCode.Found, made.StatusCode);
        }

        var well = await owner.GetStringAsync("/studio/operations");
        Assert.Contains("PostgreSQL", well, StringComparison.Ordinal);
        await _server.Stop();
        using (var away = await owner.GetAsync("/studio/operations"))
        {
            var page = await away.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.OK, away.StatusCode);
            Assert.Contains("<h1>The database is away</h1>", page, StringComparison.Ordinal);
            Assert.DoesNotContain("Usage and cost", page, StringComparison.Ordinal);
        }

        await _server.Start();
        await Eventually.Holds(async () => (await owner.GetStringAsync("/studio/operations")).Contains("Usage and cost", StringComparison.Ordinal));
        await EndApi();
        using var gone = await owner.GetAsync("/studio/operations");
        Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        Assert.Contains("<h1>The service behind the pages is away</h1>", await gone.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task EndApi()
    {
        if (!_isApiGone)
        {
            _isApiGone = true;
            await _api.DisposeAsync();
        }
    }
}
