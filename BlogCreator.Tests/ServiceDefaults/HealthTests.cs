using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class HealthTests
{
    [Fact]
    public async Task Health_is_json_with_a_status_and_every_check()
    {
        await using var service = await RunningService.Start(build: builder => builder.Services.AddHealthChecks()
            .AddCheck("database", () => HealthCheckResult.Healthy("all good")));
        var health = await Health(service, "/health", HttpStatusCode.OK);
        Assert.Equal("healthy", health.GetProperty("status").GetString());
        Assert.Equal("healthy", health.GetProperty("checks").GetProperty("database").GetString());
    }

    [Fact]
    public async Task A_broken_dependency_makes_the_service_unhealthy_but_not_dead_and_tells_no_insides()
    {
        await using var service = await RunningService.Start(build: builder => builder.Services.AddHealthChecks()
            .AddCheck("database", () => throw new InvalidOperationException("Host=secret"), ["ready"]));
        var health = await Health(service, "/health", HttpStatusCode.ServiceUnavailable);
        Assert.Equal("unhealthy", health.GetProperty("checks").GetProperty("database").GetString());
        Assert.DoesNotContain("secret", health.GetRawText(), StringComparison.Ordinal);
        await Health(service, "/health/ready", HttpStatusCode.ServiceUnavailable);
        await Health(service, "/health/live", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Something_that_the_service_can_do_without_does_not_take_it_out_of_service()
    {
        await using var service = await RunningService.Start(build: builder => builder.Services.AddHealthChecks()
            .AddCheck("cache", () => HealthCheckResult.Degraded("gone"), ["ready"]));
        var health = await Health(service, "/health/ready", HttpStatusCode.OK);
        Assert.Equal("degraded", health.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_stopping_service_is_not_ready_but_still_serves_until_the_drain_is_over()
    {
        // Longer than the test may take: that it ends at all shows that the drain, and not the stop, is what is waited for.
        await using var service = await RunningService.Start(
            settings: ["--Shutdown:DrainSeconds=600"], map: app => app.MapGet("/work", () => "done"));
        await Health(service, "/health/ready", HttpStatusCode.OK);

        using var impatience = new CancellationTokenSource();
        var stop = service.App.StopAsync(impatience.Token);

        await Health(service, "/health/ready", HttpStatusCode.ServiceUnavailable);
        await Health(service, "/health/live", HttpStatusCode.OK);
        Assert.Equal("done", await service.Http.GetStringAsync("/work", TestContext.Current.CancellationToken));
        Assert.False(stop.IsCompleted);

        await impatience.CancelAsync();
        await stop;
    }

    [Fact]
    public async Task A_signal_to_stop_is_seen_by_readiness_at_once()
    {
        await using var service = await RunningService.Start(settings: ["--Shutdown:DrainSeconds=600"]);
        service.App.Lifetime.StopApplication();
        await Health(service, "/health/ready", HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task An_open_stream_does_not_keep_the_service_from_stopping()
    {
        await using var service = await RunningService.Start(map: app => app.MapGet("/stream", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: first\n\n", context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        using var stream = await service.Http.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal("data: first", await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        // The host alone would wait for a minute.
        await service.App.StopAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(40), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_drain_that_is_no_number_of_seconds_stops_the_start_and_is_named()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            RunningService.Start(settings: ["--Shutdown:DrainSeconds=-1"]));
        Assert.Contains("Shutdown__DrainSeconds", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> Health(RunningService service, string path, HttpStatusCode expected)
    {
        using var answer = await service.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return json.RootElement.Clone();
    }
}
