using BlogCreator.ServiceDefaults.Errors;
using BlogCreator.ServiceDefaults.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults;

/// <summary>What every service shares, in three calls: what it is made of, how it answers, and its own routes.</summary>
public static class ServiceDefaultsExtensions
{
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddCommandDefaults();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<SecurityEvents>();
        builder.Services.AddHostedService<NoteStartAndStop>();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.AddServerHeader = false);

        builder.AddManagementPort();
        builder.AddTelemetry();
        builder.AddErrorTracking();
        builder.AddHealth();
        builder.AddDraining();
        builder.AddWarmUp();
        builder.AddProblems();
        builder.AddTrustedProxies();
        builder.AddHttpClients();
        return builder;
    }

    /// <summary>What a command that runs once shares with the services: secrets, logs and the clock.</summary>
    public static TBuilder AddCommandDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddLogs();
        // After all other settings, of which it is one more layer; one that came in before them would have it ask everywhere again.
        builder.AddSecrets();
        return builder;
    }

    /// <summary>
    /// First in the pipeline, so that what later parts refuse or break is counted, carries the headers and is explained.
    /// </summary>
    /// <param name="early">What can answer by itself, once the visitor's address is known and the request is counted.</param>
    public static WebApplication UseServiceDefaults(this WebApplication app, Action<WebApplication>? early = null)
    {
        app.UseErrorTracking();
        app.UseSecurityHeaders();
        app.UseManagementPort();
        app.UseMiddleware<HttpMetrics>();
        app.UseRequestIds();
        app.UseForwardedHeaders();
        early?.Invoke(app);
        app.UseEndOfStreams();
        app.UseStatusCodePages();
        app.UseExceptionHandler();
        return app;
    }

    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealth();
        app.MapMetrics();
        return app;
    }
}
