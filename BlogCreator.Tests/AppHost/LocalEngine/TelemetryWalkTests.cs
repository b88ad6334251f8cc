using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using BlogCreator.Tests.Browser;
using BlogCreator.Tests.Platform;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>The app that is shipped, looked at by what it tells of itself.</summary>
[Collection(WholeApps.Name)]
public sealed partial class TelemetryWalkTests
{
    private const float Patience = 60_000;

    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_is_one_trace_over_both_services_with_what_they_logged()
    {
        Processes.RequireLinux();
        await using var app = await Start("--dashboard-port", "0");
        await app.ResourceNotifications.WaitForResourceHealthyAsync("web", cancel);
        var receiver = app.Engine.Receiver!;
        foreach (var service in new[] { "api", "web" })
        {
            var environment = Processes.Environment(app.GetProcessId(service));
            Assert.Equal(receiver.Collector.Address, environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
            Assert.Equal("http/protobuf", environment["OTEL_EXPORTER_OTLP_PROTOCOL"]);
            Assert.Equal(receiver.Collector.Header, environment["OTEL_EXPORTER_OTLP_HEADERS"]);
            Assert.Equal("5000", environment["OTEL_METRIC_EXPORT_INTERVAL"]);
            // What models are told and answer is somebody's document, and what is searched for is somebody's question.
            Assert.DoesNotContain(environment.Keys, name => name.Contains("CAPTURE_MESSAGE_CONTENT", StringComparison.Ordinal) || name.Contains("REDACTION", StringComparison.Ordinal));
        }

        using var web = app.CreateHttpClient("web");
        await web.GetAsync(new Uri("/search?q=plum-4711", UriKind.Relative), cancel);
        var trace = await Eventually.Gives(
            () => Task.FromResult(receiver.Book.Traces.All().FirstOrDefault(trace => trace.Root.Name == "GET /search" && trace.Spans.Any(span => span.Source.Service == "api"))),
            trace => trace is { Root.Source.Service: "web" });
        Assert.DoesNotContain(trace!.Spans.SelectMany(span => span.Fields), field => field.Value.Contains("plum-4711", StringComparison.Ordinal));
        await Eventually.Holds(() => Task.FromResult(new[] { "api", "web" }.All(service =>
            receiver.Book.Metrics.Instruments().Any(instrument => instrument.Service == service && instrument.Name == "http.server.request.duration")
            && receiver.Book.Records.Services().Contains(service))));
    }

    [Fact]
    public async Task Without_a_dashboard_nobody_tells_anything()
    {
        Processes.RequireLinux();
        await using var app = await Start();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("api", cancel);
        Assert.Null(app.Engine.Receiver);
        Assert.DoesNotContain(Processes.Environment(app.GetProcessId("api")).Keys, name => name.StartsWith("OTEL_EXPORTER", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(400, ColorScheme.Dark)]
    public async Task A_developer_follows_a_request_through_its_trace_its_metrics_and_its_records(int width, ColorScheme scheme)
    {
        await using var chromium = await Chromium.Launch();
        await using var app = await Start("--dashboard-port", "0");
        await app.ResourceNotifications.WaitForResourceHealthyAsync("web", cancel);
        using var web = app.CreateHttpClient("web");
        await using var context = await chromium.Browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        context.SetDefaultTimeout(Patience);
        var page = await context.NewPageAsync();
        List<string> complaints = [];
        page.Console += (_, message) => complaints.AddRange(message.Type is "error" or "warning" ? [message.Text] : []);
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(app.Engine.DashboardAddress!);

        // The script of the keys shows it.
        await Expect(page.Locator("#show-help")).ToBeVisibleAsync(new() { Timeout = Patience });

        // Left open, the page shows what comes. Asked for by its address and not by an event, which may have been before.
        await page.Keyboard.PressAsync("t");
        await IsAt(page, "/traces");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("/search");
        await Expect(page.GetByText("No trace")).ToBeVisibleAsync(new() { Timeout = Patience });
        await web.GetAsync(new Uri("/search?q=plum", UriKind.Relative), cancel);
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "GET /search" }).First;
        await Expect(row).ToContainTextAsync("web, api", new() { Timeout = Patience });
        Assert.EndsWith("/traces?q=%2Fsearch", page.Url, StringComparison.Ordinal);
        await NoBarriers(page);

        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("GET /search");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".waterfall details[open]")).ToContainTextAsync("http.response.status_code");
        await NoBarriers(page);

        await page.Keyboard.PressAsync("m");
        await IsAt(page, "/metrics");
        var duration = page.GetByRole(AriaRole.Link, new() { Name = "http.server.request.duration" }).Last;
        await Expect(duration).ToBeVisibleAsync(new() { Timeout = Patience });
        await NoBarriers(page);
        await duration.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", Percentiles());
        await page.GetByText("The same as a table").ClickAsync();
        await Expect(page.Locator(".more tbody tr").First).ToBeVisibleAsync(new() { Timeout = Patience });
        await page.Locator("select[name=minutes]").SelectOptionAsync("15");
        await IsAt(page, "minutes=15");
        await Expect(page.Locator(".more[open]")).ToBeVisibleAsync();
        await NoBarriers(page);

        await page.Locator("select[name=minutes]").PressAsync("Escape");
        await page.Keyboard.PressAsync("e");
        await IsAt(page, "/structured");
        var record = page.Locator(".records li").Filter(new() { HasText = "Now listening on" }).First;
        await record.Locator("summary").ClickAsync();
        await Expect(record.Locator(".parts")).ToContainTextAsync("Microsoft.Hosting.Lifetime");
        await NoBarriers(page);
        await page.GotoAsync(new Uri(new Uri(page.Url), "/resources/web").ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "structured logs", Exact = true }).ClickAsync();
        await IsAt(page, "/structured?service=web");
        Assert.Empty(complaints);
    }

    /// <summary>There, and the script of the keys has run, which shows the button.</summary>
    private static async Task IsAt(IPage page, string part)
    {
        await Eventually.Holds(() => Task.FromResult(page.Url.Contains(part, StringComparison.Ordinal)));
        await Expect(page.Locator("#show-help")).ToBeVisibleAsync(new() { Timeout = Patience });
    }

    private static async Task NoBarriers(IPage page)
    {
        var result = await Barriers.Axe(page);
        Assert.True(result.Violations.Length == 0, $"{page.Url}: {string.Join("; ", result.Violations.Select(violation => $"{violation.Id}: {violation.Nodes[0].Html}"))}");
    }

    private async Task<DistributedApplication> Start(params string[] args)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.BlogCreator_AppHost>(args, cancel);
        var app = await builder.BuildAsync(cancel);
        await app.StartAsync(cancel);
        return app;
    }

    [GeneratedRegex("p50: now .*, at most .*p95: now", RegexOptions.None, 1000)]
    private static partial Regex Percentiles();
}
