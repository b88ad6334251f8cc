using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.MainJob;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.Web;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.Browser;

/// <summary>No page of the blog shuts anybody out, in any of its states, in light and dark, on a phone and on a desk.</summary>
public sealed class PublicAxeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Axe_finds_nothing_on_the_public_pages()
    {
        await using var chromium = await Chromium.Launch();
        await using var site = new WebFixture();
        await site.InitializeAsync();
        using var owner = await site.Owner();
        var found = new List<string>();
        string[] empty = ["/", "/archive", "/tags", "/search", "/search?q=nothing"];
        await EachLook(chromium, site, (page, look) => Visit(page, look, empty, found));

        var slug = await Fill(owner);
        string[] filled =
        [
            "/", $"/posts/{slug}", $"/posts/{slug}/evidence", $"/posts/{slug}/evidence?verdict=supported", $"/posts/{slug}/evidence?verdict=contradicted",
            "/tags", "/tags/harbours", "/authors/ada", "/archive", "/search", "/search?q=harbour", "/search?q=zzzz", "/no-such-page", "/posts/taken-down",
        ];
        await EachLook(chromium, site, async (page, look) =>
        {
            await Visit(page, look, filled, found);
            await page.GotoAsync($"/posts/{slug}");
            await page.Locator("article .cite").First.FocusAsync();
            await Expect(page.Locator("article .card").First).ToBeVisibleAsync();
            await Check(page, look + ", card open", found);
            await page.Locator(".sources summary").First.ClickAsync();
            await Check(page, look + ", source open", found);
            await page.Keyboard.PressAsync("/");
            await Expect(page.Locator("#search")).ToBeFocusedAsync();
        });
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    private static async Task EachLook(Chromium chromium, WebFixture site, Func<IPage, string, Task> look)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            foreach (var width in new[] { 390, 1280 })
            {
                await using var context = await chromium.Browser.NewContextAsync(new()
                {
                    BaseURL = site.Address.ToString(),
                    ColorScheme = scheme,
                    ReducedMotion = ReducedMotion.Reduce,
                    ViewportSize = new() { Width = width, Height = 900 },
                });
                context.SetDefaultTimeout(60_000);
                await look(await context.NewPageAsync(), $"{scheme} {width}");
            }
        }
    }

    private static async Task Visit(IPage page, string look, IEnumerable<string> paths, List<string> found)
    {
        foreach (var path in paths)
        {
            await page.GotoAsync(path);
            await Check(page, look, found);
            var sideways = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
            if (sideways > 0)
            {
                found.Add($"{path} ({look}) is {sideways} pixels wider than the screen");
            }
        }
    }

    private static async Task Check(IPage page, string look, List<string> found)
    {
        var result = await Barriers.Axe(page);
        found.AddRange(result.Violations.SelectMany(violation => violation.Nodes.Select(node => $"{page.Url} ({look}): {violation.Id}: {node.Html}")));
    }

    /// <summary>A post with evidence and code among others, and one that was taken down.</summary>
    private static async Task<string> Fill(HttpClient owner)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(SampleDocuments.Pdf(SampleDocuments.Harbour)), "file", "harbour.pdf" } };
        using var uploaded = await owner.PostAsync("/api/v1/documents/upload", form, Cancel);
        var document = (await uploaded.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json, Cancel))!;
        using var started = await owner.PostAsJsonAsync("/api/v1/generations", new { topic = "The harbour of Brenholt", documentIds = new[] { document.Id } }, BlogApi.Json, Cancel);
        var id = (await started.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json, Cancel))!.Id;
        var written = await Eventually.Gives(
            async () => (await owner.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{id}", BlogApi.Json, Cancel))!,
            generation => generation.Status is GenerationStatus.Completed or GenerationStatus.Failed);
        var post = (await owner.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{written.PostId}", BlogApi.Json, Cancel))!;
        var code = "\n\n## Counting tides\n\n```csharp\n// A comment that is long enough to be wider than a phone, so that the code has to scroll sideways there\npublic sealed record Tide(string Name, double Metres = 1.5);\n```\n\n| Year | Ships |\n|---|---|\n| 1912 | 212 |\n";
        using var edited = await owner.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, post.Title, post.Summary, post.Markdown + code, ["harbours", "history"], null), BlogApi.Json, Cancel);
        edited.EnsureSuccessStatusCode();
        using var published = await owner.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A test."), BlogApi.Json, Cancel);
        published.EnsureSuccessStatusCode();
        await WebFixture.Publish(owner, "Another post about the harbour", "I like this.", "harbours");
        var withdrawn = await WebFixture.Publish(owner, "Taken down");
        using var gone = await owner.DeleteAsync(new Uri($"/api/v1/posts/{withdrawn.Id}/publication", UriKind.Relative), Cancel);
        gone.EnsureSuccessStatusCode();
        return post.Slug;
    }
}
