using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// <c>/health</c> for people (every check), <c>/health/live</c> for whoever restarts the process (nothing it depends on),
/// <c>/health/ready</c> for whoever sends it requests (the checks tagged <c>ready</c>, and not while it is stopping or has not yet warmed up).
/// </summary>
internal static class Health
{
    public static void AddHealth(this IHostApplicationBuilder builder) => builder.Services.AddHealthChecks();

    public static void MapHealth(this WebApplication app)
    {
        var draining = app.Services.GetRequiredService<Draining>();
        var warmUp = app.Services.GetRequiredService<WarmUp>();
        Map("/health", _ => true);
        Map("/health/live", _ => false);
        // No checks: a failed one is logged as an error, and neither starting nor stopping is one.
        Map("/health/ready", check => check.Tags.Contains("ready")).Add(endpoint =>
        {
            var check = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context => draining.IsStopping ? RefuseRequests(context, "stopping")
                : warmUp.IsDone ? check(context)
                : RefuseRequests(context, "warming up");
        });

        IEndpointConventionBuilder Map(string path, Func<HealthCheckRegistration, bool> which) => app
            .MapHealthChecks(path, new HealthCheckOptions { Predicate = which, ResponseWriter = Write })
            .AllowAnonymous().DisableRateLimiting().DisableHttpMetrics();
    }

    private static Task RefuseRequests(HttpContext context, string status)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(new { status }, JsonSerializerOptions.Web, context.RequestAborted);
    }

    /// <summary>States only: a description may hold the message of an exception, and the route is public.</summary>
    private static Task Write(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new
        {
            status = Name(report.Status),
            checks = report.Entries.ToDictionary(entry => entry.Key, entry => Name(entry.Value.Status)),
        },
        JsonSerializerOptions.Web,
        context.RequestAborted);

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };
}
