using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.Logs;

/// <summary>Each event at the place where it happens, through the Api.</summary>
public sealed class SecurityEventsTests(SecurityEventsTests.Site site) : IClassFixture<SecurityEventsTests.Site>
{
    private const string Email = "ada@example.org";
    private const string Password = "correct horse battery";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_happens_to_accounts_sessions_and_keys_is_said()
    {
        using var browser = site.CreateClient();
        using var setup = await browser.PostAsJsonAsync("/api/v1/setup", new SetupRequest(Email, Password, "Notes"), BlogApi.Json, Cancel);
        var owner = (await setup.Content.ReadFromJsonAsync<SessionDetails>(BlogApi.Json, Cancel))!.PersonId.ToString();
        site.Said("user_created", LogLevel.Warning, "success", "owner", owner);
        site.Said("session_created", LogLevel.Information, "success", "setup", owner);

        await SignIn(browser, "nobody@example.org", Password);
        site.Said("authn_login_fail", LogLevel.Warning, "failure", "unknown-account", person: null);
        await SignIn(browser, Email, "wrong wrong wrong");
        site.Said("authn_login_fail", LogLevel.Warning, "failure", "wrong-password", owner);
        await SignIn(browser, Email, Password);
        site.Said("authn_login_successafterfail", LogLevel.Information, "success", null, owner);
        await SignIn(browser, Email, Password);
        site.Said("authn_login_success", LogLevel.Information, "success", null, owner);
        site.Said("session_created", LogLevel.Information, "success", "password", owner);

        using var made = await browser.PostAsJsonAsync("/api/v1/keys", new CreateKeyRequest("laptop"), BlogApi.Json, Cancel);
        var key = (await made.Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json, Cancel))!;
        site.Said("authn_token_created", LogLevel.Information, "success", null, owner, key.Id.ToString());
        await browser.DeleteAsync($"/api/v1/keys/{key.Id}", Cancel);
        site.Said("authn_token_revoked", LogLevel.Information, "success", null, owner, key.Id.ToString());
        using var program = site.CreateClient();
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Key);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/v1/session", Cancel)).StatusCode);
        Assert.DoesNotContain("labels.subject", site.Said("authn_login_fail", LogLevel.Warning, "failure", "unknown-key", null).Keys);

        await browser.PutAsJsonAsync("/api/v1/profile", new EditProfileRequest("Ada", "ada", ""), BlogApi.Json, Cancel);
        site.Said("user_updated", LogLevel.Warning, "success", "profile", owner);
        await browser.PutAsJsonAsync("/api/v1/site", new EditSiteRequest("Notes", null), BlogApi.Json, Cancel);
        site.Said("authz_admin", LogLevel.Warning, "success", null, owner, "EditSite");

        using var refused = await browser.PostAsJsonAsync("/api/v1/keys", new { name = "" }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("name", site.Said("input_validation_fail", LogLevel.Warning, "failure", "invalid-fields", owner)["labels.subject"], StringComparison.OrdinalIgnoreCase);

        using (var foreign = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys"))
        {
            foreign.Headers.Add("Origin", "https://evil.example");
            await browser.SendAsync(foreign, Cancel);
        }

        site.Said("malicious_cors", LogLevel.Critical, "failure", null, person: null);

        // The cookie of a session that was ended elsewhere.
        using var thief = site.CreateClient();
        var cookie = (await SignIn(thief, Email, Password)).Headers.GetValues("Set-Cookie").First().Split(';')[0];
        await thief.DeleteAsync("/api/v1/session", Cancel);
        site.Said("session_expired", LogLevel.Information, "success", "logout", owner);
        using var late = new HttpRequestMessage(HttpMethod.Get, "/api/v1/session");
        late.Headers.Add("Cookie", cookie);
        await thief.SendAsync(late, Cancel);
        site.Said("session_use_after_expire", LogLevel.Critical, "failure", "signed-out", owner);

        for (var i = 0; i < 10; i++)
        {
            await SignIn(browser, Email, "wrong wrong wrong");
        }

        site.Said("authn_login_lock", LogLevel.Warning, "success", "maxretries", owner);
        await SignIn(browser, Email, Password);
        site.Said("authn_login_fail", LogLevel.Warning, "failure", "locked", owner);

        // Nothing personal, whatever was typed.
        Assert.All(site.Entries, entry => Assert.DoesNotContain("example.org", string.Join(' ', entry.Fields), StringComparison.OrdinalIgnoreCase));
        Assert.All(site.Entries, entry => Assert.DoesNotContain("wrong wrong", string.Join(' ', entry.Fields), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_happens_to_files_is_said()
    {
        using var person = await site.SignInAs("file");
        var good = await Upload(person, "private-name.txt", "The harbour was opened in 1874. It has a quay of 310 metres."u8.ToArray());
        site.Said("upload_complete", LogLevel.Information, "success", "text", subject: good.Id.ToString());
        await Eventually.Holds(() => Task.FromResult(site.Has("upload_validation", "success", good.Id)));
        var disguised = await Upload(person, "private-name.pdf", "This is no PDF at all."u8.ToArray());
        await Eventually.Holds(() => Task.FromResult(site.Has("upload_validation", "failure", disguised.Id)));
        Assert.Equal((LogLevel.Critical, "content-mismatch"), (site.Of("upload_validation", disguised.Id).Level, site.Of("upload_validation", disguised.Id).Fields["event.reason"]));

        using var form = Form("private-name.exe", [1, 2, 3]);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await person.PostAsync("/api/v1/documents/upload", form, Cancel)).StatusCode);
        site.Said("upload_validation", LogLevel.Information, "failure", "unsupported-type");
        await person.DeleteAsync($"/api/v1/documents/{good.Id}", Cancel);
        site.Said("upload_delete", LogLevel.Information, "success", null, subject: good.Id.ToString());
        Assert.All(site.Entries, entry => Assert.DoesNotContain("private-name", string.Join(' ', entry.Fields), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_allowed_and_what_goes_past_the_gate_is_said()
    {
        using var guest = await site.SignInAs("guest");
        Assert.Equal(HttpStatusCode.Forbidden, (await guest.PutAsJsonAsync("/api/v1/site", new EditSiteRequest("Mine", null), BlogApi.Json, Cancel)).StatusCode);
        site.Said("authz_fail", LogLevel.Critical, "failure", null, subject: "EditSite");

        using var made = await guest.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Tides", "", "The tide rose by 4 metres in 1953.", null), BlogApi.Json, Cancel);
        var post = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json, Cancel))!;
        using var published = await guest.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "I was there."), BlogApi.Json, Cancel);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        Assert.DoesNotContain("I was there", string.Join(' ', site.Said("privilege_permissions_changed", LogLevel.Warning, "success", "published-with-override", subject: post.Id.ToString())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_is_said_once_a_minute_and_not_at_every_request()
    {
        await using var limited = new Site { Settings = { ["RateLimits:SignInPerMinute"] = "2" } };
        using var stranger = limited.CreateClient();
        for (var i = 0; i < 20; i++)
        {
            await SignIn(stranger, Email, Password);
        }

        Assert.Equal("sign-in", Assert.Single(limited.Entries, entry => entry.Fields["event.action"] == "excess_rate_limit_exceeded").Fields["labels.subject"]);
    }

    [Fact]
    public async Task Keys_that_a_stranger_makes_up_are_said_once_a_minute_and_guesses_at_one_that_is_there_name_it()
    {
        await using var other = new Site();
        using var browser = other.CreateClient();
        using var setup = await browser.PostAsJsonAsync("/api/v1/setup", new SetupRequest(Email, Password, "Notes"), BlogApi.Json, Cancel);
        using var made = await browser.PostAsJsonAsync("/api/v1/keys", new CreateKeyRequest("laptop"), BlogApi.Json, Cancel);
        var key = (await made.Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json, Cancel))!;
        var id = key.Id.ToString("n");
        Assert.Contains(id, key.Key, StringComparison.Ordinal);
        using var stranger = other.CreateClient();
        for (var i = 0; i < 20; i++)
        {
            await Try(key.Key.Replace(id, Guid.NewGuid().ToString("n"), StringComparison.Ordinal));
        }

        Assert.DoesNotContain("labels.subject", Assert.Single(other.Entries, entry => entry.Fields.GetValueOrDefault("event.reason") == "unknown-key").Fields.Keys);
        await Try(key.Key[..^6] + (key.Key.EndsWith("AAAAAA", StringComparison.Ordinal) ? "BBBBBB" : "AAAAAA"));
        other.Said("authn_login_fail", LogLevel.Warning, "failure", "unknown-key", null, key.Id.ToString());

        async Task Try(string made)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/session");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", made);
            using var answer = await stranger.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_household_is_one_address_and_who_fills_the_memory_does_not_make_all_of_it_news()
    {
        await using var log = new Site();
        var clock = new FakeTimeProvider();
        var requests = new HttpContextAccessor { HttpContext = new DefaultHttpContext() };
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var security = new SecurityEvents(loggers, requests, clock);
        Say("2001:db8:1:2::1");
        Say("2001:db8:1:2:ffff::9");
        Assert.Equal("2001:db8:1:2::1", Assert.Single(log.Entries).Fields["client.ip"]);
        Say("2001:db8:1:3::1");
        Say("192.0.2.1");
        Say("192.0.2.2");
        Say("::ffff:192.0.2.2");
        Assert.Equal(4, log.Entries.Count);

        // As many as are remembered, so that the first half is forgotten; the latest of it still is no news.
        for (var number = 0; number < 10_000; number++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            Say(new IPAddress(0x0A000000 + number).ToString());
        }

        var said = log.Entries.Count;
        Say(new IPAddress(0x0A000000 + 9_000).ToString());
        Assert.Equal(said, log.Entries.Count);
        Say("192.0.2.1");
        Assert.Equal(said + 1, log.Entries.Count);

        void Say(string address)
        {
            requests.HttpContext!.Connection.RemoteIpAddress = IPAddress.Parse(address);
            security.NoteSeldom(SecurityEvent.ForeignOrigin);
        }
    }

    private static Task<HttpResponseMessage> SignIn(HttpClient browser, string email, string password) =>
        browser.PostAsJsonAsync("/api/v1/session", new SignInRequest(email, password), BlogApi.Json, Cancel);

    private static async Task<DocumentDetails> Upload(HttpClient person, string name, byte[] bytes)
    {
        using var form = Form(name, bytes);
        using var answer = await person.PostAsync("/api/v1/documents/upload", form, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json, Cancel))!;
    }

    private static MultipartFormDataContent Form(string name, byte[] bytes) => new() { { new ByteArrayContent(bytes), "file", name } };

    public sealed class Site : ApiFixture, ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<Entry> _entries = new();

        public IReadOnlyCollection<Entry> Entries => _entries;

        /// <summary>That it was said, and the last time with these fields.</summary>
        public IReadOnlyDictionary<string, string> Said(string action, LogLevel level, string outcome, string? reason, string? person = "", string? subject = null)
        {
            var said = _entries.LastOrDefault(entry => entry.Fields["event.action"] == action
                && entry.Fields["event.outcome"] == outcome
                && entry.Fields.GetValueOrDefault("event.reason") == reason
                && (person is "" || entry.Fields.GetValueOrDefault("user.id") == person)
                && (subject is null || entry.Fields.GetValueOrDefault("labels.subject") == subject));
            Assert.True(said is not null, $"{action} {reason} was not said, but:\n" + string.Join('\n', _entries.Select(entry => string.Join(' ', entry.Fields))));
            Assert.Equal(level, said.Level);
            Assert.Equal("event", said.Fields["event.kind"]);
            return said.Fields;
        }

        public bool Has(string action, string outcome, Guid subject) =>
            _entries.Any(entry => entry.Fields["event.action"] == action && entry.Fields["event.outcome"] == outcome && entry.Fields.GetValueOrDefault("labels.subject") == subject.ToString());

        public Entry Of(string action, Guid subject) => _entries.Last(entry => entry.Fields["event.action"] == action && entry.Fields.GetValueOrDefault("labels.subject") == subject.ToString());

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.ConfigureServices(services => services.AddSingleton<ILoggerProvider>(this));
        }

        public ILogger CreateLogger(string categoryName) => categoryName == SecurityEvents.Category ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _entries.Enqueue(new Entry(logLevel, Assert.IsType<IEnumerable<KeyValuePair<string, object?>>>(state, exactMatch: false).ToDictionary(field => field.Key, field => (string)field.Value!, StringComparer.Ordinal)));
    }

    public sealed record Entry(LogLevel Level, Dictionary<string, string> Fields);
}
