using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Keeps <c>/metrics</c> from the public: it is answered on the management port, or in development on the service's own
/// port where none is set. The management port answers nothing else but health.
/// </summary>
internal static class ManagementPort
{
    public const string MetricsPath = "/metrics";

    public static void AddManagementPort(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ManagementOptions>()
            .BindConfiguration("Management")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        if (builder.Configuration.GetValue<int?>("Management:Port") is not { } port)
        {
            return;
        }

        // Appended to the addresses instead of a Kestrel Listen, which would replace them.
        var addresses = builder.Configuration["urls"] is { Length: > 0 } urls ? urls : AddressesOfPorts(builder.Configuration);
        builder.Configuration["urls"] = string.Create(CultureInfo.InvariantCulture, $"{addresses};http://*:{port}");
    }

    /// <summary>By local port, never by host name: a client chooses the name that it sends.</summary>
    public static void UseManagementPort(this WebApplication app)
    {
        var managementPort = app.Services.GetRequiredService<IOptions<ManagementOptions>>().Value.Port;
        var onServicePort = managementPort is null && app.Environment.IsDevelopment();
        app.Use((context, next) =>
        {
            var onManagementPort = context.Connection.LocalPort == managementPort;
            var forMetrics = context.Request.Path.StartsWithSegments(MetricsPath, StringComparison.Ordinal);
            if (onManagementPort && !forMetrics && !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            if (forMetrics && !onManagementPort && !onServicePort)
            {
                // Routing has already chosen the endpoint; without it this is a path like any other that nobody serves.
                context.SetEndpoint(null);
            }

            return next(context);
        });
    }

    public static void MapMetrics(this WebApplication app)
    {
        if (!Telemetry.IsDisabled(app.Configuration))
        {
            app.MapPrometheusScrapingEndpoint(MetricsPath).AllowAnonymous().DisableRateLimiting().DisableHttpMetrics();
        }
    }

    private static string AddressesOfPorts(IConfiguration configuration)
    {
        var ports = Addresses("http", configuration["http_ports"]).Concat(Addresses("https", configuration["https_ports"]));
        return string.Join(';', ports) is { Length: > 0 } addresses ? addresses : "http://localhost:5000";

        static IEnumerable<string> Addresses(string scheme, string? ports) =>
            (ports ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(port => $"{scheme}://*:{port}");
    }

    private sealed class ManagementOptions
    {
        [Range(1, 65535, ErrorMessage = "Management__Port is not a port: give a number from 1 to 65535, or leave it out.")]
        public int? Port { get; init; }
    }
}
