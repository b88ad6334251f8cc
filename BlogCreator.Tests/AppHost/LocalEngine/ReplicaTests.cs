using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using BlogCreator.LocalHosting;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>Two processes of Web behind its port, and in the place of Api a small one in the test that tells what reaches it.</summary>
[Collection(WholeApps.Name)]
public sealed partial class ReplicaTests : IAsyncLifetime
{
    private const string Page = "/robots.txt";

    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;
    private readonly TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication? api;
    private DistributedApplication? built;

    public async ValueTask InitializeAsync()
    {
        Processes.RequireLinux();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        api = builder.Build();
        api.UseWebSockets();
        api.MapPost("/api/v1/sum", async context => await context.Response.WriteAsync(
            $"{Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted))} {context.Request.Host} {context.Request.Headers["X-Forwarded-For"]}"));
        api.MapPost("/api/v1/documents/upload", context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        api.MapGet("/api/v1/stream", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: first\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await second.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("data: second\n\n", context.RequestAborted);
        });
        api.Map("/ws/echo", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[1024];
            var heard = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, heard.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        api.MapFallback(context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        await api.StartAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (built is not null)
        {
            await built.DisposeAsync();
        }

        if (api is not null)
        {
            await api.DisposeAsync();
        }
    }

    [Fact]
    public async Task They_share_the_work_and_one_that_is_killed_comes_back_without_a_failed_request()
    {
        var app = await Start(isForVisitors: false);
        using var browser = app.CreateHttpClient("web");
        for (var request = 0; request < 20; request++)
        {
            using var answer = await browser.GetAsync(Page, cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal((10, 10), (await Served(app, "web-1"), await Served(app, "web-2")));

        var (staying, killed) = (app.GetProcessId("web-1"), app.GetProcessId("web-2"));
        var answers = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var people = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!enough.IsCancellationRequested)
            {
                using var answer = await browser.GetAsync(Page, cancel);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Interlocked.Increment(ref answers);
            }
        }).ToList();
        for (var times = 0; times < 3; times++)
        {
            var before = Volatile.Read(ref answers);
            Processes.Kill(killed);
            await app.WaitForRestartAsync("web-2", killed, cancel);
            killed = app.GetProcessId("web-2");
            Assert.True(Volatile.Read(ref answers) > before);
        }

        await Eventually.Holds(async () => await Served(app, "web-2") > 0);
        await enough.CancelAsync();
        await Task.WhenAll(people);
        Assert.Equal(staying, app.GetProcessId("web-1"));
    }

    [Fact]
    public async Task A_restart_on_the_dashboard_takes_them_one_by_one_and_fails_no_request_either()
    {
        var app = await Start(isForVisitors: false, "--dashboard-port", "0");
        using var person = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = new CookieContainer() });
        var overview = new Uri(app.Engine.DashboardAddress!);
        var shown = await person.GetStringAsync(overview, cancel);
        Assert.Equal(["web", "web-1", "web-2"], Rows().Matches(shown).Select(row => row.Groups["name"].Value));
        Assert.Contains(app.GetEndpoint("web-2").Authority, shown, StringComparison.Ordinal);
        Assert.Contains("web-1", await person.GetStringAsync(new Uri(overview, "/resources/web"), cancel), StringComparison.Ordinal);
        Assert.Contains("/health", await person.GetStringAsync(new Uri(overview, "/resources/web-1"), cancel), StringComparison.Ordinal);
        using var browser = app.CreateHttpClient("web");
        var (first, other) = (app.GetProcessId("web-1"), app.GetProcessId("web-2"));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var people = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!enough.IsCancellationRequested)
            {
                using var answer = await browser.PostAsync("/api/v1/sum", new StringContent("a form"), cancel);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }).ToList();

        using var form = new FormUrlEncodedContent([KeyValuePair.Create("token", Token().Match(shown).Groups["token"].Value)]);
        using var asked = await person.PostAsync(new Uri(overview, "/resources/web/restart"), form, cancel);
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        await app.WaitForRestartAsync("web-1", first, cancel);
        Assert.Equal(other, app.GetProcessId("web-2"));
        await app.WaitForRestartAsync("web-2", other, cancel);

        await enough.CancelAsync();
        await Task.WhenAll(people);
    }

    [Fact]
    public async Task A_visitor_stays_with_one_until_it_is_gone()
    {
        var app = await Start(isForVisitors: true);
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, CookieContainer = new CookieContainer() }) { BaseAddress = app.GetEndpoint("web") };
        using var first = await browser.GetAsync("/", cancel);
        var own = Cookie().Match(Assert.Single(first.Headers.GetValues("Set-Cookie"))).Groups["number"].Value;
        var other = own == "1" ? "2" : "1";
        for (var request = 0; request < 10; request++)
        {
            using var answer = await browser.GetAsync(Page, cancel);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal((10, 0), (await Served(app, $"web-{own}"), await Served(app, $"web-{other}")));

        Processes.Kill(app.GetProcessId($"web-{own}"));
        using var moved = await browser.GetAsync("/", cancel);
        Assert.Equal(other, Cookie().Match(Assert.Single(moved.Headers.GetValues("Set-Cookie"))).Groups["number"].Value);
    }

    [Fact]
    public async Task Streams_sockets_and_large_bodies_pass_and_the_service_sees_the_visitor()
    {
        var app = await Start(isForVisitors: true);
        using var browser = app.CreateHttpClient("web");

        using (var events = await browser.GetAsync("/api/v1/stream", HttpCompletionOption.ResponseHeadersRead, cancel))
        using (var reader = new StreamReader(await events.Content.ReadAsStreamAsync(cancel)))
        {
            Assert.Equal("data: first", await reader.ReadLineAsync(cancel));
            second.SetResult();
            Assert.EndsWith("data: second\n\n", await reader.ReadToEndAsync(cancel), StringComparison.Ordinal);
        }

        using (var socket = new ClientWebSocket())
        {
            await socket.ConnectAsync(new UriBuilder(app.GetEndpoint("web")) { Scheme = "ws", Path = "/ws/echo" }.Uri, cancel);
            await socket.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, endOfMessage: true, cancel);
            var buffer = new byte[100];
            var heard = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, heard.Count));
        }

        var bytes = RandomNumberGenerator.GetBytes(20 * 1024 * 1024);
        using var summed = await browser.PostAsync("/api/v1/sum", new ByteArrayContent(bytes), cancel);
        var told = (await summed.Content.ReadAsStringAsync(cancel)).Split(' ');
        Assert.Equal((Convert.ToHexString(SHA256.HashData(bytes)), app.GetEndpoint("web").Authority), (told[0], told[1]));
        Assert.True(IPAddress.IsLoopback(IPAddress.Parse(told[2])));

        using var forwarded = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sum") { Content = new StringContent("x"), Headers = { { "X-Forwarded-For", "198.51.100.7" } } };
        using var seen = await browser.SendAsync(forwarded, cancel);
        Assert.EndsWith(" 198.51.100.7", await seen.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_is_heard_before_the_body_is_sent()
    {
        var app = await Start(isForVisitors: true);
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = Timeout.InfiniteTimeSpan }) { BaseAddress = app.GetEndpoint("web") };
        using var body = new UnsentContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/documents/upload") { Content = body, Headers = { ExpectContinue = true } };

        using var answer = await browser.SendAsync(request, cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(body.WasAskedFor);
    }

    [Theory]
    [InlineData("3", 3)]
    [InlineData("web=1", 1)]
    public async Task As_many_as_the_person_says_are_run(string replicas, int count)
    {
        var app = await Start(isForVisitors: false, "--replicas", replicas);

        Assert.Equal(count, app.Engine.Resources.Count(resource => resource.Name.StartsWith("web-", StringComparison.Ordinal)) is > 0 and var several ? several : 1);
        using var browser = app.CreateHttpClient("web");
        using var answer = await browser.GetAsync(Page, cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_service_that_is_not_made_for_several_is_named()
    {
        var error = await Assert.ThrowsAsync<EngineError>(() => Start(isForVisitors: false, "--replicas", "api=2"));
        Assert.Equal("--replicas names no service that is made for several: api.", error.Message);
    }

    private static IDistributedApplicationTestingBuilder Create(params string[] args) => DistributedApplicationTestingBuilder.Create(args);

    private async Task<DistributedApplication> Start(bool isForVisitors, params string[] args)
    {
        var model = Create(args);
        var web = model.AddProject<Projects.BlogCreator_Web>("web", launchProfileName: null)
            .WithHttpEndpoint(port: 8080)
            .WithEnvironment("ASPNETCORE_ENVIRONMENT", "Development")
            .WithEnvironment("DataProtection__Path", Path.Combine(model.Configuration["data"] ?? "", "keys"))
            .WithEnvironment("services__api__http__0", api?.Urls.First())
            .WithHttpHealthCheck("/health")
            .WithReplicas(2);
        if (isForVisitors)
        {
            web.WithExternalHttpEndpoints();
        }

        built = model.Build();
        await built.StartAsync(cancel);
        foreach (var resource in built.Engine.Resources.Select(resource => resource.Name).ToList())
        {
            await built.ResourceNotifications.WaitForResourceHealthyAsync(resource, cancel);
        }

        return built;
    }

    /// <summary>How many requests that are not about the replica itself it has answered.</summary>
    private async Task<int> Served(DistributedApplication app, string replica)
    {
        using var client = app.CreateHttpClient(replica);
        var metrics = await client.GetStringAsync("/metrics", cancel);
        return Requests().Matches(metrics).Sum(match => int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("^http_requests_total{[^}]*robots[^}]*} (?<count>[0-9]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Requests();

    [GeneratedRegex("<tr data-service=\"(?<name>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rows();

    [GeneratedRegex("name=\"token\" value=\"(?<token>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("^replica-web=(?<number>[0-9]+);", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Cookie();

    private sealed class UnsentContent : HttpContent
    {
        private const int Length = 50 * 1024 * 1024;

        public bool WasAskedFor { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            WasAskedFor = true;
            await stream.WriteAsync(new byte[Length]);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = Length;
            return true;
        }
    }
}
