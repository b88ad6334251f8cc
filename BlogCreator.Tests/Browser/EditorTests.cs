using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.Browser;

/// <summary>What the editor promises: nothing that was typed is lost.</summary>
public sealed class EditorTests(WebFixture site) : IClassFixture<WebFixture>
{
    private const float Patience = 30_000;

    [Fact]
    public async Task Typing_is_saved_by_itself_and_what_the_server_did_not_get_is_offered_on_return()
    {
        await using var chromium = await Chromium.Launch();
        await using var context = await SignedIn(chromium);
        var (owner, post) = await Draft("Kept");
        using var _ = owner;
        var page = await context.NewPageAsync();
        await page.GotoAsync($"/studio/posts/{post.Id}");
        await page.FocusAsync("#markdown");
        await page.Keyboard.TypeAsync("I like the first words. ");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Saved");
        Assert.Contains("first words", (await Get(owner, post.Id)).Markdown, StringComparison.Ordinal);

        await context.RouteAsync("**/api/v1/posts/*", route => route.Request.Method == "PUT" ? route.AbortAsync() : route.ContinueAsync());
        await page.Keyboard.TypeAsync("I like the lost words.");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Not saved: the server is away. Your text is kept in this browser");
        // Not closed, which would give the page a last word, but killed.
        await Assert.ThrowsAsync<PlaywrightException>(() => page.GotoAsync("chrome://crash"));
        Assert.DoesNotContain("lost words", (await Get(owner, post.Id)).Markdown, StringComparison.Ordinal);

        await page.CloseAsync();
        await context.UnrouteAllAsync();
        page = await context.NewPageAsync();
        await page.GotoAsync($"/studio/posts/{post.Id}");
        await page.ClickAsync("#restore-copy");
        await Expect(page.Locator("#markdown")).ToHaveValueAsync("I like the first words. I like the lost words.");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Saved");
        Assert.Contains("lost words", (await Get(owner, post.Id)).Markdown, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Expect(page.Locator("#counts")).ToContainTextAsync("10 words");
        await Expect(page.Locator("#restore-copy")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_save_whose_answer_was_lost_is_no_conflict_with_itself()
    {
        await using var chromium = await Chromium.Launch();
        await using var context = await SignedIn(chromium);
        var (owner, post) = await Draft("Answer lost");
        using var _ = owner;
        var lost = false;
        await context.RouteAsync("**/api/v1/posts/*", async route =>
        {
            if (route.Request.Method != "PUT" || lost)
            {
                await route.ContinueAsync();
                return;
            }

            lost = true;
            await route.FetchAsync();
            await route.AbortAsync();
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"/studio/posts/{post.Id}");
        await page.FocusAsync("#markdown");
        await page.Keyboard.TypeAsync("I like to arrive once.");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Not saved: the server is away");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Saved");
        Assert.Equal(2, (await Get(owner, post.Id)).Version);
    }

    [Fact]
    public async Task Two_windows_on_one_post_see_both_texts_and_lose_neither()
    {
        await using var chromium = await Chromium.Launch();
        await using var context = await SignedIn(chromium);
        var (owner, post) = await Draft("Two windows");
        using var _ = owner;
        var (first, second) = (await context.NewPageAsync(), await context.NewPageAsync());
        await first.GotoAsync($"/studio/posts/{post.Id}");
        await second.GotoAsync($"/studio/posts/{post.Id}");
        await first.FillAsync("#markdown", "I wrote this in the first window.");
        await first.ClickAsync("#save");
        await Expect(first.Locator("#save-state")).ToContainTextAsync("Saved");
        await second.FillAsync("#markdown", "I wrote this in the second window.");
        await second.ClickAsync("#save");
        await Expect(second.Locator("#conflict-theirs")).ToHaveValueAsync("I wrote this in the first window.");
        await Expect(second.Locator("#conflict-diff ins")).ToContainTextAsync("second");
        await Expect(second.Locator("#conflict-diff del")).ToContainTextAsync("first");
        await second.FillAsync("#conflict-mine", "I wrote this in the first and in the second window.");
        await second.ClickAsync("#conflict-keep");
        await Expect(second.Locator("#save-state")).ToContainTextAsync("Saved");
        Assert.Equal("I wrote this in the first and in the second window.", (await Get(owner, post.Id)).Markdown);
        var versions = (await owner.GetFromJsonAsync<Page<VersionSummary>>($"/api/v1/posts/{post.Id}/versions", BlogApi.Json))!.Items;
        Assert.Equal([3, 2, 1], versions.Select(version => version.Number));
    }

    [Fact]
    public async Task What_is_taken_down_scheduled_or_deleted_is_brought_back_by_undo()
    {
        await using var chromium = await Chromium.Launch();
        await using var context = await SignedIn(chromium);
        var (owner, post) = await Draft("Back again");
        using var _ = owner;
        var page = await context.NewPageAsync();
        await page.GotoAsync($"/studio/posts/{post.Id}");
        await page.FillAsync("#markdown", "I like what readers see.");
        await page.ClickAsync("#publish");
        await page.ClickAsync("#publish-now");
        await page.ClickAsync("#publish-close");
        await page.FillAsync("#markdown", "I like what readers do not see yet.");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Saved");
        var published = (await Get(owner, post.Id)).PublishedVersion;
        await page.ClickAsync("#menu summary");
        await page.ClickAsync("#unpublish");
        await Expect(page.Locator("#post-state")).ToHaveTextAsync("Draft");
        await page.ClickAsync(".toast button");
        await Expect(page.Locator("#post-state")).ToHaveTextAsync("Published");
        Assert.Equal(published, (await Get(owner, post.Id)).PublishedVersion);

        await page.ClickAsync("#publish");
        await page.CheckAsync("[name=when][value=later]");
        await page.FillAsync("#publish-at", "2099-05-01T10:30");
        await page.ClickAsync("#publish-now");
        await page.ClickAsync("#publish-close");
        await Expect(page.Locator("#schedule-note")).ToContainTextAsync("2099");
        await page.ClickAsync("#menu summary");
        await page.ClickAsync("#unschedule");
        await Expect(page.Locator("#post-state")).ToHaveTextAsync("Published");
        await page.ClickAsync(".toast:has-text('schedule') button");
        await Expect(page.Locator("#post-state")).ToHaveTextAsync("Scheduled");

        await page.ClickAsync("#menu summary");
        await page.ClickAsync("#delete");
        await page.ClickAsync("#undo-delete");
        await Expect(page.Locator($"#posts [data-id='{post.Id}'] .state")).ToHaveTextAsync("Scheduled");
    }

    private async Task<(HttpClient Owner, PostDetails Post)> Draft(string title)
    {
        var owner = await site.Owner();
        using var made = await owner.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, null, "", null), BlogApi.Json);
        return (owner, (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!);
    }

    private static async Task<PostDetails> Get(HttpClient owner, Guid id) => (await owner.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{id}", BlogApi.Json))!;

    private async Task<IBrowserContext> SignedIn(Chromium chromium)
    {
        (await site.Owner()).Dispose();
        var context = await chromium.Browser.NewContextAsync(new() { BaseURL = site.Address.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(Patience);
        SetDefaultExpectTimeout(Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/sign-in");
        await page.FillAsync("#email", WebFixture.Email);
        await page.FillAsync("#password", WebFixture.Password);
        await page.ClickAsync("#sign-in-submit");
        await page.WaitForURLAsync("**/studio/**");
        await page.CloseAsync();
        return context;
    }
}
