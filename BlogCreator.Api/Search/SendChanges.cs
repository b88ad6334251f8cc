using BlogCreator.Api.Data;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>
/// Sends the next changes to an index: each subject as it is now, under the number of its change. May run in several
/// replicas, be killed anywhere and be run again: an older state never replaces a newer one.
/// </summary>
internal sealed partial class SendChanges(BlogDb db, WriteBulk bulk, EmbedTexts embed, IOptions<SearchOptions> options, TimeProvider clock, ILogger<SendChanges> logger)
{
    private const int HighestPower = 8;
    private static readonly TimeSpan AskForVectorsAgain = TimeSpan.FromMinutes(5);

    /// <returns>How many changes it took; 0 when none waits.</returns>
    public async Task<int> Run(int index, IndexShape shape, CancellationToken cancel)
    {
        // As long as a message may take: what a replica has left behind when it died is sent by another after that.
        var now = clock.GetUtcNow();
        var claimed = await ChangeQueue.Claim(db, index, now, now + options.Value.BulkTimeout, cancel);
        if (claimed.Count == 0)
        {
            return 0;
        }

        var found = new Dictionary<Guid, Indexable>();
        IReadOnlyDictionary<Guid, float[]?> vectors;
        IReadOnlyList<BulkResult> results;
        try
        {
            foreach (var kind in IndexKinds.All)
            {
                foreach (var (id, subject) in await ReadForIndex.These(db, kind, [.. claimed.Where(change => change.Kind == kind).Select(change => change.Subject)], cancel))
                {
                    found.Add(id, subject);
                }
            }

            vectors = await Vectors(embed, shape, [.. found.Values], cancel);
            results = await bulk.Send(
                [.. claimed.Select(change => new BulkItem(
                    shape.Writers(change.Kind, index),
                    change.Subject,
                    change.Version,
                    found.TryGetValue(change.Subject, out var subject) ? ReadForIndex.Source(subject, shape.Vectors, vectors.GetValueOrDefault(subject.Id)) : ReadForIndex.Removed))],
                cancel);
        }
        catch (Exception)
        {
            // At once for whoever comes next: this was not about any of them.
            await ChangeQueue.Release(db, [.. claimed.Select(change => change.Number)], CancellationToken.None);
            throw;
        }

        await Store(claimed, results, change => shape.Vectors is not null && found.ContainsKey(change.Subject) && !vectors.ContainsKey(change.Subject), cancel);
        return claimed.Count;
    }

    /// <summary>The vectors of what is to be indexed, where this shape has any; what is missing could not be had now.</summary>
    public static async Task<IReadOnlyDictionary<Guid, float[]?>> Vectors(EmbedTexts embed, IndexShape shape, IReadOnlyList<Indexable> subjects, CancellationToken cancel) =>
        shape.Vectors is not null && subjects.Count > 0 && await embed.Documents([.. subjects.Select(subject => subject.Meaning)], cancel) is { } vectors
            ? subjects.Zip(vectors).ToDictionary(pair => pair.First.Id, pair => pair.Second)
            : new Dictionary<Guid, float[]?>();

    private async Task Store(List<ClaimedChange> claimed, IReadOnlyList<BulkResult> results, Func<ClaimedChange, bool> lacksVector, CancellationToken cancel)
    {
        var done = new List<long>();
        var gone = new List<long>();
        var now = clock.GetUtcNow();
        foreach (var (change, result) in claimed.Zip(results))
        {
            switch (result.Outcome)
            {
                case BulkOutcome.Stored when lacksVector(change):
                    // It can be found by its words already.
                    await ChangeQueue.Later(db, change, now + AskForVectorsAgain, "The endpoint for vectors did not answer.", cancel);
                    break;
                case BulkOutcome.Stored:
                    done.Add(change.Number);
                    break;
                case BulkOutcome.Later:
                    await ChangeQueue.Later(db, change, now + TimeSpan.FromSeconds(Math.Pow(2, Math.Min(change.Attempts, HighestPower))), result.Reason, cancel);
                    break;
                case BulkOutcome.Rejected:
                    LogRejected(logger, change.Kind, change.Subject, result.Reason);
                    await ChangeQueue.Reject(db, change, now, result.Reason, cancel);
                    break;
                case BulkOutcome.Gone:
                    gone.Add(change.Number);
                    break;
            }
        }

        await ChangeQueue.Done(db, [.. done], cancel);
        if (gone.Count > 0)
        {
            await ChangeQueue.Release(db, [.. gone], cancel);
            throw new ElasticException(ElasticFailure.Missing, "The index that changes are sent to is not there.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The search engine will not take {Kind} {Subject}: {Reason}")]
    private static partial void LogRejected(ILogger logger, string kind, Guid subject, string? reason);
}
