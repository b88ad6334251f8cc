using System.Collections.Concurrent;
using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.Logs;

/// <summary>
/// Takes whatever is sent to it, as a collector of OpenTelemetry and as Sentry, and keeps the bytes: texts lie in them as
/// they are, in protobuf too.
/// </summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();
    private readonly WebApplication _app;

    private Sink(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Such as <c>http://key@127.0.0.1:4711/42</c>.</summary>
    public string SentryDsn => $"http://0123456789abcdef0123456789abcdef@{Address.Authority}/42";

    public IReadOnlyCollection<(string Path, byte[] Body)> Received => _received;

    public static async Task<Sink> Start()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var sink = new Sink(app);
        app.Run(sink.Take);
        await app.StartAsync();
        return sink;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await using (Stream sent = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body)
        {
            await sent.CopyToAsync(body);
        }

        _received.Enqueue((context.Request.Path, body.ToArray()));
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            await context.Response.WriteAsJsonAsync(new { id = Guid.NewGuid().ToString("n") });
        }
    }
}
