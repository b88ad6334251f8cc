using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting.Replicas;
using BlogCreator.LocalHosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>
/// Serves the dashboard on this machine only. Its port is taken at the start, which costs nothing, and answered once the
/// services are up, so that it does not take from their start.
/// </summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    public const int DefaultPort = 15888;
    private const int PortsTried = 30;
    private const int Backlog = 512;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<Socket> sockets;
    private readonly DashboardPages pages;
    private readonly ConsoleReport report;
    private readonly CancellationTokenSource ending = new();
    private Task<WebApplication?> serving = Task.FromResult<WebApplication?>(null);

    private DashboardServer(IReadOnlyList<Socket> sockets, OtlpReceiver? receiver, DashboardPages pages, ConsoleReport report)
    {
        this.sockets = receiver is null ? sockets : [.. sockets, receiver.Socket];
        Receiver = receiver;
        this.pages = pages;
        this.report = report;
    }

    public string LoginAddress => pages.Access.LoginAddress;

    /// <summary>What the pages show of traces, metrics and records came here; null where a collector was chosen.</summary>
    public OtlpReceiver? Receiver { get; }

    /// <summary>Null when nobody wants it, or no port is to be had: the app is worth running without it.</summary>
    public static DashboardServer? Reserve(EngineSettings settings, EngineContext engine, IReadOnlyList<ServiceRunner> runners, IReadOnlyList<ReplicaSet> sets)
    {
        var options = engine.Options;
        if (options.IsWithoutDashboard || (settings.IsTest && options.DashboardPort is null))
        {
            return null;
        }

        var wanted = options.DashboardPort ?? DefaultPort;
        var taken = engine.Model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>())
            .Select(endpoint => endpoint.AllocatedEndpoint?.Port).ToHashSet();
        for (var attempt = 0; attempt < PortsTried && wanted + attempt <= IPEndPoint.MaxPort; attempt++)
        {
            var candidate = wanted == 0 ? 0 : wanted + attempt;
            if (!taken.Contains(candidate) && Listen(candidate) is { } sockets)
            {
                var port = ((IPEndPoint)sockets[0].LocalEndPoint!).Port;
                if (wanted != 0 && port != wanted)
                {
                    engine.Report.State("dashboard", "moved", Tone.Notable, detail: string.Create(
                        CultureInfo.InvariantCulture, $"port {wanted} is in use by another program; it is at {port} instead"));
                }

                // A new one with each run: the numbers of the lines begin anew.
                var run = RandomNumberGenerator.GetHexString(8, lowercase: true);
                var receiver = settings.Collector is null ? OtlpReceiver.Reserve(engine.Secrets, engine.Clock) : null;
                return new DashboardServer(sockets, receiver, new DashboardPages(run, settings, engine, runners, sets, receiver?.Book, new DashboardAccess(settings, port)), engine.Report);
            }
        }

        engine.Report.State("dashboard", "left out", Tone.Notable, detail: string.Create(
            CultureInfo.InvariantCulture, $"port {wanted} and those after it are in use; --dashboard-port PORT names another"));
        return null;
    }

    /// <summary>A start that takes long is when the dashboard is wanted most, so it is not waited for without end.</summary>
    public void ServeWhen(Task ready) => serving = Task.Run(async () =>
    {
        await Task.WhenAny(ready, Task.Delay(LongestWait, ending.Token));
        if (ending.IsCancellationRequested)
        {
            return null;
        }

        try
        {
            return await Serve();
        }
        catch (Exception failure)
        {
            // The app is worth running without it.
            report.State("dashboard", "failed", Tone.Bad, detail: failure.Message);
            return null;
        }
    });

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        if (await serving is { } application)
        {
            using var patience = new CancellationTokenSource(Goodbye);
            await application.StopAsync(patience.Token);
            await application.DisposeAsync();
        }

        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        Receiver?.Dispose();

        ending.Dispose();
    }

    private async Task<WebApplication> Serve()
    {
        // Empty: neither the environment of the engine, which is meant for others, nor its signals have a say here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            foreach (var socket in sockets)
            {
                kestrel.Listen((IPEndPoint)socket.LocalEndPoint!);
            }
        });
        builder.Services.Configure<SocketTransportOptions>(transport =>
            transport.CreateBoundListenSocket = endpoint => sockets.First(socket => endpoint.Equals(socket.LocalEndPoint)));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, EngineLifetime>();
        var application = builder.Build();
        if (Receiver is not null)
        {
            application.Use((context, next) => context.Connection.LocalPort == Receiver.Endpoint.Port ? Receiver.Receive(context) : next(context));
        }

        pages.Map(application, ending.Token);
        await application.StartAsync(CancellationToken.None);
        return application;
    }

    private static List<Socket>? Listen(int port)
    {
        List<Socket> listening = [];
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
                socket.Listen(Backlog);
                listening.Add(socket);
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException missing) when (listening.Count > 0 && missing.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                // A machine without IPv6.
                socket.Dispose();
            }
            catch (SocketException)
            {
                socket.Dispose();
                listening.ForEach(taken => taken.Dispose());
                return null;
            }
        }

        return listening;
    }
}
