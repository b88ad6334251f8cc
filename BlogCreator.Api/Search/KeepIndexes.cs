using System.Text.Json.Nodes;
using BlogCreator.Api.Data;
using BlogCreator.Api.Search.Elastic;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>
/// The life of our indices: which there are, which one readers ask, which ones go. Every replica of every release does this
/// by the same rows, comes to the same end, and may be interrupted anywhere.
/// </summary>
internal sealed partial class KeepIndexes(BlogDb db, ElasticClient client, IOptions<SearchOptions> options, TimeProvider clock, ILogger<KeepIndexes> logger)
{
    private static readonly TimeSpan SaySeenEvery = TimeSpan.FromSeconds(30);

    /// <summary>The indices that this release fills and keeps up, the oldest first. There is always one: the first call makes it, to be filled.</summary>
    public async Task<List<SearchIndex>> Own(IndexShape shape, CancellationToken cancel)
    {
        var own = await Find(shape, cancel);
        if (own.Count == 0)
        {
            await Begin(shape, cancel);
            own = await Find(shape, cancel);
        }

        var now = clock.GetUtcNow();
        var old = now - SaySeenEvery;
        if (own.Exists(index => index.SeenAt < old))
        {
            var mapping = shape.Mapping;
            await db.SearchIndexes.Where(index => index.Mapping == mapping && index.State != SearchIndexState.Retired)
                .ExecuteUpdateAsync(set => set.SetProperty(index => index.SeenAt, now), cancel);
        }

        return own;
    }

    /// <summary>Begins a new index of this release, or finds the one that is being filled.</summary>
    public async Task<SearchIndex> Begin(IndexShape shape, CancellationToken cancel)
    {
        var mapping = shape.Mapping;
        while (true)
        {
            if (await db.SearchIndexes.AsNoTracking().FirstOrDefaultAsync(index => index.Mapping == mapping && index.State == SearchIndexState.Filling, cancel) is { } filling)
            {
                return filling;
            }

            var begun = SearchIndex.Create(mapping, IndexShape.Version, clock.GetUtcNow());
            db.SearchIndexes.Add(begun);
            try
            {
                await db.SaveChangesAsync(cancel);
                LogBegun(logger, begun.Id, mapping);
            }
            catch (DbUpdateException)
            {
                // Another replica was first.
            }
            finally
            {
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <summary>Lets readers ask the newest full index and removes what is no longer used.</summary>
    public async Task Settle(IndexShape shape, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var index in await db.SearchIndexes.AsNoTracking().Where(index => index.Mapping == shape.Mapping && index.State == SearchIndexState.Live).ToListAsync(cancel))
        {
            foreach (var kind in IndexKinds.All)
            {
                if ((await client.Holders(shape.Writers(kind, index.Id), cancel)).Count == 0)
                {
                    // Somebody deleted it, or this is another server: nothing can be kept up that is not there.
                    await Retire(index.Id, cancel);
                    LogLost(logger, index.Id);
                    break;
                }
            }
        }

        var inUse = await db.SearchIndexes.AsNoTracking().Where(index => index.State != SearchIndexState.Retired).ToListAsync(cancel);
        var seen = now - options.Value.RetireAfter;
        // An older release beside ours must not take readers away from the newer one, nor a rebuilt old index.
        var chosen = inUse.Where(index => index.State is SearchIndexState.Live && index.SeenAt >= seen).OrderByDescending(index => index.Version).ThenByDescending(index => index.Id).FirstOrDefault();
        if (chosen is not null)
        {
            foreach (var kind in IndexKinds.All)
            {
                await PointReaders(shape.Readers(kind), shape.Index(kind, chosen.Version, chosen.Id), cancel);
            }

            foreach (var index in inUse.Where(index => index.Id != chosen.Id && (index.SeenAt < seen || (index.State is SearchIndexState.Live && index.Mapping == chosen.Mapping))))
            {
                await Retire(index.Id, cancel);
            }
        }

        foreach (var index in await db.SearchIndexes.AsNoTracking().Where(index => index.State == SearchIndexState.Retired).ToListAsync(cancel))
        {
            foreach (var kind in IndexKinds.All)
            {
                await client.DeleteIndex(shape.Index(kind, index.Version, index.Id), cancel);
            }

            await DropChanges(index.Id, cancel);
            await db.SearchIndexes.Where(row => row.Id == index.Id).ExecuteDeleteAsync(cancel);
            LogRemoved(logger, index.Id);
        }
    }

    /// <summary>
    /// Keeps no changes any more for indices that nobody has written to for long: where Elasticsearch is configured nowhere, the
    /// table would grow and grow. Whoever configures it again begins a new index and fills it from the start.
    /// </summary>
    public async Task Forget(CancellationToken cancel)
    {
        var old = clock.GetUtcNow() - options.Value.ForgetAfter;
        await db.SearchIndexes.Where(index => index.SeenAt < old && index.State != SearchIndexState.Retired).ExecuteUpdateAsync(set => set.SetProperty(index => index.State, SearchIndexState.Retired), cancel);
        // Also those of transactions that were open while their index was retired.
        var kept = await db.SearchIndexes.Where(index => index.State != SearchIndexState.Retired).Select(index => index.Id).ToListAsync(cancel);
        foreach (var id in await db.SearchChanges.Where(change => !kept.Contains(change.IndexId)).Select(change => change.IndexId).Distinct().ToListAsync(cancel))
        {
            await DropChanges(id, cancel);
        }
    }

    private Task<List<SearchIndex>> Find(IndexShape shape, CancellationToken cancel)
    {
        var mapping = shape.Mapping;
        return db.SearchIndexes.AsNoTracking().Where(index => index.Mapping == mapping && index.State != SearchIndexState.Retired).OrderBy(index => index.Id).ToListAsync(cancel);
    }

    private async Task PointReaders(string alias, string wanted, CancellationToken cancel)
    {
        var holders = await client.Holders(alias, cancel);
        if (holders is [var only] && only == wanted)
        {
            return;
        }

        var actions = new JsonArray();
        foreach (var other in holders.Where(other => other != wanted))
        {
            actions.Add(new JsonObject { ["remove"] = new JsonObject { ["index"] = other, ["alias"] = alias } });
        }

        actions.Add(new JsonObject { ["add"] = new JsonObject { ["index"] = wanted, ["alias"] = alias } });
        await client.UpdateAliases(actions, cancel);
        LogPointed(logger, alias, wanted);
    }

    private Task<int> Retire(int id, CancellationToken cancel) =>
        db.SearchIndexes.Where(index => index.Id == id).ExecuteUpdateAsync(set => set.SetProperty(index => index.State, SearchIndexState.Retired), cancel);

    /// <summary>In pieces: many rows in one statement would hold SQLite's lock for long.</summary>
    private async Task DropChanges(int id, CancellationToken cancel)
    {
        while (await db.SearchChanges.Where(change => change.IndexId == id).OrderBy(change => change.Number).Take(5000).Select(change => change.Number).ToArrayAsync(cancel) is { Length: > 0 } numbers)
        {
            var (first, last) = (numbers[0], numbers[^1]);
            await db.SearchChanges.Where(change => change.IndexId == id && change.Number >= first && change.Number <= last).ExecuteDeleteAsync(cancel);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Began search index {Index} with fields {Mapping}")]
    private static partial void LogBegun(ILogger logger, int index, string mapping);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost search index {Index}; it is filled anew")]
    private static partial void LogLost(ILogger logger, int index);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pointed {Alias} to {Index}")]
    private static partial void LogPointed(ILogger logger, string alias, string index);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed search index {Index}")]
    private static partial void LogRemoved(ILogger logger, int index);
}
