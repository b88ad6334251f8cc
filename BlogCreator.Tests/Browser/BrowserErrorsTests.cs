using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;
using BlogCreator.Tests.Web;

namespace BlogCreator.Tests.Browser;

/// <summary>A script of ours that breaks in a real browser, on a page of a real site.</summary>
[Collection(SentryInProcess.Name)]
public sealed class BrowserErrorsTests
{
    private const string Canary = "kanarienvogel";

    [Fact]
    public async Task A_script_that_breaks_is_one_event_and_a_visit_that_is_drawn_is_one_trace()
    {
        await using var chromium = await Chromium.Launch();
        await using var site = await ReportedSite.Start();
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var (violations, foreign) = (new List<string>(), new List<string>());
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal) || message.Text.Contains("Content-Security-Policy", StringComparison.Ordinal))
            {
                violations.Add(message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(site.Address.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                foreign.Add(request.Url);
            }
        };
        // Every visit is drawn.
        await page.AddInitScriptAsync("Math.random = () => 0.05");
        await page.RouteAsync("**/js/cite*.js", route => route.FulfillAsync(new()
        {
            ContentType = "text/javascript",
            // The same error twice, a promise that nobody waited for, and a refusal of the API, which a page shows by itself.
            Body = $$"""
                setTimeout(() => { undefined.{{Canary}}; });
                const again = new TypeError("Cannot read '{{Canary}}'");
                setTimeout(() => Promise.reject(again), 50);
                setTimeout(() => Promise.reject(again), 100);
                setTimeout(() => Promise.reject(Object.assign(new Error("{{Canary}}"), { status: 422 })), 150);
                """,
        }));

        await page.GotoAsync(site.Address + $"?q={Canary}#{Canary}");
        await Eventually.Holds(() => Task.FromResult(site.Sink.Items.Count(item => item.Type == "event") >= 2 && site.Sink.Items.Any(item => item.Type == "transaction" && item.Body.GetProperty("platform").GetString() == "javascript")));

        var events = site.Sink.Items.Where(item => item.Type == "event").ToList();
        Assert.Equal(2, events.Count);
        Assert.All(events, item =>
        {
            Assert.Matches("^blogcreator@", item.Body.GetProperty("release").GetString());
            Assert.Equal("Development", item.Body.GetProperty("environment").GetString());
            Assert.Equal("browser", item.Body.GetProperty("tags").GetProperty("side").GetString());
            Assert.Matches("^[0-9a-f]{32}$", item.Trace);
            var exception = item.Body.GetProperty("exception").GetProperty("values")[0];
            Assert.Equal("TypeError", exception.GetProperty("type").GetString());
            Assert.Contains(exception.GetProperty("stacktrace").GetProperty("frames").EnumerateArray(), frame => frame.GetProperty("filename").GetString()!.StartsWith("app:///js/cite", StringComparison.Ordinal));
        });
        var visit = Assert.Single(site.Sink.Items, item => item.Type == "transaction" && item.Body.GetProperty("platform").GetString() == "javascript").Body;
        Assert.Equal("/", visit.GetProperty("transaction").GetString());
        Assert.True(visit.GetProperty("measurements").GetProperty("ttfb").GetProperty("value").GetDouble() >= 0);
        Assert.DoesNotContain(Canary, site.Sink.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(violations);
        Assert.Empty(foreign);
    }

    [Fact]
    public async Task A_page_on_which_nothing_breaks_loads_no_part_of_the_SDK()
    {
        await using var chromium = await Chromium.Launch();
        await using var site = await ReportedSite.Start();
        await using var context = await chromium.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(new Uri(request.Url).AbsolutePath);
        await page.AddInitScriptAsync("Math.random = () => 0.5");
        await page.GotoAsync(site.Address.ToString());
        // As long as a drawn visit would have waited, by the page's own clock.
        await page.EvaluateAsync("() => new Promise(done => setTimeout(done, 3000))");
        Assert.Contains(asked, path => path.StartsWith("/js/errors", StringComparison.Ordinal));
        Assert.DoesNotContain(asked, path => path.Contains("vendor", StringComparison.Ordinal) || path.StartsWith("/monitoring", StringComparison.Ordinal) || path.StartsWith("/js/report", StringComparison.Ordinal));
    }
}
