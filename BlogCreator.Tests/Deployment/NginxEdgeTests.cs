using System.Globalization;
using System.Net;
using System.Text.Json;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Deployment;

/// <summary>What else nginx does at the edge of the site.</summary>
public sealed class NginxEdgeTests : IClassFixture<EdgeFixture>
{
    private readonly EdgeFixture _site;

    public NginxEdgeTests(EdgeFixture site)
    {
        Assert.SkipWhen(Edge.Missing is not null, Edge.Missing ?? "");
        _site = site;
    }

    private Edge Edge => _site.Edge;

    [Fact]
    public async Task The_configuration_is_taken_without_a_warning()
    {
        Assert.DoesNotContain(Edge.Log.Split('\n'), line => line.Contains("nginx.error", StringComparison.Ordinal));
        Assert.DoesNotContain("[warn]", Edge.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("[emerg]", Edge.Log, StringComparison.Ordinal);
        await using var edge = Edge.NotStarted();
        var (_, output) = await edge.RenderAndTest();
        // Only the pair is missing, which the start makes.
        Assert.DoesNotContain("[warn]", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_arrives_before_the_stream_ends()
    {
        await using var api = await EdgeApp.Start("api");
        await using var edge = await Edge.Start(api.Address);
        await using var stream = await edge.Http.GetStreamAsync("/api/v1/generations/1/events");
        using var reader = new StreamReader(stream);
        Assert.Equal("id: 1", await reader.ReadLineAsync());
        api.Release();
        Assert.Contains("id: 2", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRACE")]
    [InlineData("CONNECT")]
    [InlineData("TRACK")]
    public async Task Methods_that_only_help_attackers_do_not_arrive(string method)
    {
        var target = method == "CONNECT" ? $"{Edge.Domain}:443" : "/trace";
        var answer = await Edge.Raw($"{method} {target} HTTP/1.1\r\nHost: {Edge.Domain}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 4", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(_site.Web.Requests, request => request.Method is "TRACE" or "CONNECT");
    }

    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/studio/write", "text/html")]
    [InlineData("/api/v1/site", "application/problem+json")]
    [InlineData("/ws/generations/1", "application/problem+json")]
    public async Task An_app_that_is_away_is_explained_to_people_and_to_programs(string path, string type)
    {
        await using var alone = await Edge.Start();
        using var answer = await alone.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Nothing that was saved is lost", text, StringComparison.Ordinal);
        if (type == "text/html")
        {
            // No script and no inline style: the policy would forbid both.
            Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
            Assert.DoesNotContain("style=", text, StringComparison.Ordinal);
            Assert.DoesNotContain("<style", text, StringComparison.Ordinal);
            using var style = await alone.Http.GetAsync("/_edge/edge.css");
            Assert.Equal("text/css", style.Content.Headers.ContentType!.MediaType);
            Assert.Contains("color-scheme: light dark", await style.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(502, JsonDocument.Parse(text).RootElement.GetProperty("status").GetInt32());
        }
    }

    [Theory]
    [InlineData("/nothing\0here", 400)]
    [InlineData("/?q=", 414)]
    public async Task What_cannot_be_read_is_refused_with_a_page(string path, int status)
    {
        var target = status == 414 ? path + new string('a', 40_000) : path;
        var answer = await Edge.Raw($"GET {target} HTTP/1.1\r\nHost: {Edge.Domain}\r\n\r\n");
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}"), answer, StringComparison.Ordinal);
        Assert.Contains("X-Content-Type-Options: nosniff", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_app_says_about_its_own_trouble_is_passed_on()
    {
        using var answer = await Edge.Http.GetAsync("/api/v1/away");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("api", (await ApiFixture.Problem(answer)).Detail);
    }

    [Fact]
    public async Task What_may_be_said_twice_is_said_to_the_next_replica_and_the_rest_is_not()
    {
        await using var away = await EdgeApp.Start("away");
        await using var edge = await Edge.Start($"{away.Address},{_site.Api.Address}");
        var (reads, plain, keyed) = (new HashSet<HttpStatusCode>(), new HashSet<HttpStatusCode>(), new HashSet<HttpStatusCode>());
        for (var i = 0; i < 4; i++)
        {
            // Few enough that the replica is not taken out meanwhile.
            using var read = await edge.Http.GetAsync("/api/v1/replica");
            reads.Add(read.StatusCode);
            using var once = await Post(edge, "/api/v1/posts", $"key-{i}");
            keyed.Add(once.StatusCode);
            using var repeated = await Post(edge, "/api/v1/plain", $"key-{i}");
            plain.Add(repeated.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK], reads);
        Assert.Equal([HttpStatusCode.OK], keyed);
        // A key is only worth something where the Api remembers it.
        Assert.Contains(HttpStatusCode.ServiceUnavailable, plain);
        Assert.Contains(_site.Api.Requests, request => request.Address == "/api/v1/posts" && request.Headers["Content-Length"] == "4");
    }

    [Fact]
    public async Task Public_answers_are_compressed_and_personal_ones_are_not()
    {
        Assert.Equal("gzip", await Encoding("/api/v1/public/posts"));
        Assert.Equal("gzip", await Encoding("/json"));
        Assert.Equal("", await Encoding("/studio/long"));

        async Task<string> Encoding(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.AcceptEncoding.ParseAdd("gzip");
            using var answer = await Edge.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return string.Join(',', answer.Content.Headers.ContentEncoding);
        }
    }

    [Fact]
    public async Task A_style_sheet_outlives_the_release_that_made_it()
    {
        var web = await EdgeApp.Start("first");
        await using var edge = await Edge.Start(web: web.Address);
        using (var first = await edge.Http.GetAsync("/css/site.abc.css"))
        {
            Assert.Equal("max-age=31536000, immutable", first.Headers.CacheControl!.ToString());
            Assert.Single(first.Headers.GetValues("Content-Security-Policy"));
        }

        await web.DisposeAsync();
        using var kept = await edge.Http.GetAsync("/css/site.abc.css");
        Assert.Equal("first", await kept.Content.ReadAsStringAsync());
        Assert.Single(kept.Headers.GetValues("Content-Security-Policy"));
    }

    [Fact]
    public async Task What_is_not_there_is_not_kept()
    {
        using var first = await Edge.Http.GetAsync("/js/none.js");
        using var second = await Edge.Http.GetAsync("/js/none.js");
        Assert.Equal(HttpStatusCode.NotFound, second.StatusCode);
        Assert.Equal(2, _site.Web.Requests.Count(request => request.Address == "/js/none.js"));
    }

    [Fact]
    public async Task Too_many_requests_of_one_address_are_refused_before_the_app()
    {
        await using var edge = await Edge.Start(_site.Api.Address, _site.Web.Address, ("REQUESTS_PER_SECOND", "1"));
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 6; i++)
        {
            using var answer = await edge.Http.GetAsync("/api/v1/site");
            statuses.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.Equal("Too many requests", (await ApiFixture.Problem(answer)).Title);
                Assert.True(answer.Headers.Contains("Retry-After"));
            }
        }

        Assert.Equal(HttpStatusCode.OK, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task The_log_is_one_JSON_a_line_without_what_people_searched_for()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/search/\"quoted\"?q=secret-words");
        request.Headers.TryAddWithoutValidation("User-Agent", "agent\t\"with\" \\ signs");
        request.Headers.TryAddWithoutValidation("Referer", "https://blog.example.test/?q=secret-words");
        request.Headers.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.TryAddWithoutValidation("baggage", "planted=by-a-visitor");
        using var answer = await Edge.Http.SendAsync(request);
        await Eventually.Holds(() => Task.FromResult(Edge.Log.Contains("/search/", StringComparison.Ordinal)));
        Assert.DoesNotContain("secret-words", Edge.Log, StringComparison.Ordinal);
        var lines = Edge.Log.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var entry = lines.Last(line => line.GetProperty("message").GetString()!.Contains("/search/", StringComparison.Ordinal));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", entry.GetProperty("trace.id").GetString());
        Assert.Equal(200, entry.GetProperty("http.response.status_code").GetInt32());
        Assert.Equal("127.0.0.1", entry.GetProperty("client.ip").GetString());
        var seen = Assert.Single(_site.Web.Requests, seen => seen.Headers["X-Request-ID"] == entry.GetProperty("http.request.id").GetString());
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", seen.Headers["traceparent"]);
        Assert.False(seen.Headers.ContainsKey("baggage"));
    }

    [Theory]
    [InlineData("3.0.19", "X25519:prime256v1:secp384r1")]
    [InlineData("3.4.1", "X25519:prime256v1:secp384r1")]
    [InlineData("3.5.0", "X25519MLKEM768:X25519:prime256v1:secp384r1")]
    [InlineData("3.10.0", "X25519MLKEM768:X25519:prime256v1:secp384r1")]
    [InlineData("4.0.0", "X25519MLKEM768:X25519:prime256v1:secp384r1")]
    public async Task The_curves_are_those_that_this_OpenSSL_knows(string version, string curves)
    {
        await using var edge = Edge.NotStarted();
        await edge.RenderAndTest(("EDGE_OPENSSL_VERSION", version));
        Assert.Contains($"ssl_ecdh_curve {curves};", await File.ReadAllTextAsync(Path.Combine(edge.State, "nginx.conf")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_guess_about_the_curves_does_not_keep_the_site_away()
    {
        // On an OpenSSL that knows the new curve, this is simply true.
        await using var edge = await Edge.Start(_site.Api.Address, _site.Web.Address, ("EDGE_OPENSSL_VERSION", "3.5.0"));
        using var answer = await edge.Http.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("-tls1_1 -cipher DEFAULT@SECLEVEL=0", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    [InlineData("-tls1_2 -cipher AES128-SHA", false)]
    [InlineData("-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256", true)]
    public async Task Only_protocols_and_ciphers_of_today_are_spoken(string options, bool spoken)
    {
        var (_, output) = await Edge.Run("/bin/sh", ["-c", $"openssl s_client -connect 127.0.0.1:{Edge.HttpsPort} -servername {Edge.Domain} {options} </dev/null"]);
        Assert.Equal(spoken, output.Contains("BEGIN CERTIFICATE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("SITE_DOMAIN", "blog.example.test; return 200", "SITE_DOMAIN")]
    [InlineData("UPLOAD_MAX_BYTES", "100m", "UPLOAD_MAX_BYTES")]
    [InlineData("API_UPSTREAM", "api", "API_UPSTREAM")]
    [InlineData("API_UPSTREAM", "api:99999", "API_UPSTREAM")]
    [InlineData("CERTIFICATES", "/a;b", "/a;b")]
    public async Task A_setting_that_cannot_be_is_named(string name, string value, string named)
    {
        await using var edge = Edge.NotStarted();
        var (code, output) = await edge.RenderAndTest((name, value));
        Assert.Equal(1, code);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("QUIT")]
    public async Task What_is_on_its_way_when_told_to_stop_is_finished(string signal)
    {
        await using var api = await EdgeApp.Start("api");
        await using var edge = await Edge.Start(api.Address);
        await using var stream = await edge.Http.GetStreamAsync("/api/v1/generations/1/events");
        using var reader = new StreamReader(stream);
        Assert.Equal("id: 1", await reader.ReadLineAsync());
        var stopped = edge.Stop(signal);
        await Eventually.Holds(async () =>
        {
            try
            {
                await edge.Internal("/healthz");
                return false;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        });
        api.Release();
        Assert.Contains("id: 2", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await stopped);
    }

    private static Task<HttpResponseMessage> Post(Edge edge, string path, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("post") };
        request.Headers.Add("Idempotency-Key", key);
        return edge.Http.SendAsync(request);
    }
}
