using System.Net;
using System.Net.WebSockets;
using System.Text;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.Web;

/// <summary>The way through Web to Api, with a program at the other end that tells what reached it.</summary>
public sealed class GatewayTests : IAsyncLifetime
{
    private const long MostBytes = 41_000_000;

    private readonly string _keys = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _siteCookies = [];
    private WebApplication? _api;
    private WebUnderTest? _web;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Uri Address => _web!.ClientOptions.BaseAddress;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.Logging.ClearProviders();
        _api = builder.Build();
        _api.UseWebSockets();
        _api.MapGet("/api/v1/site", (HttpRequest request) =>
        {
            _siteCookies.Add(request.Headers.Cookie.ToString());
            return TypedResults.Json(new SiteDetails("Site", true, false, MostBytes), BlogApi.Json);
        });
        _api.MapGet("/api/v1/public/posts", () => TypedResults.Json(new Page<PublicPostSummary>([], null), BlogApi.Json));
        _api.MapPost("/api/v1/documents/upload", async (HttpRequest request, CancellationToken cancel) =>
        {
            var counted = 0L;
            var buffer = new byte[64 * 1024];
            while (await request.Body.ReadAsync(buffer, cancel) is > 0 and var read)
            {
                counted += read;
            }

            return TypedResults.Text(counted.ToString(System.Globalization.CultureInfo.InvariantCulture));
        });
        _api.MapGet("/api/v1/headers", (HttpRequest request) => string.Join('\n', request.Headers.Select(header => $"{header.Key}: {header.Value}")));
        _api.MapGet("/api/v1/generations/{id}/events", async (HttpResponse response, CancellationToken cancel) =>
        {
            response.ContentType = "text/event-stream";
            await response.WriteAsync("id: 1\nevent: status\ndata: {}\n\n", cancel);
            await response.Body.FlushAsync(cancel);
            await _release.Task.WaitAsync(cancel);
            await response.WriteAsync("id: 2\nevent: completed\ndata: {}\n\n", cancel);
        });
        _api.Map("/ws/generations/{id}", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync(Encoding.UTF8.GetBytes("number " + context.Request.Query["after"]), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        });
        await _api.StartAsync(Cancel);
        _web = new WebUnderTest(new Uri(_api.Urls.First()), _keys);
        _web.UseKestrel();
        _web.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await _web!.DisposeAsync();
        await _api!.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }

    [Fact]
    public async Task An_upload_larger_than_what_Kestrel_takes_by_itself_passes_as_a_stream()
    {
        using var browser = Browser();
        using var content = new StreamContent(new MemoryStream(new byte[40_000_000]));
        using var answer = await browser.PostAsync("/api/v1/documents/upload", content, Cancel);
        Assert.Equal("40000000", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_file_over_the_limit_is_refused_before_it_is_sent()
    {
        using var browser = Browser();
        browser.DefaultRequestHeaders.ExpectContinue = true;
        using var content = new StreamContent(new MemoryStream(new byte[MostBytes + 100_000]));
        using var answer = await browser.PostAsync("/api/v1/documents/upload", content, Cancel);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        var problem = await ApiFixture.Problem(answer);
        Assert.Equal("too-large", problem.More!["code"].GetString());
        Assert.Contains("39.1 MB", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_arrives_before_the_stream_ends()
    {
        using var browser = Browser();
        await using var stream = await browser.GetStreamAsync("/api/v1/generations/1/events", Cancel);
        using var reader = new StreamReader(stream);
        Assert.Equal("id: 1", await reader.ReadLineAsync(Cancel));
        _release.SetResult();
        Assert.Contains("id: 2", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_WebSocket_passes()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = "/ws/generations/1", Query = "after=7" }.Uri, Cancel);
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer, Cancel);
        Assert.Equal("number 7", Encoding.UTF8.GetString(buffer, 0, received.Count));
    }

    [Fact]
    public async Task Api_sees_the_host_the_visitor_asked_for_and_no_address_the_visitor_made_up()
    {
        using var browser = Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/headers");
        request.Headers.Host = "blog.example";
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "203.0.113.9, 198.51.100.7");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "evil.example");
        request.Headers.TryAddWithoutValidation("Forwarded", "for=203.0.113.9");
        using var answer = await browser.SendAsync(request, Cancel);
        var seen = (await answer.Content.ReadAsStringAsync(Cancel)).Split('\n');
        Assert.Contains("Host: blog.example", seen);
        // The test's own address is a trusted proxy, so its last entry counts, and only that.
        Assert.Contains("X-Forwarded-For: 198.51.100.7", seen);
        Assert.Contains("X-Forwarded-Proto: http", seen);
        Assert.DoesNotContain(seen, header => header.Contains("203.0.113.9", StringComparison.Ordinal) || header.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_session_cookie_is_passed_on_and_never_from_a_public_page()
    {
        using var browser = Browser();
        Assert.Equal("", await CookieFor("/search"));
        Assert.Equal("blogcreator=session", await CookieFor("/account/sign-in"));

        async Task<string> CookieFor(string path)
        {
            // The site's name is remembered for a few seconds; a Web that has just started has nothing to remember.
            await using var web = new WebUnderTest(new Uri(_api!.Urls.First()), _keys);
            using var fresh = web.CreateClient();
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Cookie", "other=secret; blogcreator=session; more=1");
            using var answer = await fresh.SendAsync(request, Cancel);
            answer.EnsureSuccessStatusCode();
            return _siteCookies[^1];
        }
    }

    private HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Address };
}
