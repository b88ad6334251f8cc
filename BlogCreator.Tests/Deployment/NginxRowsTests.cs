using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Deployment;

/// <summary>The faults of the usual nginx configuration, by their number in the plan, and what stands here instead.</summary>
public sealed class NginxRowsTests : IClassFixture<EdgeFixture>
{
    private static readonly string[] Names =
    [
        "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection", "Referrer-Policy",
        "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
    ];

    private readonly EdgeFixture _site;

    public NginxRowsTests(EdgeFixture site)
    {
        Assert.SkipWhen(Edge.Missing is not null, Edge.Missing ?? "");
        _site = site;
    }

    private Edge Edge => _site.Edge;

    [Fact]
    public async Task Row_01_The_filter_for_XSS_is_off_and_a_policy_stands_in_its_place()
    {
        using var answer = await Edge.Http.GetAsync("/");
        Assert.Equal(["0"], answer.Headers.GetValues("X-XSS-Protection"));
        Assert.Contains("script-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/missing", 404)]
    [InlineData("/metrics", 404)]
    [InlineData("/.git/config", 404)]
    [InlineData("/api/v1/away", 503)]
    [InlineData("/_edge/edge.css", 200)]
    public async Task Row_02_Every_answer_has_the_same_headers_once(string path, int status)
    {
        using var fromApp = await _site.Web.Http.GetAsync("/");
        using var answer = await Edge.Http.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        AssertHeaders(fromApp, answer);
        Assert.Equal(["max-age=63072000; includeSubDomains; preload"], answer.Headers.GetValues("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Row_02_So_have_redirects_files_that_are_too_large_and_an_app_that_is_away()
    {
        using var fromApp = await _site.Web.Http.GetAsync("/");
        using var redirect = await Edge.Plain(HttpMethod.Get, "/posts/one");
        AssertHeaders(fromApp, redirect);
        // Over plain HTTP it must not be said.
        Assert.False(redirect.Headers.Contains("Strict-Transport-Security"));

        using var large = await Post("/form", 1024 * 1024 + 1);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        AssertHeaders(fromApp, large);

        await using var alone = await Edge.Start();
        foreach (var path in (string[])["/", "/api/v1/site"])
        {
            using var away = await alone.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.BadGateway, away.StatusCode);
            AssertHeaders(fromApp, away);
            Assert.True(away.Headers.Contains("Strict-Transport-Security"));
            Assert.Equal(["5"], away.Headers.GetValues("Retry-After"));
        }
    }

    [Fact]
    public async Task Row_02_A_policy_of_its_own_passes_and_the_promise_of_TLS_is_ours()
    {
        using var answer = await Edge.Http.GetAsync("/policy");
        Assert.Equal(["default-src 'none'; sandbox"], answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["max-age=63072000; includeSubDomains; preload"], answer.Headers.GetValues("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("/api/v1/documents/upload", Edge.UploadMaxBytes, 200)]
    [InlineData("/api/v1/documents/upload", Edge.UploadMaxBytes + 64 * 1024, 200)]
    [InlineData("/api/v1/documents/upload", Edge.UploadMaxBytes + 200 * 1024, 413)]
    [InlineData("/api/v1/posts/1/preview", 3 * 1024 * 1024, 200)]
    [InlineData("/studio/write", 3 * 1024 * 1024, 200)]
    [InlineData("/api/v1/session", 1024 * 1024, 200)]
    [InlineData("/api/v1/session", 1024 * 1024 + 1, 413)]
    [InlineData("/form", 1024 * 1024 + 1, 413)]
    public async Task Row_03_A_file_may_be_large_and_nothing_else(string path, long bytes, int status)
    {
        foreach (var chunked in (bool[])[false, true])
        {
            using var answer = await Post(path, bytes, chunked);
            Assert.Equal(status, (int)answer.StatusCode);
            if (status == 200)
            {
                Assert.EndsWith($" {bytes}", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Row_03_A_file_that_is_too_large_is_refused_in_the_words_of_the_Api()
    {
        using var answer = await Post("/api/v1/documents/upload", Edge.UploadMaxBytes * 2);
        var problem = await ApiFixture.Problem(answer);
        Assert.Equal("The file is too large", problem.Title);
        Assert.Equal("too-large", problem.More!["code"].GetString());
        Assert.Equal(Edge.UploadMaxBytes, problem.More["maxBytes"].GetInt64());
        Assert.Contains("3 MB", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_03_A_file_is_on_its_way_to_the_app_before_it_has_arrived_whole()
    {
        await using var stream = await Edge.Connect();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/documents/upload?streamed HTTP/1.1\r\nHost: {Edge.Domain}\r\nContent-Length: 1000000\r\n\r\nthe first bytes"));
        await Eventually.Holds(() => Task.FromResult(_site.Api.Requests.Any(request => request.Address.EndsWith("?streamed", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("/ws/generations/1", "api")]
    [InlineData("/_blazor", "web")]
    public async Task Row_04_WebSockets_pass_on_both_ways(string path, string app)
    {
        using var handler = Edge.Handler();
        using var http = new HttpMessageInvoker(handler);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"wss://{Edge.Domain}:{Edge.HttpsPort}{path}?after=7"), http, TestContext.Current.CancellationToken);
        Assert.Equal($"{app} {Edge.Domain}:{Edge.HttpsPort} 7", await Receive(socket));
        await socket.SendAsync(Encoding.UTF8.GetBytes("and back"), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        Assert.Equal("and back", await Receive(socket));
    }

    [Fact]
    public async Task Row_04_Nothing_but_a_WebSocket_may_change_the_protocol()
    {
        var answer = await Edge.Raw($"GET /ws/other?h2c HTTP/1.1\r\nHost: {Edge.Domain}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n".Replace("Connection: Upgrade", "Connection: close, Upgrade", StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.False(Arrived(_site.Api, "?h2c").Headers.ContainsKey("Upgrade"));
    }

    [Theory]
    [InlineData("/", "web")]
    [InlineData("/api/v1/site", "api")]
    [InlineData("/ws/other", "api")]
    [InlineData("/_blazor/negotiate", "web")]
    [InlineData("/css/other.css", "web")]
    public async Task Row_05_The_app_learns_who_asked_and_how_everywhere(string path, string app)
    {
        using var answer = await Edge.Http.GetAsync(path + "?row5");
        Assert.Equal($"{app} https 127.0.0.1 0", await answer.Content.ReadAsStringAsync());
        var headers = Arrived(app == "api" ? _site.Api : _site.Web, path + "?row5").Headers;
        Assert.Equal($"{Edge.Domain}:{Edge.HttpsPort}", headers["Host"]);
        Assert.Equal("https", headers["X-Forwarded-Proto"]);
        Assert.Matches("^[0-9a-f]{32}$", headers["X-Request-ID"]);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/site")]
    [InlineData("/ws/other")]
    [InlineData("/css/other.css")]
    [InlineData("/_blazor/negotiate")]
    public async Task Row_06_What_a_client_says_about_itself_does_not_arrive(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path + "?row6");
        foreach (var name in (string[])["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Port", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Original-For", "X-Request-ID", "True-Client-IP", "Proxy", "X_Forwarded_For"])
        {
            request.Headers.TryAddWithoutValidation(name, "6.6.6.6");
        }

        using var answer = await Edge.Http.SendAsync(request);
        Assert.EndsWith(" https 127.0.0.1 0", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var arrived = _site.Api.Requests.Concat(_site.Web.Requests).Single(seen => seen.Address == path + "?row6");
        Assert.Equal("127.0.0.1", arrived.Headers["X-Forwarded-For"]);
        Assert.DoesNotContain("6.6.6.6", arrived.Headers.Values);
    }

    [Fact]
    public async Task Row_07_Challenges_come_before_the_redirect_and_pages_are_redirected_to_the_public_port()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Edge.AcmeRoot, ".well-known", "acme-challenge"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "token"), "token.thumbprint");
        using var challenge = await Edge.Plain(HttpMethod.Get, "/.well-known/acme-challenge/token");
        Assert.Equal("token.thumbprint", await challenge.Content.ReadAsStringAsync());
        using var unknown = await Edge.Plain(HttpMethod.Get, "/.well-known/acme-challenge/other");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        using var page = await Edge.Plain(HttpMethod.Get, "/posts/one?x=%20y");
        Assert.Equal(HttpStatusCode.MovedPermanently, page.StatusCode);
        Assert.Equal($"https://{Edge.Domain}:{Edge.HttpsPort}/posts/one?x=%20y", page.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData("GET", "/api/v1/site")]
    [InlineData("POST", "/api/v1/session")]
    [InlineData("GET", "/API/v1/site")]
    [InlineData("GET", "//api/v1/site")]
    [InlineData("GET", "/ws/generations/1")]
    public async Task Row_07_The_Api_is_refused_over_plain_HTTP_and_never_redirected(string method, string path)
    {
        using var answer = await Edge.Plain(new HttpMethod(method), path);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Null(answer.Headers.Location);
        Assert.Contains("https", (await ApiFixture.Problem(answer)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_08_A_name_that_is_not_ours_is_answered_by_nobody()
    {
        await Assert.ThrowsAnyAsync<AuthenticationException>(() => Edge.Connect("other.example.test"));
        using var plain = await Edge.Plain(HttpMethod.Get, "/", "other.example.test");
        Assert.Equal(HttpStatusCode.MisdirectedRequest, plain.StatusCode);
        // Our name in the handshake, another one in the request.
        Assert.StartsWith("HTTP/1.1 421", await Edge.Raw("GET / HTTP/1.1\r\nHost: other.example.test\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421", await Edge.Raw($"GET https://other.example.test/ HTTP/1.1\r\nHost: {Edge.Domain}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        // Both ours and another: the app is told the one that was checked.
        await Edge.Raw($"GET https://{Edge.Domain}/?row8 HTTP/1.1\r\nHost: other.example.test\r\nConnection: close\r\n\r\n");
        Assert.Equal($"{Edge.Domain}:{Edge.HttpsPort}", Arrived(_site.Web, "/?row8").Headers["Host"]);
    }

    [Fact]
    public async Task Row_09_HTTP_2_is_offered()
    {
        await using var stream = await Edge.Connect(protocol: SslApplicationProtocol.Http2);
        Assert.Equal(SslApplicationProtocol.Http2, stream.NegotiatedApplicationProtocol);
    }

    [Theory]
    [InlineData("1.22.1", "ssl http2;", "http2 on;")]
    [InlineData("1.25.0", "ssl http2;", "http2 on;")]
    [InlineData("1.25.1", "http2 on;", "ssl http2")]
    [InlineData("1.29.6", "http2 on;", "ssl http2")]
    public async Task Row_09_And_written_as_this_version_of_nginx_wants_it(string version, string wanted, string unwanted)
    {
        await using var edge = Edge.NotStarted();
        await edge.RenderAndTest(("EDGE_NGINX_VERSION", version));
        var rendered = await File.ReadAllTextAsync(Path.Combine(edge.State, "nginx.conf"));
        Assert.Contains(wanted, rendered, StringComparison.Ordinal);
        Assert.DoesNotContain(unwanted, rendered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.27.2", false)]
    [InlineData("1.27.3", true)]
    public async Task Row_10_Newer_ones_follow_names_by_themselves(string version, bool itself)
    {
        await using var edge = Edge.NotStarted("localhost:1", "localhost:2");
        await edge.RenderAndTest(("EDGE_NGINX_VERSION", version));
        var rendered = await File.ReadAllTextAsync(Path.Combine(edge.State, "upstreams.conf"));
        Assert.Equal(itself, rendered.Contains("server localhost:1 resolve", StringComparison.Ordinal));
        Assert.Equal(!itself, rendered.Contains("server 127.0.0.1:1 ", StringComparison.Ordinal));
        Assert.Equal(itself, (await File.ReadAllTextAsync(Path.Combine(edge.State, "nginx.conf"))).Contains("resolver 127.0.0.11 valid=5s;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Row_10_For_older_ones_the_addresses_behind_a_name_are_watched()
    {
        // Stands where the resolver of a container network would: 127.0.0.2 is this machine as well.
        var folder = Directory.CreateTempSubdirectory("blogcreator-names-");
        try
        {
            var names = Path.Combine(folder.FullName, "names");
            var lookup = Path.Combine(folder.FullName, "getent");
            await File.WriteAllTextAsync(lookup, $"#!/bin/sh\ncat '{names}'\n");
            await Edge.Run("chmod", ["+x", lookup]);
            await File.WriteAllTextAsync(names, "");
            var port = _site.Api.Address.Split(':')[1];
            await using var edge = await Edge.Start($"api:{port}", $"web:{port}", ("PATH", $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin"), ("EDGE_NGINX_VERSION", "1.22.1"));
            using (var nobody = await edge.Http.GetAsync("/api/v1/site"))
            {
                Assert.Equal(HttpStatusCode.BadGateway, nobody.StatusCode);
            }

            await File.WriteAllTextAsync(names, "127.0.0.1 STREAM api\n127.0.0.1 DGRAM\n");
            await Eventually.Holds(async () =>
            {
                using var answer = await edge.Http.GetAsync("/api/v1/site");
                return answer.StatusCode == HttpStatusCode.OK;
            });
            await File.WriteAllTextAsync(names, "127.0.0.1 STREAM api\n127.0.0.2 STREAM api\n");
            await Eventually.Holds(async () => await edge.Metric("nginx_upstream_servers{upstream=\"api\"}") == 2);

            // A name that is lost for a moment takes nobody away.
            await File.WriteAllTextAsync(names, "");
            using var still = await edge.Http.GetAsync("/api/v1/site");
            Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Row_11_A_circuit_meets_its_own_replica_again()
    {
        await using var other = await EdgeApp.Start("other");
        await using var edge = await Edge.Start(_site.Api.Address, $"{_site.Web.Address},{other.Address}");
        var pages = new HashSet<string>();
        var circuits = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            pages.Add(await edge.Http.GetStringAsync("/"));
            circuits.Add(await edge.Http.GetStringAsync("/_blazor/negotiate"));
        }

        Assert.Equal(2, pages.Count);
        Assert.Single(circuits);
    }

    [Theory]
    [InlineData("1.29.5", "hash $remote_addr consistent;")]
    [InlineData("1.29.6", "sticky cookie __Host-blogcreator-node secure httponly samesite=strict path=/;")]
    public async Task Row_11_By_a_cookie_where_nginx_can(string version, string wanted)
    {
        await using var edge = Edge.NotStarted();
        await edge.RenderAndTest(("EDGE_NGINX_VERSION", version));
        Assert.Contains(wanted, await File.ReadAllTextAsync(Path.Combine(edge.State, "upstreams.conf")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/Metrics")]
    [InlineData("/metrics/")]
    [InlineData("//metrics")]
    [InlineData("/x/../metrics")]
    [InlineData("/%6detrics")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar/v1")]
    [InlineData("/.env")]
    [InlineData("/.git/HEAD")]
    public async Task Row_12_Figures_and_insides_are_closed(string path)
    {
        var answer = await Edge.Raw($"GET {path} HTTP/1.1\r\nHost: {Edge.Domain}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(_site.Api.Requests.Concat(_site.Web.Requests), request => request.Address == path);
    }

    [Fact]
    public async Task Row_12_While_health_is_open_and_figures_are_on_the_inner_port()
    {
        using var health = await Edge.Http.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Contains(_site.Api.Requests, request => request.Address == "/health");
        Assert.Equal(1, await Edge.Metric("nginx_upstream_servers{upstream=\"api\"}"));
        Assert.True(await Edge.Metric("nginx_connections_active") >= 1);
    }

    private static void AssertHeaders(HttpResponseMessage fromApp, HttpResponseMessage answer) =>
        Assert.All(Names, name => Assert.Equal(Assert.Single(fromApp.Headers.GetValues(name)), Assert.Single(answer.Headers.GetValues(name))));

    private static EdgeRequest Arrived(EdgeApp app, string address) => app.Requests.Last(request => request.Address.EndsWith(address, StringComparison.Ordinal));

    private static async Task<string> Receive(ClientWebSocket socket)
    {
        var buffer = new byte[200];
        var received = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    private async Task<HttpResponseMessage> Post(string path, long bytes, bool chunked = false)
    {
        var body = new MemoryStream(new byte[bytes]);
        // A stream that cannot tell its length is sent without one.
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(chunked ? PipeReader.Create(body).AsStream() : body) };
        // HTTP/2: an answer that comes before the body has been sent is read, and the rest is not sent.
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        return await Edge.Http.SendAsync(request);
    }
}
