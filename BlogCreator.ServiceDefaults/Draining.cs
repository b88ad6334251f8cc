using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Goes in two steps: the service first says that it is not ready and goes on serving, for as long as a load balancer needs
/// to notice; only then does it stop taking requests and finish those it has.
/// </summary>
internal sealed class Draining(IHostApplicationLifetime lifetime, IOptions<ShutdownOptions> options, TimeProvider clock)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private volatile bool _stopping;

    /// <summary>The server stops next: what would go on for ever has to end.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>From the signal on, long before the host asks anybody to stop.</summary>
    public bool IsStopping => _stopping || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>The host waits for this before it stops the server.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        try
        {
            await Task.Delay(options.Value.Drain, clock, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's patience is at its end; it stops the server next.
        }

        await _over.CancelAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _over.Dispose();
}

internal sealed class ShutdownOptions
{
    [Range(0, 600, ErrorMessage = "Shutdown__DrainSeconds must be a number of seconds from 0 to 600.")]
    public double? DrainSeconds { get; set; }

    public TimeSpan Drain => TimeSpan.FromSeconds(DrainSeconds ?? 0);
}

internal static class DrainingSetup
{
    // The longest request that we promise to finish is an upload.
    private static readonly TimeSpan LongestRequest = TimeSpan.FromSeconds(60);

    public static void AddDraining(this IHostApplicationBuilder builder)
    {
        var development = builder.Environment.IsDevelopment();
        builder.Services.AddOptions<ShutdownOptions>()
            .BindConfiguration("Shutdown")
            .PostConfigure(options => options.DrainSeconds ??= development ? 0 : 10)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Draining>());
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<ShutdownOptions>>((host, shutdown) =>
            host.ShutdownTimeout = LongestRequest + shutdown.Value.Drain);
    }
}
