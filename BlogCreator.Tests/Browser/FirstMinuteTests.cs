using System.Text.RegularExpressions;
using BlogCreator.Tests.AppHost;
using BlogCreator.Tests.MainJob;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.Browser;

/// <summary>A person's first minute, by clicking: the pages alone lead from an empty site to a post with its evidence.</summary>
[Collection(WholeApps.Name)]
public sealed partial class FirstMinuteTests
{
    private const float Patience = 60_000;

    [Fact]
    public async Task A_person_sets_up_uploads_writes_publishes_and_reads()
    {
        await using var chromium = await Chromium.Launch();
        await using var app = await RunningApp.Start();
        var home = app.Client.BaseAddress!.ToString();
        await using var context = await chromium.Browser.NewContextAsync(new() { ViewportSize = new() { Width = 1280, Height = 900 } });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        var foreign = new List<string>();
        var complaints = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(home, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                foreign.Add(request.Url);
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);

        await page.GotoAsync(home);
        await page.Locator("a[href='/account/setup']").First.ClickAsync();
        await page.FillAsync("#siteName", "Harbour Notes");
        await page.FillAsync("#email", RunningApp.Email);
        await page.FillAsync("#password", RunningApp.Password);
        await page.ClickAsync("#setup-submit");

        await page.WaitForURLAsync("**/studio/library");
        await page.SetInputFilesAsync("#files", new FilePayload { Name = "harbour.pdf", MimeType = "application/pdf", Buffer = SampleDocuments.Pdf(SampleDocuments.Harbour) });
        await Expect(page.Locator("#documents [data-status=ready]")).ToHaveCountAsync(1, new() { Timeout = Patience });
        await NoBarriers(page);
        await page.ClickAsync("#next-step a");

        await page.FillAsync("#topic", "The harbour of Brenholt");
        await NoBarriers(page);
        await page.ClickAsync("#start-writing");
        await page.WaitForURLAsync("**/studio/generations/**");
        // The outline comes first: a section is renamed by keyboard, and moved.
        await Expect(page.Locator("#outline-form")).ToBeVisibleAsync(new() { Timeout = Patience });
        await NoBarriers(page);
        await page.Locator("#outline-form [name=headings]").First.FocusAsync();
        await page.Keyboard.PressAsync("Alt+ArrowDown");
        await page.ClickAsync("#accept-outline");
        await Expect(page.Locator("#open-draft")).ToBeVisibleAsync(new() { Timeout = Patience });
        await NoBarriers(page);
        await page.ClickAsync("#open-draft");

        // A wrong number is seen, and holds the post.
        var markdown = page.Locator("#markdown");
        var good = await markdown.InputValueAsync();
        Assert.Contains("1874", good, StringComparison.Ordinal);
        await markdown.FillAsync(good.Replace("1874", "1847", StringComparison.Ordinal));
        await Expect(page.Locator("#claims [data-verdict=contradicted]").First).ToBeVisibleAsync(new() { Timeout = Patience });
        await page.ClickAsync("#publish");
        await Expect(page.Locator("#override-field")).ToBeVisibleAsync(new() { Timeout = Patience });
        await page.ClickAsync("#publish-cancel");
        await Expect(page.Locator("#publish-dialog")).ToBeHiddenAsync();
        await markdown.FillAsync(good);
        await Expect(page.Locator("#claims [data-verdict=contradicted]")).ToHaveCountAsync(0, new() { Timeout = Patience });
        await NoBarriers(page);
        await page.ClickAsync("#publish");
        await page.ClickAsync("#publish-now");
        await Expect(page.Locator("#public-link")).ToBeVisibleAsync(new() { Timeout = Patience });
        await page.GotoAsync(new Uri(new Uri(home), await page.Locator("#public-link").GetAttributeAsync("href")).ToString());

        // A reader points at a sentence and sees what it rests on.
        var sentence = page.Locator("article .claim:has(.cite)").First;
        var card = sentence.Locator(".card").First;
        await Expect(card).ToBeHiddenAsync();
        await sentence.HoverAsync();
        await Expect(card).ToBeVisibleAsync();
        await Expect(card).ToContainTextAsync("harbour.pdf, page 1");
        await page.Mouse.MoveAsync(0, 0);
        await Expect(card).ToBeHiddenAsync();
        await sentence.Locator("a.cite").First.FocusAsync();
        await Expect(card).ToBeVisibleAsync();
        await NoBarriers(page);
        await sentence.Locator("a.cite").First.ClickAsync();
        await page.WaitForURLAsync(EvidenceAddress());
        await NoBarriers(page);

        Assert.Empty(foreign);
        // The gate's refusal (422) is an answer that the page shows, and the browser notes every such answer.
        Assert.DoesNotContain(complaints, complaint => !complaint.Contains("422", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_blog_is_read_without_script_at_the_width_of_a_small_phone()
    {
        await using var chromium = await Chromium.Launch();
        await using var app = await RunningApp.Start();
        await app.SetUp();
        var document = await app.Upload("harbour.pdf", SampleDocuments.Pdf(SampleDocuments.Harbour));
        var ended = await app.WaitUntilOver((await app.Generate("The harbour of Brenholt", document.Id)).Id);
        using var published = await app.Client.PutAsync($"/api/v1/posts/{ended.PostId}/publication", null);
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync());

        await using var context = await chromium.Browser.NewContextAsync(new() { JavaScriptEnabled = false, ViewportSize = new() { Width = 320, Height = 640 } });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        await page.GotoAsync(app.Client.BaseAddress!.ToString());
        await page.Locator("a[href^='/posts/']").First.ClickAsync();
        await Expect(page.Locator("article h1")).ToBeVisibleAsync();
        var cite = page.Locator("article a.cite").First;
        await cite.FocusAsync();
        var card = page.Locator("article .card").First;
        await Expect(card).ToBeVisibleAsync();
        var box = (await card.BoundingBoxAsync())!;
        Assert.True(box.X >= 0 && box.X + box.Width <= 320, $"The card lies between {box.X} and {box.X + box.Width}.");
        await page.Locator("a[href$='/evidence']").First.ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("harbour.pdf");
    }

    private static async Task NoBarriers(IPage page)
    {
        // Half faded in, everything is too pale.
        await page.EvaluateAsync("() => Promise.allSettled(document.getAnimations().filter(moves => moves.effect.getComputedTiming().iterations !== Infinity).map(moves => moves.finished))");
        var found = await Barriers.Axe(page);
        Assert.True(found.Violations.Length == 0, string.Join("\n", found.Violations.Select(violation => $"{page.Url}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Select(node => node.Html))}")));
    }

    [GeneratedRegex("/posts/[^/]+/evidence", RegexOptions.None, 1000)]
    private static partial Regex EvidenceAddress();
}
