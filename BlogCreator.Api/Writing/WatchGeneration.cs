using System.Globalization;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>
/// The events of a generation as they happen, from any number on, over server-sent events or a WebSocket. Both end with
/// the generation's last event; what was missed is replayed.
/// </summary>
public static class WatchGeneration
{
    /// <summary>A section as it grows: the one event that is not stored.</summary>
    private const string GrowingText = "text";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Server-sent events; <c>Last-Event-ID</c> or <c>?after=</c> resumes.</summary>
    public static async Task<Results<ServerSentEventsResult<GenerationEventDetails?>, ProblemHttpResult>> Sse(
        Guid id,
        int? after,
        HttpContext context,
        CurrentUser user,
        BlogDb db,
        IServiceScopeFactory scopes,
        GenerationSignal signal,
        LiveText live,
        CancellationToken cancel)
    {
        if (!await IsOwn(db, id, user, cancel))
        {
            return Problems.NotFound("generation");
        }

        if (int.TryParse(context.Request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            after = last;
        }

        // nginx must pass each event on as it comes.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(Items(id, after ?? 0, scopes, signal, live, cancel));
    }

    /// <summary>One JSON object a message.</summary>
    public static async Task<Results<EmptyHttpResult, ProblemHttpResult>> WebSocket(
        Guid id,
        int? after,
        HttpContext context,
        CurrentUser user,
        BlogDb db,
        IServiceScopeFactory scopes,
        GenerationSignal signal,
        LiveText live,
        IHostApplicationLifetime lifetime)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        if (!await IsOwn(db, id, user, ended.Token))
        {
            return Problems.NotFound("generation");
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            return Problems.Invalid("no-websocket", "This address speaks WebSocket. The same events are at /api/v1/generations/{id}/events.");
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        // Nothing is expected from the other side but its goodbye.
        var goodbye = ReadUntilClosed(socket, ended);
        try
        {
            await foreach (var happened in Events(id, after ?? 0, scopes, signal, live, ended.Token))
            {
                if (happened is not null)
                {
                    await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(happened, BlogApi.Json), WebSocketMessageType.Text, true, ended.Token);
                }
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            await goodbye.WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException)
        {
            // The watcher left, or the service stops; the events stay where they are.
        }

        return TypedResults.Empty;
    }

    private static async Task ReadUntilClosed(System.Net.WebSockets.WebSocket socket, CancellationTokenSource ended)
    {
        var buffer = new byte[256];
        try
        {
            while ((await socket.ReceiveAsync(buffer, ended.Token)).MessageType != WebSocketMessageType.Close)
            {
                // Ignored.
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            return;
        }

        await ended.CancelAsync();
    }

    private static async IAsyncEnumerable<SseItem<GenerationEventDetails?>> Items(
        Guid id, int after, IServiceScopeFactory scopes, GenerationSignal signal, LiveText live, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var happened in Events(id, after, scopes, signal, live, cancel))
        {
            yield return happened is null
                ? new SseItem<GenerationEventDetails?>(null, "keep-alive")
                : happened.Type is GrowingText
                    // Without an id: who comes back is told what is stored, and the text as it is then.
                    ? new SseItem<GenerationEventDetails?>(happened, happened.Type)
                    : new SseItem<GenerationEventDetails?>(happened, happened.Type) { EventId = happened.Number.ToString(CultureInfo.InvariantCulture) };
        }
    }

    /// <summary>Null now and then while nothing happens, so that a dead connection is noticed.</summary>
    private static async IAsyncEnumerable<GenerationEventDetails?> Events(
        Guid id, int after, IServiceScopeFactory scopes, GenerationSignal signal, LiveText live, [EnumeratorCancellation] CancellationToken cancel)
    {
        var quiet = TimeSpan.Zero;
        var shown = 0L;
        while (true)
        {
            var next = signal.Next(id);
            List<GenerationEvent> found;
            bool over;
            using (var scope = scopes.CreateScope())
            {
                var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
                var seen = after;
                // Asked first: what is stored by then is all there will be.
                over = await db.Generations.AnyAsync(generation => generation.Id == id && generation.FinishedAt != null, cancel);
                found = await db.GenerationEvents.AsNoTracking()
                    .Where(happened => happened.GenerationId == id && happened.Number > seen)
                    .OrderBy(happened => happened.Number)
                    .ToListAsync(cancel);
            }

            foreach (var happened in found)
            {
                after = happened.Number;
                yield return GenerationLog.ToDetails(happened);
            }

            if (!over && live.After(id, shown) is var (section, revision, at))
            {
                shown = revision;
                quiet = TimeSpan.Zero;
                yield return new GenerationEventDetails(after, GrowingText, at, JsonSerializer.SerializeToElement(section, BlogApi.Json));
            }

            if (over)
            {
                // Nothing more is told: without this, everybody who looks at a finished generation leaves something to wait for.
                signal.NotifyHere(id);
                yield break;
            }

            quiet = found.Count > 0 ? TimeSpan.Zero : quiet + LookAgain;
            if (quiet >= KeepAlive)
            {
                quiet = TimeSpan.Zero;
                yield return null;
            }

            await next.WaitAsync(LookAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private static Task<bool> IsOwn(BlogDb db, Guid id, CurrentUser user, CancellationToken cancel) =>
        db.Generations.AnyAsync(generation => generation.Id == id && generation.OwnerId == user.Id, cancel);
}
