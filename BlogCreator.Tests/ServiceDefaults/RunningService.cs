using System.Net;
using System.Net.Sockets;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>A small service made of the defaults alone, on a port of its own.</summary>
internal sealed class RunningService : IAsyncDisposable
{
    private readonly SocketsHttpHandler _handler = new() { UseCookies = false, AllowAutoRedirect = false };

    private RunningService(WebApplication app)
    {
        App = app;
        Http = new HttpClient(_handler) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public WebApplication App { get; }

    public HttpClient Http { get; }

    public static async Task<RunningService> Start(
        string environment = "Development",
        string[]? settings = null,
        Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? before = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            EnvironmentName = environment,
            Args = ["--urls=http://127.0.0.1:0", .. settings ?? []],
        });
        // Before the defaults, so that what they add for a collector stays; what they print does not concern a passing test.
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.Logging.AddFilter<ConsoleLoggerProvider>(null, LogLevel.None);
        builder.Logging.AddFilter<EcsLogs>(null, LogLevel.None);
        // A request has a trace id where somebody would log it, as in every service that runs.
        builder.Logging.AddFilter<ConsoleLoggerProvider>("Microsoft.AspNetCore.Hosting", LogLevel.Critical);
        builder.Logging.AddFilter<EcsLogs>("Microsoft.AspNetCore.Hosting", LogLevel.Critical);
        build?.Invoke(builder);
        var app = builder.Build();
        before?.Invoke(app);
        app.UseServiceDefaults();
        app.MapDefaultEndpoints();
        map?.Invoke(app);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return new RunningService(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Free when asked; the only way to name a port before the service has started.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _handler.Dispose();
        await App.DisposeAsync();
    }
}
