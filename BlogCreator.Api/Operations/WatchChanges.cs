using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>
/// What changes for readers, as server-sent events. The first event says which version there is now; <c>?after=</c> or
/// <c>Last-Event-ID</c> replays what was missed before it.
/// </summary>
public static class WatchChanges
{
    // Another process may have written it; a signal of our own comes at once.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(4);

    // Another build may render the same text differently.
    private static readonly string Build = typeof(WatchChanges).Assembly.ManifestModule.ModuleVersionId.ToString("n")[..8];

    // Who comes back after a long time needs to know that much has changed, not all that has.
    private const int MostReplayed = 500;

    public static async Task<Results<ServerSentEventsResult<ContentChangeDetails?>, ProblemHttpResult>> Handle(
        long? after,
        HttpContext context,
        BlogDb db,
        IServiceScopeFactory scopes,
        ContentSignal signal,
        ChangeWatchers watchers,
        CancellationToken cancel)
    {
        if (long.TryParse(context.Request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            after = last;
        }

        if (watchers.TryEnter(context) is not { } place)
        {
            return Problems.Refuse(StatusCodes.Status429TooManyRequests, "too-many-streams", "Too many open streams", "Close one of the streams that you have open here, then try again.");
        }

        context.Response.RegisterForDispose(place);
        var current = await db.ContentChanges.AsNoTracking().OrderByDescending(change => change.Number).FirstOrDefaultAsync(cancel);
        var begin = new ContentChangeDetails(current?.Number ?? 0, null, current?.At, Build);
        // nginx must pass each event on as it comes.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(Items(after is { } number && number <= begin.Number ? number : begin.Number, begin, scopes, signal, cancel));
    }

    public static async Task<long> Version(BlogDb db, CancellationToken cancel) =>
        await db.ContentChanges.MaxAsync(change => (long?)change.Number, cancel) ?? 0;

    private static async IAsyncEnumerable<SseItem<ContentChangeDetails?>> Items(
        long after, ContentChangeDetails begin, IServiceScopeFactory scopes, ContentSignal signal, [EnumeratorCancellation] CancellationToken cancel)
    {
        yield return Item("version", begin);
        var quiet = TimeSpan.Zero;
        while (true)
        {
            var next = signal.Next;
            List<ContentChange> found;
            using (var scope = scopes.CreateScope())
            {
                var changes = scope.ServiceProvider.GetRequiredService<BlogDb>().ContentChanges;
                var seen = after;
                found = await changes.AsNoTracking()
                    .Where(change => change.Number > seen)
                    .OrderByDescending(change => change.Number)
                    .Take(MostReplayed)
                    .OrderBy(change => change.Number)
                    .ToListAsync(cancel);
            }

            foreach (var change in found)
            {
                after = change.Number;
                yield return Item(change.Kind, new ContentChangeDetails(change.Number, change.Kind, change.At));
            }

            quiet = found.Count > 0 ? TimeSpan.Zero : quiet + LookAgain;
            if (quiet >= KeepAlive)
            {
                quiet = TimeSpan.Zero;
                yield return new SseItem<ContentChangeDetails?>(null, "keep-alive");
            }

            await next.WaitAsync(LookAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private static SseItem<ContentChangeDetails?> Item(string kind, ContentChangeDetails change) =>
        new(change, kind) { EventId = change.Number.ToString(CultureInfo.InvariantCulture) };
}

/// <summary>The stream is open to everybody, so the number of those who hold it is bounded, for each address and in all.</summary>
public sealed class ChangeWatchers
{
    private const int MostForOne = 16;
    private const int MostInAll = 1000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = [];

    /// <summary>Null when there is no place left.</summary>
    public IDisposable? TryEnter(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        lock (_lock)
        {
            var own = _open.GetValueOrDefault(address);
            if (own >= MostForOne || _open.Values.Sum() >= MostInAll)
            {
                return null;
            }

            _open[address] = own + 1;
        }

        return new Place(this, address);
    }

    private void Leave(string address)
    {
        lock (_lock)
        {
            if (--_open[address] == 0)
            {
                _open.Remove(address);
            }
        }
    }

    private sealed class Place(ChangeWatchers watchers, string address) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                watchers.Leave(address);
            }
        }
    }
}
