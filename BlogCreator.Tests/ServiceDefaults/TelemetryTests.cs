using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed partial class TelemetryTests
{
    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_collector_that_is_named()
    {
        var received = new ConcurrentDictionary<string, bool>();
        await using var collector = await RunningService.Start(map: app => app.MapPost("/{**signal}", (HttpContext context) =>
        {
            received[context.Request.Path] = true;
            return Results.Ok();
        }));
        await using (var service = await RunningService.Start(
            settings: [$"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.App.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"],
            map: app => app.MapGet("/traced", (ILogger<TelemetryTests> log) =>
            {
                LogAsked(log);
                return "traced";
            })))
        {
            Assert.Equal("traced", await service.Http.GetStringAsync("/traced", TestContext.Current.CancellationToken));
            await service.App.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], received.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_share_of_traces_that_is_none_stops_the_start_and_is_named()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningService.Start(settings: ["--Telemetry:TraceRatio=2"]));
        Assert.Contains("Telemetry__TraceRatio", refusal.Message, StringComparison.Ordinal);
    }

    [LoggerMessage(LogLevel.Information, "Asked")]
    private static partial void LogAsked(ILogger logger);
}
