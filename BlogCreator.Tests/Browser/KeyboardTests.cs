using System.Text;
using BlogCreator.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.Browser;

/// <summary>The main job without a mouse: nothing here points, clicks or focuses but the keys.</summary>
public sealed class KeyboardTests(WebFixture site) : IClassFixture<WebFixture>
{
    private const float Patience = 30_000;

    private const string Notes = """
        # The lamp trial

        The trial compared 40 street lamps in the harbour over one winter. Each lamp was measured every night by two people.

        ## Results

        The new lamps used 31 percent less electricity than the old ones. Residents reported fewer dark corners near the quay. The repair crew replaced 6 lamps in the first month.

        ## Cost

        The harbour office paid 1200 euros for each new lamp. The savings repay that price after nine years of use.
        """;

    [Fact]
    public async Task From_set_up_to_a_published_post_by_keys_alone()
    {
        await using var chromium = await Chromium.Launch();
        await using var context = await chromium.Browser.NewContextAsync(new() { BaseURL = site.Address.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(Patience);
        SetDefaultExpectTimeout(Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync("/account/setup");
        await TabTo(page, "#siteName");
        await page.Keyboard.TypeAsync("Lamp Notes");
        await TabTo(page, "#email");
        await page.Keyboard.TypeAsync(WebFixture.Email);
        await TabTo(page, "#password");
        await page.Keyboard.TypeAsync(WebFixture.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/studio/library");

        await TabTo(page, "#files");
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.Keyboard.PressAsync("Space"));
        await chooser.SetFilesAsync(new FilePayload { Name = "lamps.md", MimeType = "text/markdown", Buffer = Encoding.UTF8.GetBytes(Notes) });
        await Expect(page.Locator("#documents [data-status=ready]")).ToHaveCountAsync(1);
        await TabTo(page, "#next-step a");
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync("**/studio/write");
        await TabTo(page, "#topic");
        await page.Keyboard.TypeAsync("street lamps");
        await TabTo(page, "#start-writing");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/studio/generations/**");
        await Expect(page.Locator("#accept-outline")).ToBeVisibleAsync();
        await TabTo(page, "#accept-outline");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#open-draft")).ToBeVisibleAsync();
        await TabTo(page, "#open-draft");
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync("**/studio/posts/*");
        await Expect(page.Locator("#claims [data-claim]")).Not.ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("#keys-dialog")).ToContainTextAsync("Bold, italic, link");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#keys-dialog")).ToBeHiddenAsync();

        // A heading of the outline leads to its place in the text.
        await TabTo(page, ".toc li:nth-child(2) .toc-go");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#markdown")).ToBeFocusedAsync();
        Assert.True(await page.EvaluateAsync<bool>("(t => t.value.slice(t.selectionStart).startsWith('##'))(document.getElementById('markdown'))"));

        // A wrong number, found by key, mended by key.
        await page.Keyboard.PressAsync("Control+Home");
        await page.Keyboard.TypeAsync("The trial compared 70 street lamps.[^1]\n\n");
        await Expect(page.Locator("#next-weak")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.PressAsync("Alt+ArrowDown");
        await Expect(page.Locator("#here .verdict")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Delete");
        await Expect(page.Locator("#next-weak")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync("\n\nI like ");
        await page.Keyboard.PressAsync("Control+b");
        await page.Keyboard.TypeAsync("lamps");
        await page.Keyboard.PressAsync("Control+s");
        await Expect(page.Locator("#save-state")).ToContainTextAsync("Saved");
        Assert.EndsWith("I like **lamps**", await page.Locator("#markdown").InputValueAsync(), StringComparison.Ordinal);

        // The text area is no trap.
        await page.Keyboard.PressAsync("Tab");
        await Expect(page.Locator("#markdown")).Not.ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#publish-now")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#publish-dialog")).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Control+Enter");
        await Expect(page.Locator("#publish-now")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#published-link")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("article")).ToContainTextAsync("I like lamps");
    }

    /// <summary>Presses Tab until the element has the focus; every stop on the way must be seen.</summary>
    private static async Task TabTo(IPage page, string selector)
    {
        for (var presses = 0; presses < 120; presses++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) === true", selector))
            {
                return;
            }
        }

        Assert.Fail($"Tab does not reach {selector} on {page.Url}.");
    }
}
