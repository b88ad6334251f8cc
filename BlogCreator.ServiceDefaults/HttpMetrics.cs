using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// <c>http_requests_total</c> and <c>http_request_duration_seconds</c>, whose names and labels dashboards and alerts rely
/// on; the built-in metric cannot be made to carry them. Every label is from a closed set, since each value that a client
/// could invent would be a new time series.
/// </summary>
internal sealed class HttpMetrics
{
    private readonly RequestDelegate _next;
    private readonly TimeProvider _clock;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;

    public HttpMetrics(RequestDelegate next, TimeProvider clock, IMeterFactory meters, ServiceIdentity service, EndpointDataSource routes, IHostApplicationLifetime life)
    {
        _next = next;
        _clock = clock;
        var meter = meters.Create("BlogCreator.Http");
        meter.CreateObservableGauge("blogcreator_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", service.Version)), description: "Always 1; says which version runs");
        _requests = meter.CreateCounter<long>("http.requests", description: "Requests answered");
        _duration = meter.CreateHistogram<double>("http.request.duration", "s", "Time from a request's arrival to its answered end", advice: new()
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
        });
        life.ApplicationStarted.Register(() => CountFromZero(routes.Endpoints));
    }

    public async Task InvokeAsync(HttpContext context)
    {
        // Routing ran before; later the exception handler takes the endpoint away, and an error page puts its own there.
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is not null)
        {
            await _next(context);
            return;
        }

        var start = _clock.GetTimestamp();
        var broken = false;
        try
        {
            await _next(context);
        }
        catch
        {
            broken = true;
            throw;
        }
        finally
        {
            var method = Method(context.Request.Method);
            var route = Route(endpoint);
            _requests.Add(1, new("method", method), new("endpoint", route), new("status", Status(context, broken)));
            // How long somebody looks at a stream says nothing about how fast we are.
            if (!Streams.IsStream(context.Response))
            {
                _duration.Record(_clock.GetElapsedTime(start).TotalSeconds, new("method", method), new("endpoint", route));
            }
        }
    }

    /// <summary>The first failure of a route has to be seen as a step from nothing to one, which a series that begins with it is not.</summary>
    private void CountFromZero(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is null))
        {
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get])
            {
                foreach (var status in (int[])[StatusCodes.Status200OK, StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable])
                {
                    _requests.Add(0, new("method", Method(method)), new("endpoint", Route(endpoint)), new("status", status));
                }
            }
        }
    }

    internal static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "CONNECT" => method,
        _ => "OTHER",
    };

    private static string Route(Endpoint? endpoint) => endpoint switch
    {
        _ when endpoint?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null => "static",
        RouteEndpoint { RoutePattern.RawText: { } pattern } => pattern.StartsWith('/') ? pattern : "/" + pattern,
        _ => "unmatched",
    };

    private static int Status(HttpContext context, bool broken) => context.Response switch
    {
        { HasStarted: true } started => started.StatusCode,
        _ when context.RequestAborted.IsCancellationRequested => StatusCodes.Status499ClientClosedRequest,
        _ when broken => StatusCodes.Status500InternalServerError,
        var answer => answer.StatusCode,
    };
}
