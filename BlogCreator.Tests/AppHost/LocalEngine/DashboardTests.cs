using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using BlogCreator.LocalHosting;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>The dashboard of a running engine, on apps of a line or two.</summary>
[Collection(WholeApps.Name)]
public sealed partial class DashboardTests : IAsyncDisposable
{
    private const string Secret = "Tulip/4711+x";

    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;
    private readonly HttpClient browser = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private DistributedApplication? built;

    public DashboardTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses sh.");

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        if (built is not null)
        {
            await built.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_the_link_nothing_is_shown_but_how_to_get_it()
    {
        var model = Create();
        model.AddExecutable("service", "sleep", "/", "600");
        var app = await Start(model, signIn: false);

        var stranger = await browser.GetAsync("/", cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        var page = await stranger.Content.ReadAsStringAsync(cancel);
        Assert.Contains("The terminal in which the app was started has the whole", page, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Engine.DashboardAddress!.Split("t=")[1], page, StringComparison.Ordinal);
        foreach (var address in new[] { "/logs", "/logs/stream", "/logs/download", "/state", "/settings", "/resources/service", "/login?t=guessed" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync(address, cancel)).StatusCode);
        }

        var opened = await browser.GetAsync(app.Engine.DashboardAddress, cancel);
        Assert.Equal(HttpStatusCode.SeeOther, opened.StatusCode);
        Assert.Contains("httponly", opened.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Contains("service", await Page("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_starts_the_app_may_let_everybody_in()
    {
        var model = Create();
        model.Configuration["ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true";
        model.AddExecutable("service", "sleep", "/", "600");
        var app = await Start(model, signIn: false);

        Assert.DoesNotContain("t=", app.Engine.DashboardAddress, StringComparison.Ordinal);
        Assert.Contains("service", await Page("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_has_no_dashboard_unless_it_asks_and_a_taken_port_is_not_the_end()
    {
        await using (var plain = CreateWithout())
        {
            plain.AddExecutable("service", "sleep", "/", "600");
            var app = await plain.BuildAsync(cancel);
            await app.StartAsync(cancel);
            Assert.Null(app.Engine.DashboardAddress);
        }

        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var model = CreateWithout("--dashboard-port", taken.ToString(CultureInfo.InvariantCulture));
        model.AddExecutable("service", "sleep", "/", "600");
        await Start(model);

        Assert.NotEqual(taken, browser.BaseAddress!.Port);
        Assert.Contains("All well.", await Settled(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_another_site_can_neither_look_nor_act()
    {
        var model = Create();
        model.AddExecutable("service", "sleep", "/", "600");
        var app = await Start(model);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", cancel);
        var process = app.GetProcessId("service");
        var token = await FormToken();

        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "attacker.example" } };
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await browser.SendAsync(rebound, cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, await Post("/resources/service/stop", token, origin: "http://localhost:8080"));
        Assert.Equal(HttpStatusCode.Forbidden, await Post("/resources/service/stop", token, origin: "null"));
        Assert.Equal(HttpStatusCode.Forbidden, await Post("/resources/service/stop", "guessed"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await browser.GetAsync("/resources/service/stop", cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await Post("/resources/nobody/stop", token));
        Assert.Equal(process, app.GetProcessId("service"));

        var page = await browser.GetAsync("/", cancel);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script>|<style| style=| on[a-z]+=", await page.Content.ReadAsStringAsync(cancel));
    }

    [Fact]
    public async Task A_secret_is_in_no_page_stream_or_log_until_somebody_asks_for_it()
    {
        var model = Create("--ConnectionStrings:blogdb", $"Host=db.example;Username=blog;Password={Secret};Database=posts", "--Parameters:license", Secret);
        var license = model.AddParameter("license", secret: true);
        var blogdb = model.AddPostgres("postgres").AddDatabase("blogdb");
        model.AddExecutable("service", "sh", "/", "-c", "echo told $GIVEN; echo \"{\\\"log.level\\\":\\\"warn\\\",\\\"message\\\":\\\"json $GIVEN\\\"}\"; exec sleep 600")
            .WithEnvironment("GIVEN", license).WithEnvironment("HARMLESS", "seen").WithReference(blogdb);
        var app = await Start(model);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", cancel);
        await Said("json");

        foreach (var address in new[] { "/", "/resources/service", "/settings", "/logs", "/logs/download", "/state", "/manifest" })
        {
            var page = WebUtility.HtmlDecode(await Page(address));
            Assert.DoesNotContain(Secret, page, StringComparison.Ordinal);
            Assert.DoesNotContain(Uri.EscapeDataString(Secret), page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Tulip", await Stream("/logs/stream", until: "json"), StringComparison.Ordinal);
        Assert.DoesNotContain("Tulip", await File.ReadAllTextAsync(Path.Combine(model.Configuration["data"]!, "logs", "service.log"), cancel), StringComparison.Ordinal);
        var resource = WebUtility.HtmlDecode(await Page("/resources/service"));
        Assert.Contains("seen", resource, StringComparison.Ordinal);
        Assert.Contains("Host=db.example;Username=blog;Password=••••••;Database=posts", resource, StringComparison.Ordinal);

        var token = await FormToken();
        Assert.Equal(HttpStatusCode.Forbidden, await Post("/reveal", "guessed", fields: [("of", "service"), ("name", "GIVEN")]));
        Assert.Equal(Secret, await Revealed(token, "service", "GIVEN"));
        Assert.Equal(Secret, await Revealed(token, "parameters", "license"));
        Assert.Contains(Secret, await Revealed(token, "connections", "blogdb"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_stopped_by_hand_stays_stopped_until_it_is_started_and_is_told_apart_from_a_crash()
    {
        var model = Create();
        var first = model.AddExecutable("first", "sleep", "/", "600");
        model.AddExecutable("second", "sleep", "/", "600").WaitForStart(first);
        var app = await Start(model);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("second", cancel);
        Assert.Contains("All well.", await Settled(), StringComparison.Ordinal);
        var token = await FormToken();
        var process = app.GetProcessId("first");

        Assert.Equal(HttpStatusCode.SeeOther, await Post("/resources/first/stop", token));
        await app.ResourceNotifications.WaitForResourceAsync("first", KnownResourceStates.Exited, cancel);
        Assert.False(Processes.IsAlive(process));
        Assert.Equal(("stopped", "by you", "0"), await State("first"));
        Assert.Equal("running", (await State("second")).State);

        // What needs it waits, and says for whom.
        await Post("/resources/second/restart", token);
        await Eventually.Holds(async () => await State("second") is ("waiting", "for first, which is stopped", _));

        await Post("/resources/first/start", token);
        await app.WaitForRestartAsync("first", process, cancel);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("second", cancel);

        var old = app.GetProcessId("first");
        await Post("/resources/first/restart", token);
        await app.WaitForRestartAsync("first", old, cancel);
        Assert.False(Processes.IsAlive(old));
        Assert.Equal(("running", "", "0"), await State("first"));

        old = app.GetProcessId("first");
        Processes.Kill(old);
        await app.WaitForRestartAsync("first", old, cancel);
        Assert.Equal(("running", "", "1"), await State("first"));
    }

    [Fact]
    public async Task A_service_that_cannot_be_started_again_does_not_take_the_app_with_it()
    {
        var model = Create();
        var marker = Path.Combine(model.Configuration["data"]!, "marker");
        model.AddExecutable("fickle", "sh", "/", "-c", $"test -e '{marker}' && exit 3; : > '{marker}'; exec sleep 600").WithHttpEndpoint().WithHttpHealthCheck("/");
        var other = model.AddExecutable("other", "sleep", "/", "600");
        var app = await Start(model);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("other", cancel);
        var token = await FormToken();
        await Eventually.Holds(() => Task.FromResult(File.Exists(marker)));

        await Post("/resources/fickle/restart", token);
        await app.ResourceNotifications.WaitForResourceAsync("fickle", KnownResourceStates.FailedToStart, cancel);

        Assert.Equal(("failed", "fickle ended with exit code 3 before it was healthy, 3 times."), ((await State("fickle")).State, (await State("fickle")).Detail));
        Assert.Equal("running", (await State("other")).State);
        Assert.Contains("fickle failed", await Page("/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_are_found_by_service_level_and_words_and_a_reader_goes_on_where_it_was()
    {
        var model = Create();
        model.AddExecutable("talker", "sh", "/", "-c", """
            echo '{"log.level":"info","message":"Apples came.","log.logger":"Market"}'
            echo '{"log.level":"error","message":"Pears are <b>rotten</b>.","trace.id":"4bf92f3577b34da6","error.stack_trace":"Rot: yes"}'
            echo 'warn: Market[3] Plums are late.'
            echo 'Just words'
            exec sleep 600
            """);
        model.AddExecutable("neighbour", "sh", "/", "-c", "echo 'warn: Fence[1] Apples over the fence.'; exec sleep 600");
        await Start(model);
        await Said("Just words");
        await Said("Apples over");

        Assert.Equal(["Pears are <b>rotten</b>."], await Found("level=error"));
        Assert.Equal(["Pears are <b>rotten</b>."], await Found("q=4BF92F35"));
        Assert.Equal(["Pears are <b>rotten</b>."], await Found("q=rot:"));
        Assert.Equal(["Apples came."], await Found("q=apples&resource=talker"));
        Assert.Equal(["Pears are <b>rotten</b>.", "warn: Market[3] Plums are late."], await Found("level=warn&resource=talker"));
        Assert.DoesNotContain("<b>rotten", await Page("/logs"), StringComparison.Ordinal);
        Assert.Contains("Pears are <b>rotten</b>.", await Page("/logs/download?level=error"), StringComparison.Ordinal);

        var stream = await Stream("/logs/stream?resource=talker", until: "Just words");
        var id = LastId().Matches(stream)[^1].Groups["id"].Value;
        var number = id.Split('-')[1];
        var again = await Stream("/logs/stream?resource=talker", until: "Just words", lastId: id.Replace($"-{number}", "-1", StringComparison.Ordinal));
        Assert.DoesNotContain("event: reset", again, StringComparison.Ordinal);
        Assert.Contains("event: reset", await Stream("/logs/stream?resource=talker", until: "Just words", lastId: $"another-{number}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_stops_neither_the_service_nor_the_reader_and_memory_stays_bounded()
    {
        var model = Create();
        model.AddExecutable("flood", "sh", "/", "-c", "seq -f 'line %.0f of many, long enough to be like a line' 1 200000; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo over; exec sleep 600");
        var app = await Start(model);

        await Said("over");

        var page = app.Engine.Logs!.Latest(new LogQuery(), int.MaxValue - 1);
        Assert.InRange(page.Entries.Count, 1000, ServiceLog.MostEntries);
        Assert.InRange(page.Entries.Max(entry => entry.Message.Length), 1, 64 * 1024);
        Assert.Equal("over", page.Entries[^1].Message);
        Assert.True(app.Engine.Logs.After(1, new LogQuery(), 10).HasGap);
        Assert.Contains("over", await Page("/logs"), StringComparison.Ordinal);
    }

    private static IDistributedApplicationTestingBuilder Create(params string[] args) => CreateWithout([.. args, "--dashboard-port", "0"]);

    private static IDistributedApplicationTestingBuilder CreateWithout(params string[] args) => DistributedApplicationTestingBuilder.Create(args);

    private async Task<DistributedApplication> Start(IDistributedApplicationTestingBuilder model, bool signIn = true)
    {
        built = model.Build();
        await built.StartAsync(cancel);
        var address = new Uri(built.Engine.DashboardAddress!);
        browser.BaseAddress = new Uri(address.GetLeftPart(UriPartial.Authority));
        if (signIn)
        {
            Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(address, cancel)).StatusCode);
        }

        return built;
    }

    private async Task<string> Page(string address)
    {
        var answer = await browser.GetAsync(address, cancel);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{address} answered {answer.StatusCode}");
        return await answer.Content.ReadAsStringAsync(cancel);
    }

    private Task<string> Settled() => Eventually.Gives(() => Page("/"), page => page.Contains("All well", StringComparison.Ordinal));

    private async Task Said(string words) => await Eventually.Holds(async () => (await Page($"/logs/download?q={Uri.EscapeDataString(words)}")).Length > 0);

    private async Task<List<string>> Found(string query)
    {
        var stream = await Stream($"/logs/stream?{query}", until: "\n\n");
        var data = stream.Split('\n').First(line => line.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..];
        return [.. JsonDocument.Parse(data).RootElement.EnumerateArray().Select(line => line.GetProperty("message").GetString()!)];
    }

    private async Task<string> Stream(string address, string until, string? lastId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (lastId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastId);
        }

        using var answer = await browser.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        var text = "";
        var buffer = new char[4096];
        while (!text.Contains(until, StringComparison.Ordinal) || !text.EndsWith("\n\n", StringComparison.Ordinal))
        {
            text += new string(buffer, 0, await reader.ReadAsync(buffer, cancel));
        }

        return text;
    }

    private async Task<(string State, string Detail, string Restarts)> State(string service)
    {
        using var state = JsonDocument.Parse(await Page("/state"));
        var row = state.RootElement.GetProperty("services").EnumerateArray().Single(row => row.GetProperty("name").GetString() == service);
        return (row.GetProperty("state").GetString()!, row.GetProperty("detail").GetString()!, row.GetProperty("restarts").GetString()!);
    }

    private async Task<string> FormToken() => Token().Match(await Page("/")).Groups["token"].Value;

    private async Task<HttpStatusCode> Post(string address, string token, string? origin = null, params (string Name, string Value)[] fields)
    {
        using var answer = await Send(address, token, origin, fields);
        return answer.StatusCode;
    }

    private async Task<string> Revealed(string token, string of, string name)
    {
        using var answer = await Send("/reveal", token, origin: null, ("of", of), ("name", name));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancel));
        return json.RootElement.GetProperty("value").GetString()!;
    }

    private async Task<HttpResponseMessage> Send(string address, string token, string? origin, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = new FormUrlEncodedContent([new("token", token), .. fields.Select(field => new KeyValuePair<string, string>(field.Name, field.Value))]);
        request.Headers.Add("Origin", origin ?? browser.BaseAddress!.GetLeftPart(UriPartial.Authority));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return await browser.SendAsync(request, cancel);
    }

    [GeneratedRegex("name=\"token\" value=\"(?<token>[0-9a-f]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("(?m)^id: (?<id>.+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LastId();
}
