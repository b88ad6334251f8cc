using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults;

/// <summary>By what name telemetry and logs speak of this process.</summary>
internal sealed record ServiceIdentity(string Name, string Version, string Environment)
{
    public static ServiceIdentity Of(IHostApplicationBuilder builder) => new(
        builder.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name ? name : builder.Environment.ApplicationName,
        typeof(ServiceIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
        builder.Environment.EnvironmentName);
}
