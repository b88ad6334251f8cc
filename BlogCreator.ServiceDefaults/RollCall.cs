using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace BlogCreator.ServiceDefaults;

/// <summary>A process of the product.</summary>
/// <param name="Service"><c>api</c> or <c>web</c>.</param>
public sealed record RunningProcess(string Service, Guid Id, string Version, DateTimeOffset StartedAt);

/// <summary>
/// Which processes of the product run, as far as Redis knows: each says every few seconds that it is there. Without Redis a
/// process knows of itself. For people to look at; nothing depends on it.
/// </summary>
public sealed class RollCall(string service, IServiceProvider services, TimeProvider clock) : BackgroundService
{
    /// <summary>One that has not been heard of for so long is gone.</summary>
    private static readonly TimeSpan Absent = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan CallEvery = TimeSpan.FromSeconds(10);
    private static readonly RedisKey Roll = "blogcreator:roll";
    private readonly IConnectionMultiplexer? _redis = services.GetService<IConnectionMultiplexer>();

    /// <summary>Of this build, with the commit behind a plus where the build knew it.</summary>
    public static string Version { get; } = typeof(RollCall).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public RunningProcess Self { get; } = new(service, Guid.NewGuid(), Version, new DateTimeOffset(Process.GetCurrentProcess().StartTime).ToUniversalTime());

    /// <summary>Those that were heard of lately, and this one in any case.</summary>
    public async Task<IReadOnlyList<(RunningProcess Process, DateTimeOffset SeenAt)>> Present(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var present = new List<(RunningProcess Process, DateTimeOffset SeenAt)> { (Self, now) };
        if (_redis is { IsConnected: true } redis)
        {
            try
            {
                foreach (var entry in await redis.GetDatabase().SortedSetRangeByScoreWithScoresAsync(Roll, (now - Absent).ToUnixTimeSeconds()).WaitAsync(Absent, clock, cancel))
                {
                    if (Read(entry.Element) is { } other && other.Id != Self.Id)
                    {
                        present.Add((other, DateTimeOffset.FromUnixTimeSeconds((long)entry.Score)));
                    }
                }
            }
            catch (Exception away) when (away is RedisException or TimeoutException or ObjectDisposedException)
            {
                // Known is who asks.
            }
        }

        return [.. present.OrderBy(row => row.Process.Service, StringComparer.Ordinal).ThenBy(row => row.Process.StartedAt)];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_redis is null)
        {
            return;
        }

        RedisValue member = JsonSerializer.SerializeToUtf8Bytes(Self, JsonSerializerOptions.Web);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Quietly(async roll =>
            {
                var now = clock.GetUtcNow();
                await roll.SortedSetAddAsync(Roll, member, now.ToUnixTimeSeconds());
                await roll.SortedSetRemoveRangeByScoreAsync(Roll, double.NegativeInfinity, (now - Absent).ToUnixTimeSeconds());
            });
            await Task.Delay(CallEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Quietly(roll => roll.SortedSetRemoveAsync(Roll, member));
    }

    private async Task Quietly(Func<IDatabase, Task> tell)
    {
        try
        {
            if (_redis is { IsConnected: true })
            {
                await tell(_redis.GetDatabase());
            }
        }
        catch (Exception away) when (away is RedisException or TimeoutException or ObjectDisposedException)
        {
            // Said again in a moment.
        }
    }

    private static RunningProcess? Read(RedisValue told)
    {
        try
        {
            return JsonSerializer.Deserialize<RunningProcess>((byte[])told!, JsonSerializerOptions.Web) is { Service: not null, Version: not null } process ? process : null;
        }
        catch (JsonException)
        {
            // Of another version.
            return null;
        }
    }
}

public static class RollCallExtensions
{
    public static void AddRollCall(this IHostApplicationBuilder builder, string service)
    {
        builder.Services.AddSingleton(services => new RollCall(service, services, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<RollCall>());
    }
}
