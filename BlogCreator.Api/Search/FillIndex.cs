using System.Diagnostics;
using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>
/// Fills a new index with all that is published and all passages, page by page, while changes are kept for it and sent to it.
/// It writes under the lowest version, so that whatever a change has brought stays. One process at a time fills an index; when
/// it dies, another goes on from the last page. Readers are let in when all is there.
/// </summary>
internal sealed partial class FillIndex(BlogDb db, ElasticClient client, WriteBulk bulk, EmbedTexts embed, SendChanges changes, TimeProvider clock, ILogger<FillIndex> logger)
{
    private const long LowestVersion = 1;
    private const int MostTries = 5;
    private const int MostRounds = 500;
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AskForVectorsAgain = TimeSpan.FromMinutes(5);
    private readonly string _me = $"{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}:{Guid.NewGuid():n}";

    /// <param name="tell">How many documents have been sent in all.</param>
    /// <returns>Whether the index is full now; false when another process is filling it.</returns>
    public async Task<bool> Run(int id, IndexShape shape, Action<long>? tell, CancellationToken cancel)
    {
        if (await Take(id, cancel) is not { } index)
        {
            return false;
        }

        try
        {
            index = await Prepare(index, shape, cancel);
            tell?.Invoke(index.Filled);
            await AwaitOpenTransactions(index.OpenBefore ?? 0, cancel);
            var posts = index.PostsUpTo;
            while (await ReadForIndex.PostsAfter(db, posts, cancel) is { Count: > 0 } page)
            {
                await Write(id, shape, page, cancel);
                posts = page[^1].Id;
                if (await Save(id, set => set.SetProperty(row => row.PostsUpTo, posts), page.Count, cancel) is not { } filled)
                {
                    return false;
                }

                tell?.Invoke(filled);
            }

            var (passages, upTo) = await ReadForIndex.PassagesAfter(db, index.PassagesUpTo, cancel);
            while (passages.Count > 0)
            {
                await Write(id, shape, passages, cancel);
                if (await Save(id, set => set.SetProperty(row => row.PassagesUpTo, upTo), passages.Count, cancel) is not { } filled)
                {
                    return false;
                }

                tell?.Invoke(filled);
                (passages, upTo) = await ReadForIndex.PassagesAfter(db, upTo, cancel);
            }

            // What changed meanwhile, so that readers do not find an old state for a moment. What comes after is sent as ever.
            for (var round = 0; round < MostRounds && await changes.Run(id, shape, cancel) > 0; round++)
            {
                await Save(id, set => set.SetProperty(row => row.FilledBy, _me), 0, cancel);
            }

            foreach (var kind in IndexKinds.All)
            {
                await client.Refresh(shape.Index(kind, index.Version, id), cancel);
            }

            var now = clock.GetUtcNow();
            var live = await db.SearchIndexes.Where(row => row.Id == id && row.State == SearchIndexState.Filling && row.FilledBy == _me)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, SearchIndexState.Live).SetProperty(row => row.LiveSince, now).SetProperty(row => row.SeenAt, now), cancel) == 1;
            if (live)
            {
                LogFilled(logger, id);
            }

            return live;
        }
        finally
        {
            // Whoever goes on need not wait for the time to run out.
            await db.SearchIndexes.Where(row => row.Id == id && row.FilledBy == _me).ExecuteUpdateAsync(set => set.SetProperty(row => row.FilledUntil, DateTimeOffset.UnixEpoch), CancellationToken.None);
        }
    }

    private async Task<SearchIndex?> Take(int id, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var until = now + Hold;
        var taken = await db.SearchIndexes
            .Where(row => row.Id == id && row.State == SearchIndexState.Filling && (row.FilledUntil == null || row.FilledUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.FilledBy, _me).SetProperty(row => row.FilledUntil, until), cancel);
        return taken == 0 ? null : await Row(id, cancel);
    }

    private async Task<SearchIndex> Prepare(SearchIndex index, IndexShape shape, CancellationToken cancel)
    {
        var begun = index.Filled > 0;
        foreach (var kind in IndexKinds.All)
        {
            await client.PutTemplate(shape.TemplateName(kind), shape.Template(kind), cancel);
            begun &= (await client.Holders(shape.Writers(kind, index.Id), cancel)).Count > 0;
            if (index.OpenBefore is null)
            {
                // Under a number that was never used before: after a database was restored, an index of a later time may bear it.
                await client.DeleteIndex(shape.Index(kind, index.Version, index.Id), cancel);
            }

            await client.CreateIndex(shape.Index(kind, index.Version, index.Id), shape.Creation(kind, index.Id), cancel);
        }

        var id = index.Id;
        if (!begun && index.Filled > 0)
        {
            // What was filled before is gone.
            await db.SearchIndexes.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.PostsUpTo, Guid.Empty).SetProperty(row => row.PassagesUpTo, 0).SetProperty(row => row.Filled, 0), cancel);
        }

        if (index.OpenBefore is null)
        {
            // From now on changes can be sent to it.
            long open = db.Database.IsSqlite() ? 0 : await db.Database.SqlQuery<long>($"""SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text) AS bigint) AS "Value" """).SingleAsync(cancel);
            await db.SearchIndexes.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.OpenBefore, open), cancel);
        }

        return await Row(id, cancel);
    }

    /// <summary>
    /// A transaction that changed a post before the row of this index appeared kept nothing for it, and what it changed cannot be
    /// read before it ends. SQLite has one writer at a time, which was through before the row could be written.
    /// </summary>
    private async Task AwaitOpenTransactions(long before, CancellationToken cancel)
    {
        while (before > 0 && await db.Database.SqlQuery<long>($"""SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS "Value" """).SingleAsync(cancel) < before)
        {
            await Task.Delay(LookAgain, clock, cancel);
        }
    }

    private async Task Write(int index, IndexShape shape, IReadOnlyList<Indexable> page, CancellationToken cancel)
    {
        var vectors = await SendChanges.Vectors(embed, shape, page, cancel);
        var left = page.ToDictionary(subject => subject.Id);
        for (var attempt = 1; left.Count > 0; attempt++)
        {
            var results = await bulk.Send(
                [.. left.Values.Select(subject => new BulkItem(shape.Writers(subject.Kind, index), subject.Id, LowestVersion, ReadForIndex.Source(subject, shape.Vectors, vectors.GetValueOrDefault(subject.Id))))],
                cancel);
            var now = clock.GetUtcNow();
            foreach (var result in results)
            {
                var subject = left[result.Item.Id];
                switch (result.Outcome)
                {
                    case BulkOutcome.Gone:
                        throw new ElasticException(ElasticFailure.Missing, "The index that is being filled is not there.");
                    case BulkOutcome.Later when attempt < MostTries:
                        continue;
                    case BulkOutcome.Later:
                        await ChangeQueue.Add(db, index, subject.Kind, subject.Id, now, null, result.Reason, cancel);
                        break;
                    case BulkOutcome.Rejected:
                        LogRejected(logger, subject.Kind, subject.Id, result.Reason);
                        await ChangeQueue.Add(db, index, subject.Kind, subject.Id, now, now, result.Reason, cancel);
                        break;
                    case BulkOutcome.Stored when shape.Vectors is not null && !vectors.ContainsKey(subject.Id):
                        await ChangeQueue.Add(db, index, subject.Kind, subject.Id, now + AskForVectorsAgain, null, "The endpoint for vectors did not answer.", cancel);
                        break;
                    case BulkOutcome.Stored:
                        break;
                    default:
                        throw new UnreachableException();
                }

                left.Remove(subject.Id);
            }

            if (left.Count > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Pow(2, attempt - 1)), clock, cancel);
            }
        }
    }

    /// <returns>How much is filled; null when another process has taken over.</returns>
    private async Task<long?> Save(int id, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<SearchIndex>> how, int count, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + Hold;
        var mine = await db.SearchIndexes.Where(row => row.Id == id && row.FilledBy == _me && row.State == SearchIndexState.Filling).ExecuteUpdateAsync(
            set =>
            {
                how(set);
                set.SetProperty(row => row.FilledUntil, until).SetProperty(row => row.Filled, row => row.Filled + count);
            },
            cancel);
        return mine == 0 ? null : (await Row(id, cancel)).Filled;
    }

    private Task<SearchIndex> Row(int id, CancellationToken cancel) => db.SearchIndexes.AsNoTracking().SingleAsync(row => row.Id == id, cancel);

    [LoggerMessage(Level = LogLevel.Information, Message = "Filled search index {Index}")]
    private static partial void LogFilled(ILogger logger, int index);

    [LoggerMessage(Level = LogLevel.Error, Message = "The search engine will not take {Kind} {Subject}: {Reason}")]
    private static partial void LogRejected(ILogger logger, string kind, Guid subject, string? reason);
}
