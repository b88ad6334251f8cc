using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.Browser;

/// <summary>A tour of every page for signed-in people, in every state it can be in: axe finds nothing, and nothing is wider than the window.</summary>
public sealed class StudioAxeTests(WebFixture site) : IClassFixture<WebFixture>
{
    private const float Patience = 30_000;
    private readonly List<string> _found = [];

    [Fact]
    public async Task No_page_of_the_studio_and_no_state_of_one_has_a_barrier()
    {
        await using var chromium = await Chromium.Launch();
        await using var context = await chromium.Browser.NewContextAsync(new() { BaseURL = site.Address.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(Patience);
        SetDefaultExpectTimeout(Patience);
        var page = await context.NewPageAsync();

        await Look(page, "/account/sign-in", "sign in before set-up");
        await Look(page, "/account/setup", "set-up");
        await page.FillAsync("#siteName", "Harbour Notes");
        await page.FillAsync("#email", WebFixture.Email);
        await page.FillAsync("#password", WebFixture.Password);
        await page.ClickAsync("#setup-submit");
        await page.WaitForURLAsync("**/studio/library");
        await Look(page, null, "library, empty");
        foreach (var path in new[] { "/account/setup", "/studio/write", "/studio/posts", "/studio/site", "/studio/operations", "/account/keys", "/studio/posts/00000000-0000-0000-0000-000000000001" })
        {
            await Look(page, path, $"{path}, empty");
        }

        await page.GotoAsync("/studio/posts");
        await page.Keyboard.PressAsync("?");
        await Look(page, null, "keys");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("#try-samples");
        await page.WaitForURLAsync("**/studio/generations/**");
        await Expect(page.Locator("#open-draft")).ToBeVisibleAsync();
        await Look(page, null, "generation, finished");
        await page.ClickAsync("#open-draft");
        await page.WaitForURLAsync("**/studio/posts/*");
        var editor = new Uri(page.Url).AbsolutePath;
        await Editor(page);
        await Conflict(context, page, editor);
        await Published(page, editor);

        await Look(page, $"{editor}/versions", "versions");
        await page.ClickAsync("#compare-versions");
        await Expect(page.Locator(".diff")).Not.ToHaveCountAsync(0);
        await Look(page, null, "versions, compared");
        await page.Locator("form[method=post] button:has-text('Bring back')").First.ClickAsync();
        await Expect(page.Locator("#undo-restore")).ToBeVisibleAsync();
        await Look(page, null, "versions, restored");

        await Look(page, "/studio/library", "library");
        await Look(page, "/studio/write", "write");
        await Look(page, "/studio/posts", "posts");
        await Look(page, "/studio/posts?q=nothing-like-it", "posts, none found");
        await page.GotoAsync("/studio/posts");
        await page.Locator("#posts .icon-button").First.ClickAsync();
        await Expect(page.Locator("#undo-delete")).ToBeVisibleAsync();
        await Look(page, null, "posts, deleted");

        await page.GotoAsync("/studio/site");
        await page.FillAsync("#handle", "//");
        await page.ClickAsync("#save-profile");
        await Expect(page.Locator(".alert")).ToBeVisibleAsync();
        await Look(page, null, "site, refused");
        await page.FillAsync("#tagline", "What the harbour reports say");
        await page.ClickAsync("#save-site");
        await Expect(page.Locator("[data-said]")).ToBeVisibleAsync();
        await Look(page, null, "site, saved");
        await page.GotoAsync("/account/keys");
        await page.FillAsync("#key-name", "Nightly upload");
        await page.ClickAsync("#create-key");
        await Expect(page.Locator("#created-key")).ToBeVisibleAsync();
        await Look(page, null, "keys, made");
        await Look(page, "/studio/operations", "operations");

        await page.ClickAsync("#sign-out");
        await page.GotoAsync("/account/sign-in");
        await page.FillAsync("#email", WebFixture.Email);
        await page.FillAsync("#password", "not the password");
        await page.ClickAsync("#sign-in-submit");
        await Expect(page.Locator(".alert")).ToBeVisibleAsync();
        await Look(page, null, "sign in, refused");
        Assert.True(_found.Count == 0, string.Join('\n', _found));
    }

    private async Task Editor(IPage page)
    {
        await Expect(page.Locator("#claims [data-claim]")).Not.ToHaveCountAsync(0);
        await Look(page, null, "editor");
        await page.ClickAsync("#menu summary");
        await Look(page, null, "editor, menu");
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("#tab-preview");
        await Look(page, null, "editor, preview");
        await page.ClickAsync("#tab-statements");

        await page.FocusAsync("#markdown");
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("\n\nThe moon weighs 900 tons.");
        await Expect(page.Locator("#next-weak")).ToBeVisibleAsync();
        await page.ClickAsync("#next-weak");
        await Expect(page.Locator("#here .verdict")).ToBeVisibleAsync();
        await Look(page, null, "editor, a statement without support");

        await page.ClickAsync("#publish");
        await Expect(page.Locator("#override-field")).ToBeVisibleAsync();
        await Look(page, null, "publish, held");
        await page.CheckAsync("[name=when][value=later]");
        await page.FillAsync("#publish-at", "2001-01-01T10:00");
        await page.FillAsync("#override-reason", "A test.");
        await page.ClickAsync("#publish-now");
        await Look(page, null, "publish, a time that has passed");
        await page.ClickAsync("#publish-cancel");
        await page.ClickAsync(".toc-again");
        await Look(page, null, "write a section again");
        await page.ClickAsync("#rewrite-leave");
    }

    private async Task Conflict(IBrowserContext context, IPage page, string editor)
    {
        var other = await context.NewPageAsync();
        await other.GotoAsync(editor);
        await other.FillAsync("#title", "Changed in another window");
        await other.ClickAsync("#save");
        await Expect(other.Locator("#save-state")).ToContainTextAsync("Saved");
        await other.CloseAsync();
        await page.FillAsync("#title", "Changed in this window");
        await Expect(page.Locator("#compare")).ToBeVisibleAsync();
        await Look(page, null, "editor, saved elsewhere");
        await page.ClickAsync("#compare");
        await Expect(page.Locator("#conflict-diff .diff")).Not.ToHaveCountAsync(0);
        await Look(page, null, "editor, two texts");
        await page.ClickAsync("#conflict-keep");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Saved");
    }

    private async Task Published(IPage page, string editor)
    {
        using var owner = await site.Owner();
        using var made = await owner.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Taken", null, "I like it.", ["harbour", "light"]), BlogApi.Json);
        var other = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        await page.ClickAsync("#more-fields summary");
        await page.FillAsync("#slug", other.Slug);
        await page.ClickAsync("#save");
        await Expect(page.Locator("#use-suggestion")).ToBeVisibleAsync();
        await Look(page, null, "editor, an address that is taken");
        await page.ClickAsync("#use-suggestion");
        await page.ClickAsync("#publish");
        await page.FillAsync("#override-reason", "A test.");
        await page.ClickAsync("#publish-now");
        await Expect(page.Locator("#published-link")).ToBeVisibleAsync();
        await Look(page, null, "published");
        await page.ClickAsync("#publish-close");
        await Look(page, editor, "editor, published");
    }

    private async Task Look(IPage page, string? path, string state)
    {
        if (path is not null)
        {
            await page.GotoAsync(path);
        }

        _found.AddRange(await Barriers.Find(page, state));
    }
}
