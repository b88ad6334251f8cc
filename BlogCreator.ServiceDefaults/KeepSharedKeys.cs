using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BlogCreator.ServiceDefaults;

/// <summary>Brings Redis and the directory of keys together when Redis comes back, and now and then.</summary>
internal sealed class KeepSharedKeys(IOptions<KeyManagementOptions> options, IServiceProvider services) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.XmlRepository is not SharedKeys keys || services.GetService<IConnectionMultiplexer>() is not { } redis)
        {
            return;
        }

        using var restored = new SemaphoreSlim(0);
        void Restored(object? sender, ConnectionFailedEventArgs e) => restored.Release();
        redis.ConnectionRestored += Restored;
        try
        {
            while (true)
            {
                await restored.WaitAsync(Often, stoppingToken);
                try
                {
                    keys.GetAllElements();
                }
                catch (RedisException)
                {
                    // Gone again; the next time it comes back.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The service stops.
        }
        finally
        {
            redis.ConnectionRestored -= Restored;
        }
    }
}
