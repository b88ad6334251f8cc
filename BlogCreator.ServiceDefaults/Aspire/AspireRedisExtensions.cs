using Aspire.StackExchange.Redis;
using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Primitives;
using OpenTelemetry.Trace;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// The one connection of a service to Redis, under the name and signature of Aspire's client integration. Ours in place
/// of theirs, since a service has to start, serve and recover by itself while Redis is away.
/// </summary>
public static class AspireRedisExtensions
{
    // A page must not wait for what it can do without: five seconds, the default, are longer than anybody's patience.
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CommandPatience = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Registers <see cref="IConnectionMultiplexer"/> where the connection string is set, and nothing where it is empty:
    /// whoever can use Redis asks for it as something that may be missing.
    /// </summary>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = new StackExchangeRedisSettings { ConnectionString = builder.Configuration.GetConnectionString(connectionName) };
        configureSettings?.Invoke(settings);
        builder.Services.AddOptions<RedisOptions>().BindConfiguration("Redis").ValidateDataAnnotations().ValidateOnStart();
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            return;
        }

        var options = Parse(settings.ConnectionString, connectionName);
        configureOptions?.Invoke(options);
        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            TakeNewPassword(services.GetRequiredService<IConfiguration>(), connectionName, options);
            return ConnectionMultiplexer.Connect(options);
        });
        builder.Services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddRedisInstrumentation());
        if (!settings.DisableHealthChecks)
        {
            // Degraded and without the tag of readiness: a service without Redis serves, only less well.
            builder.Services.AddHealthChecks().AddCheck<RedisHealth>(connectionName, HealthStatus.Degraded);
        }
    }

    /// <summary>
    /// The client keeps these very options and reads the password of them whenever it connects. Connections that are open stay:
    /// Redis asks each for its password once.
    /// </summary>
    private static void TakeNewPassword(IConfiguration configuration, string connectionName, ConfigurationOptions options) =>
        ChangeToken.OnChange(configuration.GetReloadToken, () =>
        {
            if (configuration.GetConnectionString(connectionName) is { Length: > 0 } text)
            {
                var now = Parse(text, connectionName);
                (options.User, options.Password) = (now.User, now.Password);
            }
        });

    private static ConfigurationOptions Parse(string text, string connectionName)
    {
        ConfigurationOptions? options = null;
        try
        {
            options = ConfigurationOptions.Parse(text, ignoreUnknown: false);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or OverflowException)
        {
            // Said below, without the failure's own words: where the password has a comma they hold a piece of it.
        }

        if (options is null)
        {
            throw new InvalidOperationException($"ConnectionStrings__{connectionName} cannot be understood. Write it like \"host:6379,password=...\".");
        }

        if (options.EndPoints.Count == 0)
        {
            throw new InvalidOperationException($"ConnectionStrings__{connectionName} names no server. Write it like \"host:6379,password=...\".");
        }

        options.AbortOnConnectFail = false;
        options.IncludeDetailInExceptions = false;
        options.ReconnectRetryPolicy = new ExponentialRetry((int)TimeSpan.FromMilliseconds(250).TotalMilliseconds, (int)TimeSpan.FromSeconds(2).TotalMilliseconds);
        // What is asked while the connection is gone fails at once, instead of waiting for it to come back.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.KeepAlive = 5;
        if (!text.Contains("connectTimeout", StringComparison.OrdinalIgnoreCase))
        {
            options.ConnectTimeout = (int)ConnectPatience.TotalMilliseconds;
        }

        if (!text.Contains("syncTimeout", StringComparison.OrdinalIgnoreCase))
        {
            options.SyncTimeout = (int)CommandPatience.TotalMilliseconds;
        }

        if (!text.Contains("asyncTimeout", StringComparison.OrdinalIgnoreCase))
        {
            options.AsyncTimeout = (int)CommandPatience.TotalMilliseconds;
        }

        return options;
    }
}
