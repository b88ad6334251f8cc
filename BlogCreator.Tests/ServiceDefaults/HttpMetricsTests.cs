using System.Globalization;
using System.Net;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>
/// Meters are seen across the whole process: each test asks after a route that only it has, and no other service may stop
/// meanwhile, since it would take along the series that it shares by name with this one.
/// </summary>
[Collection(nameof(HttpMetricsTests))]
[CollectionDefinition(nameof(HttpMetricsTests), DisableParallelization = true)]
public sealed class HttpMetricsTests
{
    [Fact]
    public async Task Requests_are_counted_by_method_route_and_status_under_the_promised_names()
    {
        await using var service = await RunningService.Start(map: app => app.MapGet("/counted/{id:int}", (int id) => id));
        await Get(service, "/counted/1", HttpStatusCode.OK);
        await Get(service, "/counted/2", HttpStatusCode.OK);

        var metrics = await Metrics(service, "http_requests_total{endpoint=\"/counted/{id:int}\",method=\"GET\",status=\"200\"} 2");
        Assert.Contains("# TYPE http_requests_total counter", metrics, StringComparison.Ordinal);
        Assert.Contains("# TYPE http_request_duration_seconds histogram", metrics, StringComparison.Ordinal);
        Assert.Contains("http_request_duration_seconds_count{endpoint=\"/counted/{id:int}\",method=\"GET\"} 2", metrics, StringComparison.Ordinal);
        Assert.Contains("http_request_duration_seconds_bucket{endpoint=\"/counted/{id:int}\",method=\"GET\",le=\"2\"} 2", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("otel_scope_name", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_breaks_is_counted_under_its_route_with_status_500()
    {
        await using var service = await RunningService.Start(map: app =>
            app.MapGet("/counted-broken", string () => throw new InvalidOperationException("broken")));
        await Get(service, "/counted-broken", HttpStatusCode.InternalServerError);
        await Metrics(service, "http_requests_total{endpoint=\"/counted-broken\",method=\"GET\",status=\"500\"} 1");
    }

    [Fact]
    public async Task What_a_client_invents_makes_no_new_series()
    {
        await using var service = await RunningService.Start(map: app =>
            app.MapMethods("/counted-methods", ["GET"], () => "good"));
        await Get(service, $"/invented-{Guid.NewGuid():N}", HttpStatusCode.NotFound);
        using var invented = new HttpRequestMessage(new HttpMethod("INVENTED"), "/counted-methods");
        using var answer = await service.Http.SendAsync(invented, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);

        var metrics = await Metrics(service, "endpoint=\"unmatched\",method=\"GET\",status=\"404\"");
        Assert.DoesNotContain("invented-", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("INVENTED", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_stands_at_zero_before_anybody_asked_for_it()
    {
        await using var service = await RunningService.Start(map: app => app.MapDelete("/counted-never/{id}", (string id) => id));
        await Metrics(service, "http_requests_total{endpoint=\"/counted-never/{id}\",method=\"DELETE\",status=\"200\"} 0");
        await Metrics(service, "http_requests_total{endpoint=\"/counted-never/{id}\",method=\"DELETE\",status=\"500\"} 0");
        await Metrics(service, "blogcreator_build_info{version=\"");
    }

    [Fact]
    public async Task A_bucket_names_the_trace_of_a_request_that_fell_into_it()
    {
        await using var collector = await RunningService.Start(map: app => app.MapPost("/{**signal}", () => Results.Ok()));
        await using var service = await RunningService.Start(
            settings: [$"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.App.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"],
            map: app => app.MapGet("/exemplary", () => "good"));
        var trace = Guid.NewGuid().ToString("n");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/exemplary");
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        // One that leaves the header as it is: the client of this process is traced as well.
        using var handler = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        using var http = new HttpClient(handler) { BaseAddress = service.Http.BaseAddress };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();

        await Eventually.Holds(async () =>
        {
            using var scrape = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            scrape.Headers.Accept.ParseAdd("application/openmetrics-text; version=1.0.0");
            using var metrics = await service.Http.SendAsync(scrape, TestContext.Current.CancellationToken);
            var text = await metrics.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return text.Split('\n').Any(line => line.StartsWith("http_request_duration_seconds_bucket{endpoint=\"/exemplary\"", StringComparison.Ordinal) && line.Contains($"trace_id=\"{trace}\"", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Health_and_metrics_are_not_counted()
    {
        await using var service = await RunningService.Start(map: app => app.MapGet("/counted-last", () => "good"));
        await Get(service, "/health", HttpStatusCode.OK);
        await Get(service, "/health/live", HttpStatusCode.OK);
        await Get(service, "/metrics", HttpStatusCode.OK);
        await Get(service, "/counted-last", HttpStatusCode.OK);

        var metrics = await Metrics(service, "endpoint=\"/counted-last\"");
        Assert.DoesNotContain("endpoint=\"/health", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("endpoint=\"/metrics", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_management_port_metrics_are_answered_there_alone_and_nothing_else_is()
    {
        var port = RunningService.FreePort();
        await using var service = await RunningService.Start(
            "Production", [$"--Management:Port={port}"], map: app => app.MapGet("/public", () => "public"));
        var management = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

        await Get(service, "/public", HttpStatusCode.OK);
        await Get(service, "/metrics", HttpStatusCode.NotFound);
        await Get(service, $"{management}/metrics", HttpStatusCode.OK);
        await Get(service, $"{management}/health/live", HttpStatusCode.OK);
        await Get(service, $"{management}/public", HttpStatusCode.NotFound);

        using var lying = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        lying.Headers.Host = $"localhost:{port}";
        using var answer = await service.Http.SendAsync(lying, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task In_production_without_a_management_port_metrics_are_not_answered_at_all()
    {
        await using var service = await RunningService.Start("Production");
        await Get(service, "/metrics", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_management_port_that_is_none_stops_the_start_and_is_named()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            RunningService.Start(settings: ["--Management:Port=70000"]));
        Assert.Contains("Management__Port", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task Get(RunningService service, string path, HttpStatusCode expected)
    {
        using var answer = await service.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(expected, answer.StatusCode);
    }

    /// <summary>A request is counted when it has ended, a moment after its client has the answer; the exporter caches shortly.</summary>
    private static async Task<string> Metrics(RunningService service, string expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        var text = "";
        while (!text.Contains(expected, StringComparison.Ordinal))
        {
            try
            {
                text = await service.Http.GetStringAsync("/metrics", patience.Token);
                await Task.Delay(20, patience.Token);
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                Assert.Fail($"Not in the metrics: {expected}\n{text}");
            }
        }

        return text;
    }
}
