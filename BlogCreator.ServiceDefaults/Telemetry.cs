using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BlogCreator.ServiceDefaults;

/// <summary>Traces, metrics and logs. They leave the process only where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector.</summary>
internal static class Telemetry
{
    // Each feature names its meter and its activity source after its namespace.
    private const string OwnNames = "BlogCreator.*";

    // Routes times methods times statuses, each from a closed set: some hundreds, and more than the default leaves room for.
    private const int MostSeriesOfRequests = 10_000;

    /// <summary>The standard's switch, for whoever wants none of it; <c>/metrics</c> is not answered then.</summary>
    public static bool IsDisabled(IConfiguration configuration) =>
        string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<TelemetryOptions>()
            .Configure(options => options.TraceRatio = builder.Environment.IsDevelopment() ? 1 : 0.1)
            .BindConfiguration("Telemetry")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        if (IsDisabled(builder.Configuration))
        {
            return;
        }

        // The stable names for databases, where a library still offers both; first of the sources, so that the variable itself wins.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new("OTEL_SEMCONV_STABILITY_OPT_IN", "database")] });
        var service = ServiceIdentity.Of(builder);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(service.Name, serviceVersion: service.Version, autoGenerateServiceInstanceId: false)
                .AddAttributes([new("deployment.environment.name", service.Environment)])
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics
                .AddMeter(OwnNames)
                // One by one: the matches of routing cost every request and tell nothing that these do not.
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting", "Microsoft.AspNetCore.Diagnostics")
                .AddMeter("Microsoft.AspNetCore.Authentication", "Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.Identity")
                // Connections in use and waited for, of PostgreSQL.
                .AddMeter("Npgsql")
                // Retries, time limits and circuit breakers of the clients.
                .AddMeter("Polly")
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddView("http.requests", new MetricStreamConfiguration { CardinalityLimit = MostSeriesOfRequests })
                .AddView(SafeModelLabels)
                // Beside a bucket, the trace of a request that fell into it.
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddPrometheusExporter(exporter =>
                {
                    // The names of the series and their labels are a public contract; these two would add labels to each.
                    exporter.ScopeInfoEnabled = false;
                    exporter.TargetInfoEnabled = false;
                }));
        builder.Services.AddHostedService<FirstSeries>();

        // Without a collector nobody would see a span, and a page from the cache costs little more than making one.
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            if (IsSent(builder.Configuration, "OTEL_LOGS_EXPORTER"))
            {
                builder.Logging.AddOpenTelemetry(logs =>
                {
                    logs.IncludeFormattedMessage = true;
                    logs.IncludeScopes = true;
                    logs.AddProcessor(new ScrubLogRecords());
                    logs.AddOtlpExporter();
                });
            }

            if (IsSent(builder.Configuration, "OTEL_METRICS_EXPORTER"))
            {
                telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
            }

            telemetry
                .WithTracing(traces => traces
                    .AddSource(OwnNames)
                    .AddAspNetCoreInstrumentation(requests =>
                    {
                        requests.Filter = IsWorthATrace;
                        // Each page would be a trace of its own beside that of its request.
                        requests.EnableRazorComponentsSupport = false;
                    })
                    .AddHttpClientInstrumentation()
                    .SetSampler(services => new SampleTraces(services.GetRequiredService<IOptions<TelemetryOptions>>().Value.TraceRatio))
                    .AddProcessor(services => new KeepErrors(Export(services))));
        }
    }

    /// <summary>The SDK of .NET does not read these two of the standard's variables by itself.</summary>
    private static bool IsSent(IConfiguration configuration, string variable) =>
        !string.Equals(configuration[variable]?.Trim(), "none", StringComparison.OrdinalIgnoreCase);

    private static BatchActivityExportProcessor Export(IServiceProvider services)
    {
        // The one that the exporter of metrics has, read from the standard's variables.
        var options = services.GetRequiredService<IOptionsMonitor<OtlpExporterOptions>>().CurrentValue;
        var batch = options.BatchExportProcessorOptions;
        return new BatchActivityExportProcessor(new OtlpTraceExporter(options), batch.MaxQueueSize, batch.ScheduledDelayMilliseconds, batch.ExporterTimeoutMilliseconds, batch.MaxExportBatchSize);
    }

    /// <summary>What a model's endpoint says of itself, such as the name of the model that answered, is text of a stranger.</summary>
    private static MetricStreamConfiguration? SafeModelLabels(Instrument instrument) =>
        instrument.Name.StartsWith("gen_ai.", StringComparison.Ordinal)
            ? new MetricStreamConfiguration { TagKeys = ["gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.token.type", "error.type"] }
            : null;

    private static bool IsWorthATrace(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<IDisableHttpMetricsMetadata>() is null &&
        !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) &&
        !context.Request.Path.StartsWithSegments(ManagementPort.MetricsPath, StringComparison.Ordinal);

    private sealed class TelemetryOptions
    {
        [Range(0, 1, ErrorMessage = "Telemetry__TraceRatio is the share of traces that is sent: give a number from 0 to 1.")]
        public double TraceRatio { get; set; }
    }
}
