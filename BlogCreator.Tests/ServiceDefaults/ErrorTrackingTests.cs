using System.Net;
using BlogCreator.Api.Data;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>One after the other: Sentry's SDK is one for the whole process.</summary>
[CollectionDefinition(Name)]
public sealed class SentryInProcess
{
    public const string Name = "Sentry's SDK";
}

/// <summary>What of an error in Api leaves for Sentry.</summary>
[Collection(SentryInProcess.Name)]
public sealed class ErrorTrackingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_error_is_one_event_with_release_environment_and_our_trace_id()
    {
        await using var sink = await SentrySink.Start();
        await using var api = await ApiWith(sink.Dsn);
        using var client = await api.SignInAs("ada");
        await Break(api);
        var trace = Guid.NewGuid().ToString("n");

        await Ask(client, trace);
        var report = await sink.OneEvent(trace, later => Ask(client, later));

        Assert.StartsWith("blogcreator@", report.GetProperty("release").GetString(), StringComparison.Ordinal);
        Assert.Equal("Development", report.GetProperty("environment").GetString());
        Assert.Equal("BlogCreator.Api", report.GetProperty("server_name").GetString());
        Assert.Equal("GET /api/v1/posts/", report.GetProperty("transaction").GetString());
        Assert.DoesNotContain("canary", sink.Everything, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task Ask(HttpClient client, string trace)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/posts?search=canary-in-the-query");
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-00");
        request.Headers.Add("X-Api-Key", "canary-in-a-header");
        request.Headers.Add("Cookie", "session=canary-in-a-cookie");
        using var answer = await client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    private static async Task Break(ApiFixture api)
    {
        using var scope = api.Services.CreateScope();
        await scope.ServiceProvider.GetRequiredService<BlogDb>().Database.ExecuteSqlRawAsync("ALTER TABLE Posts RENAME TO Gone", Cancel);
    }

    private static async Task<ApiFixture> ApiWith(string dsn)
    {
        var api = new ApiFixture { Settings = { ["Sentry:Dsn"] = dsn, ["Logging:LogLevel:Default"] = "Information" } };
        await api.InitializeAsync();
        return api;
    }
}
