using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>
/// Takes envelopes and check-ins as Sentry documents them (develop.sentry.dev/sdk/data-model/envelopes), and keeps what it
/// was sent. It is not Sentry: what that makes of them is not seen here.
/// </summary>
internal sealed class SentrySink : IAsyncDisposable
{
    public const string Key = "0123456789abcdef0123456789abcdef";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<SentryItem> _items = new();
    private readonly ConcurrentQueue<string> _raw = new();
    private readonly ConcurrentQueue<(string Path, JsonElement Body)> _checkIns = new();
    private readonly CancellationTokenSource _end = new();
    private int _held;

    private SentrySink(WebApplication app) => _app = app;

    /// <summary>What it answers; 0 is nothing, ever.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    public string Dsn => string.Create(CultureInfo.InvariantCulture, $"http://{Key}@127.0.0.1:{new Uri(_app.Urls.First()).Port}/42");

    public IReadOnlyList<SentryItem> Items => [.. _items];

    public IReadOnlyList<(string Path, JsonElement Body)> CheckIns => [.. _checkIns];

    /// <summary>All bytes that came, as text and unpacked; what must not be sent is looked for here.</summary>
    public string Everything => string.Join('\n', _raw);

    /// <summary>How many requests wait for an answer that does not come.</summary>
    public int Held => _held;

    public static async Task<SentrySink> Start()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var sink = new SentrySink(app);
        app.MapPost("/api/42/envelope/", sink.Take);
        app.MapPost("/api/42/cron/{slug}/{key}/", sink.TakeCheckIn);
        await app.StartAsync();
        return sink;
    }

    public IReadOnlyList<SentryItem> Events(string trace) => [.. Items.Where(item => item.Type == "event" && item.Trace == trace)];

    /// <summary>The one event of a trace, once it is here and nothing more comes: a second one would have been sent before the next.</summary>
    public async Task<JsonElement> OneEvent(string trace, Func<string, Task> cause)
    {
        await Eventually.Gives(() => Task.FromResult(Events(trace).Count), count => count > 0);
        // The queue is first in, first out: when a later one has come, all of the first have.
        var later = Guid.NewGuid().ToString("n");
        await cause(later);
        await Eventually.Gives(() => Task.FromResult(Events(later).Count), count => count > 0);
        return Assert.Single(Events(trace)).Body;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _app.DisposeAsync();
        _end.Dispose();
    }

    private async Task Take(HttpContext context)
    {
        using var packed = new MemoryStream();
        await context.Request.Body.CopyToAsync(packed, _end.Token);
        packed.Position = 0;
        await using Stream body = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(packed, CompressionMode.Decompress) : packed;
        using var plain = new MemoryStream();
        await body.CopyToAsync(plain, _end.Token);
        var bytes = plain.ToArray();
        _raw.Enqueue(string.Join('\n', context.Request.Headers.Select(header => $"{header.Key}: {header.Value}")) + "\n" + Encoding.UTF8.GetString(bytes));
        foreach (var item in SentryItem.ReadAll(bytes))
        {
            _items.Enqueue(item);
        }

        await Answer(context);
    }

    private async Task TakeCheckIn(HttpContext context, string slug, string key)
    {
        Assert.Equal(Key, key);
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        _checkIns.Enqueue((slug, body.RootElement.Clone()));
        await Answer(context);
    }

    private async Task Answer(HttpContext context)
    {
        if (Status == 0)
        {
            Interlocked.Increment(ref _held);
            await Task.Delay(Timeout.Infinite, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        context.Response.StatusCode = Status;
    }
}

/// <param name="Type">Such as <c>event</c> or <c>transaction</c>.</param>
internal sealed record SentryItem(string Type, JsonElement Envelope, JsonElement Body)
{
    public string? Trace => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("contexts", out var contexts) && contexts.TryGetProperty("trace", out var trace)
        ? trace.GetProperty("trace_id").GetString()
        : null;

    /// <summary>A line of headers; then for each item a line of its headers and its bytes, as many as they say or to the end of the line.</summary>
    public static IReadOnlyList<SentryItem> ReadAll(byte[] bytes)
    {
        var at = 0;
        var envelope = Line();
        var items = new List<SentryItem>();
        while (at < bytes.Length)
        {
            var header = Line();
            if (header.ValueKind is not JsonValueKind.Object)
            {
                continue;
            }

            var length = header.TryGetProperty("length", out var said) ? said.GetInt32() : LineLength();
            items.Add(new(header.GetProperty("type").GetString()!, envelope, Parse(bytes.AsMemory(at, length))));
            at += length + 1;
        }

        return items;

        int LineLength() => bytes.AsSpan(at).IndexOf((byte)'\n') is >= 0 and var end ? end : bytes.Length - at;

        JsonElement Line()
        {
            var length = LineLength();
            var line = bytes.AsMemory(at, length);
            at += length + 1;
            return length == 0 ? default : Parse(line);
        }

        static JsonElement Parse(ReadOnlyMemory<byte> json)
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
    }
}
