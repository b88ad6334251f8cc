using Aspire.Hosting;
using Aspire.Hosting.Testing;
using BlogCreator.Tests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>The dashboard of the app that is shipped, as a developer uses it: by keyboard where there is a key, and left open.</summary>
[Collection(WholeApps.Name)]
public sealed class DashboardWalkTests
{
    private const float Patience = 60_000;
    private const string ModelKey = "sk-tulip-4711";

    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task A_developer_looks_around_stops_the_api_sees_it_and_starts_it_again(int width, ColorScheme scheme)
    {
        await using var chromium = await Chromium.Launch();
        await using var app = await Start("--dashboard-port", "0", "--Parameters:language-model-provider", "ollama", "--Parameters:language-model-name", "none", "--Parameters:language-model-key", ModelKey);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("web", cancel);
        await using var context = await chromium.Browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) => complaints.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.PageError += (_, error) => complaints.Add(error);

        await page.GotoAsync(app.Engine.DashboardAddress!);
        var outlook = page.Locator("#outlook");
        await Expect(outlook).ToHaveTextAsync("All well.", new() { Timeout = Patience });
        foreach (var link in new[] { "Blog", "Studio", "API description", "Manifest of the app model" })
        {
            var address = await page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).GetAttributeAsync("href");
            Assert.Equal(200, (await context.APIRequest.GetAsync(new Uri(new Uri(page.Url), address).ToString())).Status);
        }

        await NoBarriers(page);
        await page.Keyboard.PressAsync("?");
        await Expect(page.Locator("#help")).ToBeVisibleAsync();
        await NoBarriers(page);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#help")).ToBeHiddenAsync();

        // The second service is the API.
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await Expect(page.Locator("[data-row]:focus")).ToHaveTextAsync("api");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/resources/api");
        await NoBarriers(page);
        var key = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "LanguageModel__ApiKey" });
        await Expect(key).Not.ToContainTextAsync(ModelKey);
        await key.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(key).ToContainTextAsync(ModelKey);
        await key.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(key).Not.ToContainTextAsync(ModelKey);

        var old = app.GetProcessId("api");
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop api" }).ClickAsync();
        await Expect(page.Locator(".state")).ToHaveTextAsync("stopped");
        Assert.False(Processes.IsAlive(old));
        await Expect(outlook).ToHaveTextAsync("You stopped api. web works without it as well as it can.");
        await NoBarriers(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Start api" }).ClickAsync();
        await Expect(page.Locator(".state")).ToHaveTextAsync("healthy", new() { Timeout = Patience });
        await Expect(outlook).ToHaveTextAsync("All well.");

        // Away and back again and again: a stream for each of them would use up the six connections of a browser, and no page come any more.
        await page.EvaluateAsync("() => { for (let times = 0; times < 8; times++) { document.dispatchEvent(new Event('visibilitychange')); } }");
        await LookAtLogs(page);
        await page.GetByLabel("Level").PressAsync("Escape");
        await page.Keyboard.PressAsync("s");
        await page.WaitForURLAsync("**/settings");
        await NoBarriers(page);
        Assert.Empty(complaints);

        await app.StopAsync(cancel);
        await Expect(outlook).ToContainTextAsync("The app stopped", new() { Timeout = Patience });
        Assert.StartsWith("✕ The app stopped", await page.TitleAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_left_open_goes_on_with_the_next_run_of_the_app()
    {
        await using var chromium = await Chromium.Launch();
        var data = Directory.CreateTempSubdirectory("blogcreator-").FullName;
        try
        {
            await using var context = await chromium.Browser.NewContextAsync();
            var page = await context.NewPageAsync();
            string address;
            await using (var first = await Small("0", data))
            {
                address = first.Engine.DashboardAddress!;
                await page.GotoAsync(address);
                await Expect(page.Locator("#outlook")).ToHaveTextAsync("All well.");
            }

            var run = await page.Locator("html").GetAttributeAsync("data-run");
            await Expect(page.Locator("#outlook")).ToContainTextAsync("The app stopped", new() { Timeout = Patience });
            await using var second = await Small(new Uri(address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture), data);
            await Expect(page.Locator("#outlook")).ToHaveTextAsync("All well.", new() { Timeout = Patience });
            await Expect(page.Locator("html")).Not.ToHaveAttributeAsync("data-run", run!);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task A_page_keeps_up_with_a_service_that_never_stops_talking_and_holds_no_more_than_it_may()
    {
        await using var chromium = await Chromium.Launch();
        await using var model = Create("--dashboard-port", "0");
        model.AddExecutable("talker", "sh", "/", "-c", "for i in $(seq 100); do seq -f \"round $i line %.0f of a service that never stops\" 1000; sleep 0.1; done; echo it is over; exec sleep 600");
        var app = await model.BuildAsync(cancel);
        await app.StartAsync(cancel);
        var page = await chromium.Browser.NewPageAsync();

        await page.GotoAsync(app.Engine.DashboardAddress!);
        await page.GotoAsync(new Uri(new Uri(page.Url), "/logs").ToString());
        await Expect(page.Locator(".lines li").Last).ToContainTextAsync("it is over", new() { Timeout = Patience });
        Assert.InRange(await page.Locator(".lines li").CountAsync(), 1, 2000);

        // What the page has not kept is still found.
        await page.FillAsync("[data-search]", "round 100 line 7 of");
        await Expect(page.Locator(".lines li")).ToHaveCountAsync(1);
    }

    private static async Task LookAtLogs(IPage page)
    {
        await page.Keyboard.PressAsync("l");
        await page.WaitForURLAsync("**/logs");
        var lines = page.Locator(".lines li");
        await Expect(lines.Filter(new() { HasText = "Now listening on" })).ToHaveCountAsync(3);
        await NoBarriers(page);

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("listening");
        await Expect(lines).ToHaveCountAsync(3);
        await Expect(page.Locator(".lines mark").First).ToHaveTextAsync("listening");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fields", Exact = true }).ClickAsync();
        await Expect(lines.First).ToContainTextAsync("Microsoft.Hosting.Lifetime");
        await NoBarriers(page);
        await lines.First.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator(".entry[open]")).ToContainTextAsync("event.action");
        await NoBarriers(page);
        await page.Keyboard.PressAsync("Escape");

        await page.GetByLabel("Level").SelectOptionAsync("error");
        await Expect(lines).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-note]")).ToContainTextAsync("No line fits.");
    }

    private static async Task NoBarriers(IPage page)
    {
        var result = await Barriers.Axe(page);
        Assert.True(result.Violations.Length == 0, $"{page.Url}: {string.Join("; ", result.Violations.Select(violation => $"{violation.Id}: {violation.Nodes[0].Html}"))}");
    }

    private static IDistributedApplicationTestingBuilder Create(params string[] args) => DistributedApplicationTestingBuilder.Create(args);

    private async Task<DistributedApplication> Start(params string[] args)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.BlogCreator_AppHost>(args, cancel);
        var app = await builder.BuildAsync(cancel);
        await app.StartAsync(cancel);
        return app;
    }

    private async Task<DistributedApplication> Small(string port, string data)
    {
        var model = Create("--dashboard-port", port, "--data", data);
        model.AddExecutable("service", "sleep", "/", "600");
        var app = await model.BuildAsync(cancel);
        await app.StartAsync(cancel);
        return app;
    }
}
