using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults;

/// <summary>By what name telemetry and logs speak of this process.</summary>
internal sealed record ServiceIdentity(string Name, string Version, string Environment)
{
    /// <summary>Of several replicas this one. In a container its host name is its own.</summary>
    public string Node { get; init; } = System.Environment.MachineName;

    /// <summary>Names the data stream <c>logs-{dataset}-{namespace}</c> that the lines go to; a closed list.</summary>
    public string Dataset { get; } =
        Name.Contains("api", StringComparison.OrdinalIgnoreCase) || Name.Contains("migrate", StringComparison.OrdinalIgnoreCase) ? "blogcreator.api"
        : Name.Contains("web", StringComparison.OrdinalIgnoreCase) ? "blogcreator.web"
        : "blogcreator.other";

    public static ServiceIdentity Of(IHostApplicationBuilder builder) => new(
        builder.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : builder.Environment.ApplicationName,
        typeof(ServiceIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
        builder.Environment.EnvironmentName);
}
