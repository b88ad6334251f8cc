using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using BlogCreator.Tests.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.Deployment;

/// <summary>
/// What stands behind nginx in these tests: a service made of our own defaults, as in production, that tells what reached it.
/// </summary>
internal sealed class EdgeApp : IAsyncDisposable
{
    private readonly RunningService _service;
    private readonly TaskCompletionSource _release;

    private EdgeApp(RunningService service, TaskCompletionSource release, ConcurrentQueue<EdgeRequest> requests)
    {
        (_service, _release, Requests) = (service, release, requests);
        Address = _service.Http.BaseAddress!.Authority;
    }

    /// <summary>HOST:PORT.</summary>
    public string Address { get; }

    public HttpClient Http => _service.Http;

    /// <summary>Everything that arrived, with the headers as nginx sent them.</summary>
    public ConcurrentQueue<EdgeRequest> Requests { get; }

    public static async Task<EdgeApp> Start(string name)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var requests = new ConcurrentQueue<EdgeRequest>();
        var service = await RunningService.Start(
            "Production",
            build: builder =>
            {
                builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
                builder.Logging.SetMinimumLevel(LogLevel.None);
            },
            before: app => app.Use((context, next) =>
            {
                requests.Enqueue(new EdgeRequest(
                    context.Request.Method,
                    context.Request.Path + context.Request.QueryString,
                    context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
                return next(context);
            }),
            map: app => Map(app, name, release));
        return new EdgeApp(service, release, requests);
    }

    /// <summary>Lets the event streams go on.</summary>
    public void Release() => _release.TrySetResult();

    public ValueTask DisposeAsync()
    {
        Release();
        return _service.DisposeAsync();
    }

    private static void Map(WebApplication app, string name, TaskCompletionSource release)
    {
        app.UseWebSockets();
        app.MapMethods("/{**path}", ["GET", "HEAD", "PUT", "DELETE", "POST"], async (HttpContext context, CancellationToken cancel) =>
        {
            var counted = 0L;
            var buffer = new byte[64 * 1024];
            while (await context.Request.Body.ReadAsync(buffer, cancel) is > 0 and var read)
            {
                counted += read;
            }

            return Results.Text($"{name} {context.Request.Scheme} {context.Connection.RemoteIpAddress} {counted}");
        });
        app.MapGet("/json", () => Results.Text("{\"text\":\"" + new string('a', 5000) + "\"}", "application/json"));
        app.MapGet("/api/v1/public/posts", () => Results.Text("{\"text\":\"" + new string('a', 5000) + "\"}", "application/json"));
        app.MapGet("/studio/long", () => Results.Text(new string('a', 5000), "text/html"));
        app.MapGet("/policy", (HttpResponse response) =>
        {
            response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            response.Headers.StrictTransportSecurity = "max-age=1";
            return Results.Text("own policy");
        });
        app.MapGet("/css/site.abc.css", (HttpResponse response) =>
        {
            response.Headers.CacheControl = "max-age=31536000, immutable";
            return Results.Text(name, "text/css");
        });
        app.MapGet("/missing", () => Results.NotFound());
        app.MapGet("/js/{file}", () => Results.NotFound());
        app.MapGet("/api/v1/full", () => Results.Problem(statusCode: 507));
        app.MapGet("/api/v1/away", () => Results.Problem(statusCode: 503, detail: name));
        app.MapPost("/api/v1/posts", () => name == "away" ? Results.StatusCode(503) : Results.Text(name));
        app.MapPost("/api/v1/plain", () => name == "away" ? Results.StatusCode(503) : Results.Text(name));
        app.MapGet("/api/v1/replica", () => name == "away" ? Results.StatusCode(503) : Results.Text(name));
        app.MapGet("/api/v1/generations/{id}/events", async (HttpResponse response, CancellationToken cancel) =>
        {
            response.ContentType = "text/event-stream";
            await response.WriteAsync("id: 1\n\n", cancel);
            await response.Body.FlushAsync(cancel);
            await release.Task.WaitAsync(cancel);
            await response.WriteAsync("id: 2\n\n", cancel);
        });
        foreach (var path in (string[])["/ws/generations/{id}", "/_blazor"])
        {
            app.MapGet(path, async (HttpContext context) =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                await socket.SendAsync(Encoding.UTF8.GetBytes($"{name} {context.Request.Headers.Host} {context.Request.Query["after"]}"), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
                var buffer = new byte[100];
                var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
                await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            });
        }
    }
}

internal sealed record EdgeRequest(string Method, string Address, IReadOnlyDictionary<string, string> Headers);
