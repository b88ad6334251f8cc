using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BlogCreator.ServiceDefaults;

/// <summary>Traces, metrics and logs. They leave the process only where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector.</summary>
internal static class Telemetry
{
    // Each feature names its meter and its activity source after its namespace.
    private const string OwnNames = "BlogCreator.*";

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var service = ServiceIdentity.Of(builder);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(service.Name, serviceVersion: service.Version, autoGenerateServiceInstanceId: false)
                .AddAttributes([new("deployment.environment.name", service.Environment)]))
            .WithMetrics(metrics => metrics
                .AddMeter(OwnNames)
                // One by one: the matches of routing cost every request and tell nothing that these do not.
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "Microsoft.AspNetCore.Diagnostics")
                // Connections in use and waited for, of PostgreSQL.
                .AddMeter("Npgsql")
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter(exporter =>
                {
                    // The names of the series and their labels are a public contract; these two would add labels to each.
                    exporter.ScopeInfoEnabled = false;
                    exporter.TargetInfoEnabled = false;
                }));

        // Without a collector nobody would see a span, and a page from the cache costs little more than making one.
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            builder.Logging.AddOpenTelemetry(logs =>
            {
                logs.IncludeFormattedMessage = true;
                logs.IncludeScopes = true;
                logs.AddProcessor(new ScrubLogRecords());
            });
            telemetry
                .WithTracing(traces => traces
                    .AddSource(OwnNames)
                    .AddAspNetCoreInstrumentation(requests => requests.Filter = IsWorthATrace)
                    .AddHttpClientInstrumentation())
                .UseOtlpExporter();
        }
    }

    private static bool IsWorthATrace(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is null &&
        !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) &&
        !context.Request.Path.StartsWithSegments(ManagementPort.MetricsPath, StringComparison.Ordinal);
}
