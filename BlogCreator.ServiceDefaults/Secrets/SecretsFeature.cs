using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>Secrets come from files, Vault or AWS, and are never in the environment of a process.</summary>
public static class SecretsFeature
{
    internal static void AddSecrets(this IHostApplicationBuilder builder)
    {
        var configuration = (IConfigurationRoot)builder.Configuration;
        builder.Configuration.Add(new SecretsConfigurationSource(configuration, TimeProvider.System));
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<WatchSecrets>(services, configuration));
        if (Provider(configuration)?.AsksServers == true)
        {
            // Without the tag of readiness: those that are known go on being used.
            builder.Services.AddHealthChecks().AddCheck("secrets", () => Provider(configuration)?.Trouble is null
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("Secrets cannot be read anew; see the log."));
        }
    }

    /// <summary>
    /// For whoever was refused with a secret: looks at once whether there is a newer one. Cheap enough to be called at every
    /// refusal; servers are asked every two seconds at most.
    /// </summary>
    public static void ReadSecretsAgain(this IConfiguration configuration)
    {
        try
        {
            Provider(configuration)?.ReadAgain(atOnce: true);
        }
        catch (AggregateException)
        {
            // Somebody else who was told of a change has failed, such as options that are wrong now. Whoever asks here has no part in it.
        }
    }

    internal static SecretsProvider? Provider(IConfiguration configuration) =>
        (configuration as IConfigurationRoot)?.Providers.OfType<SecretsProvider>().LastOrDefault();
}
