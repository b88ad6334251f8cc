using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.AppHost;
using BlogCreator.Tests.Architecture;
using BlogCreator.Tests.Deployment;
using BlogCreator.Tests.MainJob;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.Web;
using Microsoft.Data.Sqlite;

namespace BlogCreator.Tests.Logs;

/// <summary>
/// A whole run in the form of production: nginx before Web and Api, which send what they measure to a collector and to
/// Sentry, and whose Redis and search engine are away. Then every line that was printed is held against the schema, and
/// everything that left the processes is searched for what must never leave them.
/// </summary>
[Collection(WholeApps.Name)]
public sealed class WholeRunTests
{
    private static readonly string Tools = Path.Combine(Repository.Root, "artifacts", "tools", "ecs", "node_modules");

    private readonly Dictionary<string, string> _canaries = new(StringComparer.Ordinal);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_line_of_a_whole_run_is_of_the_schema_and_no_secret_is_anywhere()
    {
        Assert.SkipWhen(Edge.Missing is not null, Edge.Missing ?? "");
        Assert.SkipUnless(Directory.Exists(Path.Combine(Tools, "@elastic", "ecs")), "@elastic/ecs is not installed here (.github/install.sh servers).");
        var folder = Directory.CreateTempSubdirectory("blogcreator-logs-").FullName;
        await using var sink = await Sink.Start();
        var settings = Settings(folder, sink);
        await using var migrate = await LoggedService.Run("BlogCreator.Api", settings, "migrate");
        await using var api = await LoggedService.Start("BlogCreator.Api", With(settings, ("OTEL_SERVICE_NAME", "api")));
        await using var web = await LoggedService.Start("BlogCreator.Web", With(settings, ("OTEL_SERVICE_NAME", "web"), ("services__api__http__0", $"http://{api.Address}")));
        await using var edge = await Edge.Start(api.Address, web.Address, ("REQUESTS_PER_SECOND", "20"));

        await Work(edge);
        var metrics = await api.Metrics() + await web.Metrics();
        Assert.Contains("logs_dropped_total", metrics, StringComparison.Ordinal);
        await api.Stop();
        // Web is alone now.
        foreach (var path in (string[])["/", "/search?q=" + Canary("query-alone"), "/studio/posts"])
        {
            using var answer = await edge.Http.GetAsync(path, Cancel);
        }

        await web.Stop();
        await Task.WhenAll(Write(folder, "migrate", migrate.Lines), Write(folder, "api", api.Lines), Write(folder, "web", web.Lines), Write(folder, "nginx", Json(edge.Log)));
        Assert.Empty(api.Errors.Concat(web.Errors));

        var (code, output) = await Edge.Run("node", [Path.Combine(Repository.Root, "deploy", "tests", "ecs-lines.mjs"), "--tools", Tools, "--app", .. LogFiles(folder, "migrate", "api", "web")]);
        Assert.True(code == 0, output);
        var (edgeCode, edgeOutput) = await Edge.Run("node", [Path.Combine(Repository.Root, "deploy", "tests", "ecs-lines.mjs"), "--tools", Tools, .. LogFiles(folder, "nginx")]);
        Assert.True(edgeCode == 0, edgeOutput);
        TestContext.Current.TestOutputHelper?.WriteLine(output + edgeOutput);

        SeenInEvery(api, web, edge);
        NoCanary("the log of api", api.Lines);
        NoCanary("the log of web", web.Lines);
        NoCanary("the log of migrate", migrate.Lines);
        NoCanary("the log of nginx", edge.Log.Split('\n'));
        NoCanary("the metrics", [metrics]);
        Assert.All((string[])["/v1/traces", "/v1/metrics", "/v1/logs"], path => Assert.Contains(sink.Received, sent => sent.Path == path));
        // That something of the requests is found in these bytes at all.
        Assert.Contains(sink.Received, sent => sent.Path == "/v1/traces" && Encoding.UTF8.GetString(sent.Body).Contains("/api/v1/session", StringComparison.Ordinal));
        foreach (var (path, body) in sink.Received)
        {
            NoCanary("what was sent to " + path, [Encoding.UTF8.GetString(body)]);
        }

        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private async Task Work(Edge edge)
    {
        var browser = edge.Http;
        var email = $"ada.{Canary("email")}@example.org";
        var password = Canary("password") + " battery";
        using var setup = await browser.PostAsJsonAsync("/api/v1/setup", new SetupRequest(email, password, "Field Notes", Canary("setup-token")), BlogApi.Json, Cancel);
        Assert.Equal(HttpStatusCode.Created, setup.StatusCode);
        var cookie = setup.Headers.GetValues("Set-Cookie").Select(value => value.Split(';')[0]).Single();
        _canaries["session"] = cookie.Split('=', 2)[1];

        // Signing in, wrong and right, in both ways, until it is too often.
        await Post(browser, "/api/v1/session", new SignInRequest(email, Canary("wrong-password")), HttpStatusCode.Unauthorized);
        await Post(browser, "/api/v1/session", new SignInRequest($"{Canary("stranger")}@example.org", Canary("other-password")), HttpStatusCode.Unauthorized);
        await Post(browser, "/api/v1/session", new SignInRequest(email, password), HttpStatusCode.OK);
        using (var page = await browser.GetAsync("/account/sign-in?returnUrl=/studio%3Ftoken=" + Canary("return-url"), Cancel))
        {
            var html = await page.Content.ReadAsStringAsync(Cancel);
            using var form = new FormUrlEncodedContent([
                new("_handler", "sign-in"), new("__RequestVerificationToken", WebFixture.TokenIn(html)), new("email", email), new("password", Canary("form-password"))]);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/account/sign-in") { Content = form };
            request.Headers.Add("Cookie", string.Join("; ", page.Headers.GetValues("Set-Cookie").Select(value => value.Split(';')[0])));
            using var answer = await browser.SendAsync(request, Cancel);
            Assert.True((int)answer.StatusCode is 401 or 429, answer.StatusCode.ToString());
        }

        for (var i = 0; i < 4; i++)
        {
            using var answer = await browser.PostAsJsonAsync("/api/v1/session", new SignInRequest(email, Canary("again-password")), BlogApi.Json, Cancel);
        }

        using var made = await Send(browser, HttpMethod.Post, "/api/v1/keys", cookie, JsonContent.Create(new CreateKeyRequest("laptop")));
        var key = (await made.Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json, Cancel))!;
        _canaries["api-key"] = key.Key.Split('_')[^1];
        browser.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Key);

        // Files of several kinds, and some that are refused.
        var document = await Upload(browser, $"harbour-{Canary("file-name")}.md", Encoding.UTF8.GetBytes(SampleDocuments.Harbour + $"\n\nThe keeper's word was {Canary("document")}, he says.\n"), HttpStatusCode.Created);
        await Upload(browser, "harbour.pdf", SampleDocuments.Pdf(SampleDocuments.Harbour), HttpStatusCode.Created);
        await Upload(browser, $"disguised-{Canary("disguised-name")}.pdf", Encoding.UTF8.GetBytes(Canary("disguised-text") + " is no PDF"), HttpStatusCode.Created);
        await Upload(browser, $"program-{Canary("program-name")}.exe", [1, 2, 3], HttpStatusCode.UnsupportedMediaType);
        await Upload(browser, "broken.docx", Encoding.UTF8.GetBytes("PK\u0003\u0004" + Canary("broken-text")), HttpStatusCode.Created);

        using var asked = await browser.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document }, instructions = "Say nothing of " + Canary("instructions") }, BlogApi.Json, Cancel);
        Assert.True(asked.IsSuccessStatusCode, await asked.Content.ReadAsStringAsync(Cancel));
        var generation = (await asked.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json, Cancel))!;
        var ended = await Eventually.Gives(
            async () => (await browser.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{generation.Id}", BlogApi.Json, Cancel))!,
            found => found.FinishedAt is not null);
        Assert.Equal(GenerationStatus.Completed, ended.Status);
        using var published = await browser.PutAsJsonAsync($"/api/v1/posts/{ended.PostId}/publication", new PublishRequest(null, Canary("override")), BlogApi.Json, Cancel);
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync(Cancel));
        var post = (await browser.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{ended.PostId}", BlogApi.Json, Cancel))!;

        using (var unreadable = new StringContent("{\"title\":\"x\",\"password\":\"" + Canary("unreadable-body") + "\"", Encoding.UTF8, "application/json"))
        {
            using var answer = await browser.PostAsync("/api/v1/posts", unreadable, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        using (var invalid = await browser.PostAsJsonAsync("/api/v1/keys", new { name = Canary("invalid-name").PadRight(200, 'x') }, BlogApi.Json, Cancel))
        {
            Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        }

        // Readers, searches, and requests that carry what they should not.
        browser.DefaultRequestHeaders.Authorization = null;
        foreach (var path in (string[])["/", $"/posts/{post.Slug}", $"/posts/{post.Slug}/evidence", "/feed.xml", "/sitemap.xml", "/no/such/page", "/health", "/metrics", "/.env"])
        {
            using var answer = await browser.GetAsync(path, Cancel);
        }

        await Ask(browser, "/search?q=" + Canary("query"));
        await Ask(browser, "/api/v1/search?q=" + Canary("api-query") + "&token=" + Canary("query-token"));
        await Ask(browser, "/?key=" + Canary("query-key"), ("Authorization", "Bearer " + Canary("bearer")), ("Cookie", "a=" + Canary("cookie")), ("X-Api-Key", Canary("x-api-key")), ("Referer", "https://elsewhere.example/?t=" + Canary("referrer")));
        await Ask(browser, "/api/v1/posts", ("Authorization", "Bearer bc_live_" + Guid.NewGuid().ToString("n") + "_" + Canary("false-key")));
        await Ask(browser, "/api/v1/posts", ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ada:" + Canary("basic")))));
        await Ask(browser, "/api/v1/posts", ("Cookie", cookie.Split('=', 2)[0] + "=" + Canary("false-session")));
        using (var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/v1/posts") { Content = JsonContent.Create(new { title = Canary("foreign-body") }) })
        {
            foreign.Headers.Add("Origin", "https://evil.example");
            foreign.Headers.Add("Cookie", cookie);
            using var answer = await browser.SendAsync(foreign, Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        await Send(browser, HttpMethod.Delete, "/api/v1/session", cookie, null);
        await Ask(browser, "/api/v1/session", ("Cookie", cookie));

        // More than nginx lets through, so that its own log has something to say.
        await Task.WhenAll(Enumerable.Range(0, 120).Select(i => Ask(browser, string.Create(CultureInfo.InvariantCulture, $"/?n={i}&secret=") + Canary("flood"))));
    }

    /// <summary>Without these the run would prove little.</summary>
    private static void SeenInEvery(LoggedService api, LoggedService web, Edge edge)
    {
        var said = api.Lines.Select(Parse).Where(line => line.GetProperty("event.dataset").GetString() == "blogcreator.security")
            .Select(line => line.GetProperty("event.action").GetString()!).ToHashSet(StringComparer.Ordinal);
        foreach (var name in (string[])[
            "sys_startup", "sys_shutdown", "user_created", "session_created", "authn_login_fail", "authn_login_successafterfail", "authn_token_created", "upload_complete", "upload_validation",
            "excess_rate_limit_exceeded", "input_validation_fail", "malicious_cors", "session_expired", "session_use_after_expire"])
        {
            Assert.Contains(name, said);
        }

        Assert.Contains(api.Lines.Select(Parse), line => line.TryGetProperty("error.stack_trace", out _) || line.GetProperty("log.level").GetString() == "warn");
        Assert.Contains(web.Lines.Select(Parse), line => line.GetProperty("event.dataset").GetString() == "blogcreator.web");
        var ids = Json(edge.Log).Select(Parse).Where(line => line.TryGetProperty("http.request.id", out _)).Select(line => line.GetProperty("http.request.id").GetString()).ToHashSet(StringComparer.Ordinal);
        var signIn = api.Lines.Select(Parse).First(line => line.TryGetProperty("event.reason", out var reason) && reason.GetString() == "wrong-password");
        Assert.Contains(signIn.GetProperty("http.request.id").GetString(), ids);
        Assert.Equal("127.0.0.1", signIn.GetProperty("client.ip").GetString());
        Assert.Contains(Json(edge.Log).Select(Parse), line => line.GetProperty("log.logger").GetString() == "nginx.error" && line.GetProperty("message").GetString()!.StartsWith("limiting requests", StringComparison.Ordinal));
    }

    private void NoCanary(string where, IReadOnlyCollection<string> texts)
    {
        foreach (var (name, canary) in _canaries)
        {
            var found = texts.FirstOrDefault(text => text.Contains(canary, StringComparison.OrdinalIgnoreCase));
            if (found is not null)
            {
                var at = found.IndexOf(canary, StringComparison.OrdinalIgnoreCase);
                Assert.Fail($"{name} is in {where}: …{found[Math.Max(0, at - 400)..Math.Min(found.Length, at + 200)]}…");
            }
        }
    }

    private string Canary(string name)
    {
        if (!_canaries.TryGetValue(name, out var canary))
        {
            _canaries[name] = canary = "canary" + Guid.NewGuid().ToString("n")[..14];
        }

        return canary;
    }

    private Dictionary<string, string> Settings(string folder, Sink sink) => new(StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ConnectionStrings__blogdb"] = $"Data Source={Path.Combine(folder, "blogdb.db")}",
        // Nobody is there.
        ["ConnectionStrings__redis"] = $"127.0.0.1:9,password={Canary("redis-password")}",
        ["ConnectionStrings__elasticsearch"] = $"http://elastic:{Canary("elastic-password")}@127.0.0.1:9",
        ["LanguageModel__ApiKey"] = "",
        ["Storage__Path"] = Path.Combine(folder, "files"),
        ["DataProtection__Path"] = Path.Combine(folder, "keys"),
        ["Setup__Token"] = Canary("setup-token"),
        ["Shutdown__DrainSeconds"] = "0",
        // Without Redis each replica would allow its share.
        ["RateLimits__Replicas"] = "1",
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = sink.Address.ToString(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "500",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
        ["OTEL_TRACES_SAMPLER"] = "always_on",
        ["Sentry__Dsn"] = sink.SentryDsn,
    };

    private static Dictionary<string, string> With(Dictionary<string, string> settings, params (string Name, string Value)[] more)
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal);
        foreach (var (name, value) in more)
        {
            all[name] = value;
        }

        return all;
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    private static List<string> Json(string log) => [.. log.Split('\n').Where(line => line.StartsWith('{'))];

    private static Task Write(string folder, string name, IEnumerable<string> lines) => File.WriteAllLinesAsync(Path.Combine(folder, name + ".log"), lines, Cancel);

    private static IEnumerable<string> LogFiles(string folder, params string[] names) => names.Select(name => Path.Combine(folder, name + ".log"));

    private static async Task Post<T>(HttpClient browser, string path, T body, HttpStatusCode expected)
    {
        using var answer = await browser.PostAsJsonAsync(path, body, BlogApi.Json, Cancel);
        Assert.Equal(expected, answer.StatusCode);
    }

    private static async Task Ask(HttpClient browser, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await browser.SendAsync(request, Cancel);
    }

    private static async Task<HttpResponseMessage> Send(HttpClient browser, HttpMethod method, string path, string cookie, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("Cookie", cookie);
        var answer = await browser.SendAsync(request, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return answer;
    }

    private static async Task<Guid> Upload(HttpClient browser, string name, byte[] bytes, HttpStatusCode expected)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", name } };
        using var answer = await browser.PostAsync("/api/v1/documents/upload", form, Cancel);
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
        return expected == HttpStatusCode.Created ? (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json, Cancel))!.Id : default;
    }
}
