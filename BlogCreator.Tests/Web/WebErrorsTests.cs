using System.Net;
using System.Text;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.Web;

/// <summary>What of an error in Web leaves for Sentry, and what browsers may have sent on.</summary>
[Collection(SentryInProcess.Name)]
public sealed class WebErrorsTests
{
    private const string Canary = "kanarienvogel";
    private const string Placeholder = "https://site@monitoring.invalid/1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_error_of_Web_is_one_event_with_our_trace_id()
    {
        await using var sink = await SentrySink.Start();
        // Stands in for something between Web and Api that answers with a page of its own.
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        await using var between = builder.Build();
        between.MapFallback(() => Results.Content($"[\"{Canary}\"]", "application/json"));
        await between.StartAsync(Cancel);
        var keys = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
        await using var web = new WebUnderTest(new Uri(between.Urls.First()), keys, 0, ("Sentry:Dsn", sink.Dsn), ("Logging:LogLevel:Default", "Information"), ("Logging:Console:LogLevel:Default", "None"));
        using var browser = web.CreateClient();

        var trace = NewTrace();
        await Ask(browser, "/posts/" + Canary, trace);
        var report = await sink.OneEvent(trace, later => Ask(browser, "/posts/" + Canary, later));
        Assert.Equal("BlogCreator.Web", report.GetProperty("server_name").GetString());
        Assert.Equal("GET /posts/{Slug}", report.GetProperty("transaction").GetString());
        Assert.Matches("^blogcreator@", report.GetProperty("release").GetString());
        Assert.DoesNotContain(Canary, sink.Everything, StringComparison.OrdinalIgnoreCase);
        Directory.Delete(keys, recursive: true);
    }

    [Fact]
    public async Task An_error_of_Api_that_Web_tells_on_is_one_event_and_an_Api_that_is_away_is_none()
    {
        await using var sink = await SentrySink.Start();
        var folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
        var database = $"Data Source={Path.Combine(folder, "blogdb.db")}";
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__blogdb"] = database,
            ["Storage__Path"] = Path.Combine(folder, "files"),
            ["DataProtection__Path"] = Path.Combine(folder, "keys"),
            ["Sentry__Dsn"] = sink.Dsn,
        };
        var (exitCode, output) = await ApiProcess.Run(settings, "migrate");
        Assert.True(exitCode == 0, output);
        await using var api = await ApiProcess.Start(settings);
        await using (var connection = new SqliteConnection(database + ";Pooling=False"))
        {
            await connection.OpenAsync(Cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE Posts RENAME TO Gone";
            await command.ExecuteNonQueryAsync(Cancel);
        }

        await using var web = new WebUnderTest(api.Address, Path.Combine(folder, "keys"), 0, ("Sentry:Dsn", sink.Dsn), ("Logging:LogLevel:Default", "Information"), ("Logging:Console:LogLevel:Default", "None"));
        using var browser = web.CreateClient();
        var trace = NewTrace();
        await Ask(browser, "/archive", trace);
        var report = await sink.OneEvent(trace, later => Ask(browser, "/archive", later));
        Assert.Equal("BlogCreator.Api", report.GetProperty("server_name").GetString());

        await api.Kill();
        var before = sink.Items.Count(item => item.Type == "event");
        for (var turn = 0; turn < 3; turn++)
        {
            using var away = await browser.GetAsync("/archive", Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        }

        await api.Start();
        var last = NewTrace();
        await Ask(browser, "/archive", last);
        await sink.OneEvent(last, later => Ask(browser, "/archive", later));
        Assert.Equal(before + 2, sink.Items.Count(item => item.Type == "event"));
        await api.Kill();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_report_goes_on_as_what_is_left_of_it()
    {
        await using var site = await ReportedSite.Start();
        using var browser = site.Browser();
        var id = NewTrace();
        var trace = NewTrace();
        var report = $$$"""
            {"event_id":"{{{id}}}","timestamp":1764460800.5,"platform":"javascript","level":"{{{Canary}}}","release":"{{{Canary}}}","environment":"{{{Canary}}}","server_name":"{{{Canary}}}","message":"{{{Canary}}}",
             "user":{"id":"{{{Canary}}}","email":"{{{Canary}}}@example.org","ip_address":"203.0.113.9"},"tags":{"{{{Canary}}}":"{{{Canary}}}"},"extra":{"{{{Canary}}}":"{{{Canary}}}"},
             "breadcrumbs":[{"message":"{{{Canary}}}"}],"request":{"url":"{{{site.Address}}}studio/posts/{{{Canary}}}/edit?q={{{Canary}}}#{{{Canary}}}","headers":{"Cookie":"{{{Canary}}}","Referer":"{{{Canary}}}"},"data":"{{{Canary}}}"},
             "contexts":{"trace":{"trace_id":"{{{trace}}}","span_id":"00f067aa0ba902b7","data":{"x":"{{{Canary}}}"}},"{{{Canary}}}":{}},"sdk":{"name":"{{{Canary}}}"},"fingerprint":["{{{Canary}}}"],
             "exception":{"values":[{"type":"TypeError","value":"Cannot read '{{{Canary}}}' of https://x.example/{{{Canary}}}","module":"{{{Canary}}}",
               "stacktrace":{"frames":[{"filename":"{{{site.Address}}}js/editor.abc.js?{{{Canary}}}","function":"save","lineno":3,"colno":7,"vars":{"x":"{{{Canary}}}"},"context_line":"{{{Canary}}}","pre_context":["{{{Canary}}}"]},
                                       {"filename":"{{{site.Address}}}posts/{{{Canary}}}","function":"{{{Canary}}} says: hello","lineno":"{{{Canary}}}"},
                                       {"filename":"https://foreign.example/{{{Canary}}}.js","function":"f"}]}}]}}
            """.ReplaceLineEndings("");
        using var taken = await Send(browser, $"{{\"dsn\":\"{Placeholder}\",\"trace\":{{\"user\":\"{Canary}\"}}}}\n{{\"type\":\"event\"}}\n{report}\n{{\"type\":\"attachment\",\"length\":{Canary.Length}}}\n{Canary}\n{{\"type\":\"session\"}}\n{{\"did\":\"{Canary}\"}}\n");
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);

        // The request that brought it may be a trace of its own.
        var item = Assert.Single(await Eventually.Gives(() => Task.FromResult(site.Sink.Items.Where(item => item.Body.GetProperty("platform").GetString() == "javascript").ToList()), items => items.Count > 0));
        Assert.Equal(("event", id, trace), (item.Type, item.Body.GetProperty("event_id").GetString(), item.Trace));
        Assert.Matches("^blogcreator@", item.Body.GetProperty("release").GetString());
        Assert.Equal("Development", item.Body.GetProperty("environment").GetString());
        Assert.Equal("/studio/posts/*/edit", item.Body.GetProperty("transaction").GetString());
        var exception = item.Body.GetProperty("exception").GetProperty("values")[0];
        Assert.Equal("Cannot read '…' of https://…", exception.GetProperty("value").GetString());
        var frames = exception.GetProperty("stacktrace").GetProperty("frames");
        Assert.Equal(("app:///js/editor.abc.js", "save", 3), (frames[0].GetProperty("filename").GetString(), frames[0].GetProperty("function").GetString(), frames[0].GetProperty("lineno").GetInt32()));
        Assert.Equal(("<anonymous>", "?"), (frames[1].GetProperty("filename").GetString(), frames[1].GetProperty("function").GetString()));
        Assert.DoesNotContain(Canary, site.Sink.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"sentry_key={SentrySink.Key}", site.Sink.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_report_of_our_own_pages_is_not_taken()
    {
        await using var site = await ReportedSite.Start();
        using var browser = site.Browser();
        var good = $"{{\"dsn\":\"{Placeholder}\"}}\n{{\"type\":\"event\"}}\n{{}}\n";
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, good, site: "cross-site")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, good, site: "same-site")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, good, site: "none")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, good, site: "", origin: "https://evil.example")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, good, site: "")).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Send(browser, good, type: "application/json")).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Send(browser, good, type: "application/x-www-form-urlencoded")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, good.Replace(Placeholder, "https://abc@o1.ingest.sentry.io/7", StringComparison.Ordinal))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, "{}\n{\"type\":\"event\"}\n{}\n")).StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Send(browser, good + new string(' ', 70_000))).StatusCode);
        foreach (var garbage in new[] { "", "garbage", "[]", "null", good + "{\"type\":", good + "{\"type\":\"event\",\"length\":-1}\n", good + "{\"type\":\"event\",\"length\":99999}\n", "{\"dsn\":1,\"dsn\":2}\n", "\0\0\0" })
        {
            var status = (await Send(browser, garbage)).StatusCode;
            Assert.True(status is HttpStatusCode.BadRequest or HttpStatusCode.TooManyRequests or HttpStatusCode.Forbidden, $"{garbage}: {status}");
        }

        // All that came from one address, and the rest of the minute is too much.
        HttpResponseMessage? enough = null;
        for (var turn = 0; turn < 60 && enough?.StatusCode != HttpStatusCode.TooManyRequests; turn++)
        {
            enough = await Send(browser, good);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, enough!.StatusCode);
        Assert.NotNull(enough.Headers.RetryAfter);
        Assert.Equal("application/problem+json", enough.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Text_that_is_none_is_refused_and_is_no_mistake_of_ours()
    {
        await using var site = await ReportedSite.Start();
        using var browser = site.Browser();
        var head = $"{{\"dsn\":\"{Placeholder}\"}}\n{{\"type\":\"event\"}}\n";
        // A byte that is in no UTF-8, and half a pair of surrogates, wherever something is read.
        foreach (var broken in new[] { "\u00FF", "\\ud800" })
        {
            foreach (var body in new[]
            {
                $"{{\"dsn\":\"{broken}\"}}\n{{\"type\":\"event\"}}\n{{}}\n",
                $"{{\"{broken}\":1,\"dsn\":\"{Placeholder}\"}}\n",
                $"{{\"dsn\":\"{Placeholder}\"}}\n{{\"type\":\"{broken}\"}}\n{{}}\n",
                head + $"{{\"event_id\":\"{broken}\"}}\n",
                head + $"{{\"request\":{{\"url\":\"{broken}\"}}}}\n",
                head + $"{{\"exception\":{{\"values\":[{{\"{broken}\":1}}]}}}}\n",
                head + $"{{\"exception\":{{\"values\":[{{\"stacktrace\":{{\"frames\":[{{\"function\":\"{broken}\"}}]}}}}]}}}}\n",
            })
            {
                // One byte a letter, so that the first is not made good on its way.
                using var answer = await Send(browser, Encoding.Latin1.GetBytes(body));
                Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{body}: {answer.StatusCode}");
            }
        }

        using var cut = await Send(browser, $"{{\"dsn\":\"{Placeholder}\"}}\n{{\"type\":\"event\"}}");
        Assert.Equal(HttpStatusCode.BadRequest, cut.StatusCode);
        using var good = await Send(browser, head + "{}");
        Assert.Equal(HttpStatusCode.Accepted, good.StatusCode);
    }

    [Fact]
    public async Task An_id_with_a_line_end_is_none()
    {
        await using var site = await ReportedSite.Start();
        using var browser = site.Browser();
        var (id, trace) = (NewTrace(), NewTrace());
        using var taken = await Send(browser, $"{{\"dsn\":\"{Placeholder}\"}}\n{{\"type\":\"event\"}}\n{{\"event_id\":\"{id}\\n\",\"contexts\":{{\"trace\":{{\"trace_id\":\"{trace}\\n\",\"span_id\":\"00f067aa0ba902b7\\n\"}}}}}}\n");
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
        // It would end the head of the envelope, which is put together by hand.
        var item = Assert.Single(await Eventually.Gives(() => Task.FromResult(site.Sink.Items.Where(item => item.Body.GetProperty("platform").GetString() == "javascript").ToList()), items => items.Count > 0));
        Assert.Matches(@"^[0-9a-f]{32}\z", item.Body.GetProperty("event_id").GetString());
        Assert.DoesNotContain(id, site.Sink.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(trace, site.Sink.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain("00f067aa0ba902b7", site.Sink.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_no_page_refers_to_the_script_and_nothing_is_taken()
    {
        await using var site = new WebFixture();
        await site.InitializeAsync();
        using var browser = site.Browser();
        Assert.DoesNotContain("js/errors", await browser.GetStringAsync("/", Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(browser, "{}")).StatusCode);

        await using var reported = await ReportedSite.Start();
        using var other = reported.Browser();
        var page = await other.GetStringAsync("/", Cancel);
        Assert.Contains("<script type=\"module\" src=\"/js/errors", page, StringComparison.Ordinal);
        Assert.DoesNotContain(SentrySink.Key, page, StringComparison.Ordinal);
        Assert.Equal(page, await other.GetStringAsync("/", Cancel));
    }

    [Fact]
    public void The_part_of_the_SDK_that_is_served_is_of_the_version_that_is_named()
    {
        using var named = System.Text.Json.JsonDocument.Parse(Architecture.Repository.Read("BlogCreator.Web/Monitoring/sdk/package.json"));
        var version = named.RootElement.GetProperty("dependencies").GetProperty("@sentry/browser").GetString()!;
        var served = Architecture.Repository.Read("BlogCreator.Web/wwwroot/js/vendor/sentry.js");
        Assert.StartsWith($"/* @sentry/browser {version}, MIT", served, StringComparison.Ordinal);
        Assert.Contains($"=\"{version}\"", served, StringComparison.Ordinal);
        Assert.Contains("Permission is hereby granted", Architecture.Repository.Read("BlogCreator.Web/wwwroot/js/vendor/sentry-LICENSE.txt"), StringComparison.Ordinal);
        Assert.DoesNotContain("http", Architecture.Repository.Read("BlogCreator.Web/Monitoring/sdk/package.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("resolved", Architecture.Repository.Read("BlogCreator.Web/Monitoring/sdk/package-lock.json"), StringComparison.Ordinal);
        // What every page loads stays small; the rest comes when something went wrong.
        Assert.InRange(Encoding.UTF8.GetByteCount(Architecture.Repository.Read("BlogCreator.Web/wwwroot/js/errors.js")), 1, 1500);
    }

    private static string NewTrace() => Guid.NewGuid().ToString("n");

    private static async Task Ask(HttpClient browser, string path, string trace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path + "?q=" + Canary);
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-00");
        request.Headers.Add("Cookie", "x=" + Canary);
        using var answer = await browser.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    private static Task<HttpResponseMessage> Send(HttpClient browser, string body, string site = "same-origin", string type = "text/plain;charset=UTF-8", string? origin = null) =>
        Send(browser, Encoding.UTF8.GetBytes(body), site, type, origin);

    private static async Task<HttpResponseMessage> Send(HttpClient browser, byte[] body, string site = "same-origin", string type = "text/plain;charset=UTF-8", string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/monitoring/report") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (site.Length > 0)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await browser.SendAsync(request, Cancel);
    }
}
