using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// A service that has just started compiles what it runs and opens its connections while its first visitors wait: two
/// hundred of them a second are then more than it can take, and it does not catch up. So it visits itself first, and only
/// then says that it is ready. Setting <c>WarmUp__Seconds</c> (10; in development 0, which is not at all) is the longest that
/// may take; nothing that goes wrong meanwhile keeps a service from getting ready.
/// </summary>
internal sealed partial class WarmUp(
    IServer server, IOptions<WarmUpVisits> visits, IHostApplicationLifetime lifetime, IOptions<WarmUpOptions> options, TimeProvider clock, ILogger<WarmUp> logger)
    : BackgroundService
{
    // The runtime compiles anew, and better, what was called 30 times.
    private const int Rounds = 40;
    private const int AtOnce = 4;

    private int _answered;
    private volatile bool _isDone = options.Value.Seconds == 0;

    public bool IsDone => _isDone;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_isDone)
        {
            return;
        }

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var began = clock.GetTimestamp();
        try
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var told = lifetime.ApplicationStarted.Register(started.SetResult);
            await started.Task.WaitAsync(enough.Token);
            enough.CancelAfter(TimeSpan.FromSeconds(options.Value.Seconds!.Value));
            await Visit(enough.Token);
        }
        catch (Exception failure)
        {
            // Time is up, or what it depends on is away, of which the ready check says more.
            LogEnded(logger, failure);
        }
        finally
        {
            _isDone = true;
        }

        var seconds = clock.GetElapsedTime(began).TotalSeconds;
        LogWarm(logger, _answered, seconds);
    }

    private async Task Visit(CancellationToken enough)
    {
        var port = server.Features.Get<IServerAddressesFeature>()?.Addresses
            .Select(BindingAddress.Parse).FirstOrDefault(address => address.Scheme == Uri.UriSchemeHttp)?.Port;
        if (port is null)
        {
            return;
        }

        using var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        http.DefaultRequestHeaders.UserAgent.ParseAdd("blogcreator-warm-up");
        var list = await visits.Value.List(http, enough);
        for (var round = 0; round < Rounds; round++)
        {
            // Of the network for documentation (RFC 5737): a visitor of its own each time, so that it uses up nobody's share.
            var visitor = string.Create(CultureInfo.InvariantCulture, $"192.0.2.{(Environment.ProcessId + round) % 254 + 1}");
            await Parallel.ForEachAsync(list, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = enough }, async (visit, cancel) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, visit.Path);
                if (visit.Cookie is { } cookie)
                {
                    request.Headers.Add("Cookie", cookie);
                }

                request.Headers.Add("X-Forwarded-For", visitor);
                using var answer = await http.SendAsync(request, cancel);
                Interlocked.Add(ref _answered, answer.IsSuccessStatusCode ? 1 : 0);
            });
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "WarmUpEnded early")]
    private static partial void LogEnded(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "WarmedUp: {Answers} answers in {Seconds} seconds")]
    private static partial void LogWarm(ILogger logger, int answers, double seconds);
}

/// <summary>What a service is asked for while it warms up.</summary>
/// <param name="Path">From the root of the service, with its query.</param>
/// <param name="Cookie">As a browser would send it; null for none.</param>
public sealed record WarmUpVisit(string Path, string? Cookie = null);

internal sealed class WarmUpVisits
{
    public Func<HttpClient, CancellationToken, Task<IReadOnlyList<WarmUpVisit>>> List { get; set; } = (_, _) => Task.FromResult<IReadOnlyList<WarmUpVisit>>([]);
}

internal sealed class WarmUpOptions
{
    [Range(0, 120, ErrorMessage = "WarmUp__Seconds must be a number of seconds from 0 to 120.")]
    public double? Seconds { get; set; }
}

/// <summary>Readiness that waits until a service has answered what it is asked most.</summary>
public static class WarmUpSetup
{
    internal static void AddWarmUp(this IHostApplicationBuilder builder)
    {
        var development = builder.Environment.IsDevelopment();
        builder.Services.AddOptions<WarmUpOptions>()
            .BindConfiguration("WarmUp")
            .PostConfigure(options => options.Seconds ??= development ? 0 : 10)
            .ValidateDataAnnotations()
            .ValidateOnStart();
        builder.Services.AddSingleton<WarmUp>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WarmUp>());
    }

    /// <param name="builder">Of the service.</param>
    /// <param name="list">What to visit; it may ask the service itself, by the client. What it throws ends the warming up.</param>
    public static void WarmUpWith(this IHostApplicationBuilder builder, Func<HttpClient, CancellationToken, Task<IReadOnlyList<WarmUpVisit>>> list)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<WarmUpVisits>(visits => visits.List = list);
    }
}
