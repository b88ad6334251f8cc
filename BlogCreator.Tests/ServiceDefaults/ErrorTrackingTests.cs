using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults.Errors;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentry;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>One after the other: Sentry's SDK is one for the whole process.</summary>
[CollectionDefinition(Name)]
public sealed class SentryInProcess
{
    public const string Name = "Sentry's SDK";
}

/// <summary>What of an error in Api leaves for Sentry, and what does not.</summary>
[Collection(SentryInProcess.Name)]
public sealed class ErrorTrackingTests
{
    // Stands for whatever nobody but us may read.
    private const string Canary = "kanarienvogel";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_error_is_one_event_with_release_environment_and_our_trace_id()
    {
        await using var sink = await SentrySink.Start();
        await using var api = await ApiWith(sink.Dsn);
        using var client = await api.SignInAs("ada");
        await Break(api, "Posts");
        var trace = NewTrace();

        await Ask(client, trace);
        var report = await sink.OneEvent(trace, later => Ask(client, later));

        Assert.Matches(@"^blogcreator@\d+\.\d+\.\d+(\+[0-9a-f]+)?$", report.GetProperty("release").GetString());
        Assert.Equal("Development", report.GetProperty("environment").GetString());
        Assert.Equal("BlogCreator.Api", report.GetProperty("server_name").GetString());
        Assert.Equal("GET /api/v1/posts/", report.GetProperty("transaction").GetString());
        var exception = Assert.Single(report.GetProperty("exception").GetProperty("values").EnumerateArray());
        Assert.Equal("Microsoft.Data.Sqlite.SqliteException", exception.GetProperty("type").GetString());
        Assert.Contains(exception.GetProperty("stacktrace").GetProperty("frames").EnumerateArray(), frame =>
            frame.TryGetProperty("filename", out var file) && file.GetString() == "BlogCreator.Api/Posts/ListPosts.cs" && frame.GetProperty("lineno").GetInt32() > 0);
    }

    [Fact]
    public async Task Nothing_that_a_request_or_a_log_says_is_in_what_leaves()
    {
        await using var sink = await SentrySink.Start();
        // Whatever is logged becomes a crumb, the framework's own lines with whole addresses included.
        await using var api = await ApiWith(sink.Dsn, ("Logging:LogLevel:Microsoft", "Trace"), ("Logging:LogLevel:System", "Trace"), ("Sentry:SendDefaultPii", "true"), ("Sentry:MaxRequestBodySize", "Always"));
        using var client = await api.SignInAs(Canary);
        await Break(api, "Posts");
        // In the part of the traces that is kept whole, and not: both are looked at.
        var traces = Enumerable.Range(0, 40).Select(_ => NewTrace()).ToList();
        foreach (var trace in traces)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/posts?q={Canary}&token={Canary}")
            {
                Content = JsonContent.Create(new CreatePostRequest(Canary, Canary, $"{Canary} writes to {Canary}@example.org from /home/{Canary}/report.pdf", [Canary]), options: BlogApi.Json),
            };
            Dress(request, trace);
            using var answer = await client.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        }

        var last = NewTrace();
        await Ask(client, last);
        await sink.OneEvent(last, later => Ask(client, later));
        Assert.All(traces, trace => Assert.Single(sink.Events(trace)));
        Assert.Contains(sink.Items, item => item.Type == "transaction" && traces.Contains(item.Trace!));
        Assert.All(sink.Items.Where(item => item.Type == "event"), item => Assert.Equal(item.Trace, item.Envelope.GetProperty("trace").GetProperty("trace_id").GetString()));

        Assert.DoesNotContain(Canary, sink.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@example.org", sink.Everything, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("127.0.0.1", string.Join('\n', sink.Items.Select(item => item.Body.GetRawText())), StringComparison.Ordinal);
        Assert.DoesNotContain(Architecture.Repository.Root, sink.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Folder, sink.Everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Environment.MachineName + "\"", sink.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_be_expected_is_no_event()
    {
        await using var sink = await SentrySink.Start();
        await using var service = await RunningService.Start(settings: ["--Sentry:Dsn=" + sink.Dsn], map: app =>
        {
            app.MapGet("/broken", string () => throw new InvalidOperationException("insides"));
            app.MapGet("/refused", string () => throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge));
            app.MapGet("/gone", async (HttpContext context) =>
            {
                context.Abort();
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            });
            app.MapGet("/away", () => Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
            app.MapPost("/json", (CreateKeyRequest request) => request.Name);
        });
        foreach (var path in new[] { "/refused", "/away", "/nowhere", "/health/live" })
        {
            using var answer = await service.Http.GetAsync(path, Cancel);
            Assert.False(answer.StatusCode is HttpStatusCode.InternalServerError);
        }

        using var unreadable = await service.Http.PostAsync("/json", new StringContent("{", Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, unreadable.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(() => service.Http.GetAsync("/gone", Cancel));

        var trace = NewTrace();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/broken");
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-00");
        using var broken = await service.Http.SendAsync(request, Cancel);
        await Eventually.Gives(() => Task.FromResult(sink.Events(trace).Count), count => count > 0);
        Assert.Equal(trace, Assert.Single(sink.Items, item => item.Type == "event").Trace);
    }

    [Fact]
    public async Task What_cannot_be_cleaned_does_not_leave()
    {
        await using var sink = await SentrySink.Start();
        await using var service = await RunningService.Start(
            settings: ["--Sentry:Dsn=" + sink.Dsn],
            build: builder => builder.ExpectErrors(failure => failure is NotSupportedException ? throw new InvalidOperationException(Canary) : false),
            map: app =>
            {
                app.MapGet("/unclean", string () => throw new NotSupportedException(Canary));
                app.MapGet("/broken", string () => throw new FormatException("plain"));
            });
        var unclean = NewTrace();
        await Break("/unclean", unclean);
        var trace = NewTrace();
        await Break("/broken", trace);
        await sink.OneEvent(trace, later => Break("/broken", later));
        Assert.Empty(sink.Events(unclean));
        Assert.DoesNotContain(Canary, sink.Everything, StringComparison.OrdinalIgnoreCase);

        async Task Break(string path, string of)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("traceparent", $"00-{of}-00f067aa0ba902b7-00");
            using var answer = await service.Http.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_database_that_is_away_is_no_event_and_neither_is_each_look_at_it()
    {
        PostgresServer.SkipUnlessThere();
        await using var sink = await SentrySink.Start();
        await using var server = await PostgresServer.StartOwn();
        await using var api = new PostgresApiFixture { Database = () => server.NewMigratedDatabase(), Settings = { ["Sentry:Dsn"] = sink.Dsn, ["Logging:LogLevel:Default"] = "Warning" } };
        await api.InitializeAsync();
        using var client = await api.SignInAs("ada");
        await server.Stop();
        for (var turn = 0; turn < 5; turn++)
        {
            using var refused = await client.GetAsync("/api/v1/posts", Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        }

        await server.Start();
        await Eventually.Holds(async () => (await client.GetAsync("/api/v1/posts", Cancel)).IsSuccessStatusCode);
        await Break(api, "\"Posts\"");
        var trace = NewTrace();
        await Ask(client, trace);
        await sink.OneEvent(trace, later => Ask(client, later));
        Assert.Equal(2, sink.Items.Count(item => item.Type == "event"));
    }

    [Fact]
    public async Task A_job_that_is_given_up_is_one_event_that_names_its_kind_and_nothing_of_the_document()
    {
        await using var sink = await SentrySink.Start();
        await using var api = await ApiWith(sink.Dsn, ("Jobs:MaxAttempts", "2"));
        using var client = await api.SignInAs("ada");
        await Break(api, "Passages");
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes($"{Canary} is what this text is about. It says so twice: {Canary}.")), "file", $"{Canary}.txt" } };
        using var uploaded = await client.PostAsync("/api/v1/documents/upload", form, Cancel);
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);

        await Eventually.Gives(() => Task.FromResult(sink.Items.Count(item => item.Type == "event")), count => count > 0);
        await Break(api, "Posts");
        var trace = NewTrace();
        await Ask(client, trace);
        await sink.OneEvent(trace, later => Ask(client, later));
        var report = Assert.Single(sink.Items, item => item.Type == "event" && item.Body.TryGetProperty("logger", out var logger) && logger.GetString()!.EndsWith("JobWorker", StringComparison.Ordinal)).Body;
        Assert.Equal("documents.read", report.GetProperty("tags").GetProperty("job.kind").GetString());
        Assert.Equal("Gave up {Kind} of {Subject} after {Attempts} attempts", report.GetProperty("logentry").GetProperty("message").GetString());
        Assert.Contains("SqliteException", report.GetProperty("exception").GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, sink.Everything, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("refuses")]
    [InlineData("fails")]
    [InlineData("holds")]
    public async Task Requests_are_answered_whatever_the_server_of_errors_does(string how)
    {
        await using var sink = await SentrySink.Start();
        sink.Status = how == "holds" ? 0 : StatusCodes.Status500InternalServerError;
        var dsn = how == "refuses" ? string.Create(CultureInfo.InvariantCulture, $"http://{SentrySink.Key}@127.0.0.1:{RunningService.FreePort()}/42") : sink.Dsn;
        await using (var api = await ApiWith(dsn))
        {
            using var client = await api.SignInAs("ada");
            await Break(api, "Posts");
            await Ask(client, NewTrace());
            if (how == "holds")
            {
                // It has one by now, and gives it no answer until this is over.
                await Eventually.Holds(() => Task.FromResult(sink.Held > 0));
            }

            // More than the queue takes.
            await Parallel.ForEachAsync(Enumerable.Range(0, 300), Cancel, async (number, _) => await Ask(client, NewTrace()));
            using var health = await client.GetAsync("/health/live", Cancel);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            Assert.Equal(how == "holds", sink.Held > 0);
        }
    }

    [Fact]
    public async Task Without_an_address_nothing_of_it_is_there()
    {
        await using var service = await RunningService.Start(settings: ["--Sentry:Dsn="]);
        Assert.Null(service.App.Services.GetService<SentryProject>());
        Assert.Null(service.App.Services.GetService<IHub>());
    }

    [Theory]
    [InlineData("nonsense-8731")]
    [InlineData("https://host-8731.example/42")]
    [InlineData("https://key8731@host.example/")]
    [InlineData("https://key8731@host.example/project")]
    [InlineData("ftp://key8731@host.example/42")]
    public async Task An_address_that_is_none_is_named_by_its_setting_and_not_repeated(string dsn)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningService.Start(settings: ["--Sentry:Dsn=" + dsn]));
        Assert.Contains("Sentry__Dsn", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("8731", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://abc@o1.ingest.example/42", "https://o1.ingest.example/api/42/envelope/")]
    [InlineData("http://abc:old@glitchtip.example:8000/sub/path/7", "http://glitchtip.example:8000/sub/path/api/7/envelope/")]
    public void An_address_says_where_envelopes_go_and_hides_its_key(string dsn, string envelopes)
    {
        Assert.True(SentryAddress.TryParse(dsn, out var address));
        Assert.Equal(envelopes, address.Envelopes.ToString());
        Assert.Equal("abc", address.Key);
        Assert.DoesNotContain("abc", address.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_of_a_trace_that_is_kept_are_transactions_by_route_and_health_and_streams_are_none()
    {
        await using var sink = await SentrySink.Start();
        await using var service = await RunningService.Start(settings: ["--Sentry:Dsn=" + sink.Dsn], map: app =>
        {
            app.MapGet("/posts/{slug}", string (string slug) => slug);
            app.MapGet("/events", IResult () => Results.Text("data: x\n\n", "text/event-stream"));
        });
        var trace = Enumerable.Repeat(0, 1000).Select(_ => NewTrace()).First(trace => ErrorTracking.IsKept(SentryId.Parse(trace), SentrySink.Key));
        var other = Enumerable.Repeat(0, 1000).Select(_ => NewTrace()).First(trace => !ErrorTracking.IsKept(SentryId.Parse(trace), SentrySink.Key));
        foreach (var (path, of) in new[] { ("/events", trace), ("/health/live", trace), ("/posts/other", other), ("/posts/" + Canary + "?q=" + Canary, trace) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            Dress(request, of);
            using var answer = await service.Http.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Eventually.Holds(() => Task.FromResult(sink.Items.Count > 0));
        var told = Assert.Single(sink.Items);
        Assert.Equal(("transaction", trace, "GET /posts/{slug}"), (told.Type, told.Trace, told.Body.GetProperty("transaction").GetString()));
        Assert.Equal("00f067aa0ba902b7".Length, told.Body.GetProperty("contexts").GetProperty("trace").GetProperty("span_id").GetString()!.Length);
        Assert.DoesNotContain(Canary, sink.Everything, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_tenth_of_the_traces_is_kept_and_for_each_project_another()
    {
        var traces = Enumerable.Range(0, 20_000).Select(_ => SentryId.Parse(NewTrace())).ToList();
        var kept = traces.Where(trace => ErrorTracking.IsKept(trace, "one")).ToList();
        Assert.InRange(kept.Count, 1700, 2300);
        Assert.InRange(kept.Count(trace => ErrorTracking.IsKept(trace, "other")), 100, 320);
    }

    private static string NewTrace() => Guid.NewGuid().ToString("n");

    private static async Task Ask(HttpClient client, string trace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/posts?q={Canary}");
        Dress(request, trace);
        using var answer = await client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    private static void Dress(HttpRequestMessage request, string trace)
    {
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-00");
        request.Headers.Add("X-Api-Key", Canary);
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("Cookie", $"session={Canary}");
        request.Headers.Add("Referer", $"https://example.org/{Canary}");
        request.Headers.TryAddWithoutValidation("User-Agent", Canary);
        request.Headers.TryAddWithoutValidation("baggage", $"sentry-user={Canary},{Canary}={Canary}");
        request.Headers.TryAddWithoutValidation("sentry-trace", $"{NewTrace()}-00f067aa0ba902b7-1");
    }

    /// <summary>As if a table had got lost: a mistake that no handler expects.</summary>
    private static async Task Break(ApiFixture api, string table)
    {
        using var scope = api.Services.CreateScope();
#pragma warning disable EF1002, EF1003 // The name is a test's own.
        await scope.ServiceProvider.GetRequiredService<BlogDb>().Database.ExecuteSqlRawAsync("ALTER TABLE " + table + " RENAME TO gone_" + NewTrace(), Cancel);
#pragma warning restore EF1002, EF1003
    }

    private static async Task<ApiFixture> ApiWith(string dsn, params (string Name, string Value)[] settings)
    {
        var api = new ApiFixture { Settings = { ["Sentry:Dsn"] = dsn, ["Logging:LogLevel:Default"] = "Information", ["Logging:Console:LogLevel:Default"] = "None" } };
        foreach (var (name, value) in settings)
        {
            api.Settings[name] = value;
        }

        await api.InitializeAsync();
        return api;
    }
}
