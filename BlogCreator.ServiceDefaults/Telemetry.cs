using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace BlogCreator.ServiceDefaults;

/// <summary>Says of a request, by what is known before its route is, that a trace of it would tell nothing and cost more than the request itself.</summary>
public delegate bool NotTraced(HttpContext context);

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
            .Configure<IConfiguration>((options, settings) => options.TraceRatio = StandardRatio(settings) ?? options.TraceRatio)
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

        if (IsSent(builder.Configuration, "LOGS"))
        {
            builder.Logging.AddOpenTelemetry(logs =>
            {
                // Without scopes: they hold what the trace and the fields say, and nobody scrubs them.
                logs.IncludeFormattedMessage = true;
                logs.AddProcessor(new ScrubLogRecords());
                logs.AddOtlpExporter(exporter => SendTo(builder.Configuration, "LOGS", exporter));
            });
        }

        if (IsSent(builder.Configuration, "METRICS"))
        {
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter(exporter => SendTo(builder.Configuration, "METRICS", exporter)));
        }

        builder.Services.AddOptions<AspNetCoreTraceInstrumentationOptions>().Configure<IEnumerable<NotTraced>>((requests, exceptions) =>
        {
            NotTraced[] others = [.. exceptions];
            requests.Filter = context => IsWorthATrace(context) && !Array.Exists(others, isNot => isNot(context));
            // Each page would be a trace of its own beside that of its request.
            requests.EnableRazorComponentsSupport = false;
        });

        // Without a collector nobody would see a span, and a page from the cache costs little more than making one.
        if (IsSent(builder.Configuration, "TRACES"))
        {
            telemetry
                .WithTracing(traces => traces
                    .AddSource(OwnNames)
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .SetSampler(services => new SampleTraces(services.GetRequiredService<IOptions<TelemetryOptions>>().Value.TraceRatio))
                    .AddProcessor(services => new KeepErrors(Export(services))));
        }
    }

    // The standard's variables that the SDK of .NET does not read by itself, or only where it makes all three exporters.
    private static bool IsSent(IConfiguration settings, string signal) =>
        !string.Equals(settings[$"OTEL_{signal}_EXPORTER"]?.Trim(), "none", StringComparison.OrdinalIgnoreCase)
        && (!string.IsNullOrWhiteSpace(settings["OTEL_EXPORTER_OTLP_ENDPOINT"]) || !string.IsNullOrWhiteSpace(settings[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]));

    private static void SendTo(IConfiguration settings, string signal, OtlpExporterOptions exporter)
    {
        if (settings[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] is { Length: > 0 } own)
        {
            // As it is: the path of the signal is part of it.
            exporter.Endpoint = new Uri(own);
        }

        if (settings[$"OTEL_EXPORTER_OTLP_{signal}_HEADERS"] is { Length: > 0 } headers)
        {
            exporter.Headers = headers;
        }
    }

    private static double? StandardRatio(IConfiguration settings) => settings["OTEL_TRACES_SAMPLER"]?.Trim() switch
    {
        "always_on" or "parentbased_always_on" => 1,
        "always_off" or "parentbased_always_off" => 0,
        "traceidratio" or "parentbased_traceidratio" when double.TryParse(settings["OTEL_TRACES_SAMPLER_ARG"], NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) => ratio,
        _ => null,
    };

    private static BatchActivityExportProcessor Export(IServiceProvider services)
    {
        // Of a name of its own: the exporter of metrics has the one without.
        var options = services.GetRequiredService<IOptionsMonitor<OtlpExporterOptions>>().Get("traces");
        SendTo(services.GetRequiredService<IConfiguration>(), "TRACES", options);
        var batch = options.BatchExportProcessorOptions;
        return new BatchActivityExportProcessor(new OtlpTraceExporter(options), batch.MaxQueueSize, batch.ScheduledDelayMilliseconds, batch.ExporterTimeoutMilliseconds, batch.MaxExportBatchSize);
    }

    /// <summary>What a model's endpoint says of itself, such as the name of the model that answered, is text of a stranger.</summary>
    private static MetricStreamConfiguration? SafeModelLabels(Instrument instrument) =>
        instrument.Name.StartsWith("gen_ai.", StringComparison.Ordinal)
            ? new MetricStreamConfiguration { TagKeys = ["gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.token.type", "error.type"] }
            : null;

    /// <summary>By the path, since no route is chosen yet. A stream would collect spans for as long as somebody watches it.</summary>
    private static bool IsWorthATrace(HttpContext context)
    {
        var path = context.Request.Path;
        return !path.StartsWithSegments("/health", StringComparison.Ordinal)
            && !path.StartsWithSegments(ManagementPort.MetricsPath, StringComparison.Ordinal)
            && !path.StartsWithSegments("/ws", StringComparison.Ordinal)
            && path.Value is { } text
            && !text.EndsWith("/events", StringComparison.Ordinal)
            && !text.EndsWith("/changes", StringComparison.Ordinal);
    }

    private sealed class TelemetryOptions
    {
        [Range(0, 1, ErrorMessage = "Telemetry__TraceRatio is the share of traces that is sent: give a number from 0 to 1.")]
        public double TraceRatio { get; set; }
    }
}
