using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>What was written in the last week, and by which writer.</summary>
internal sealed class ReportOnWriting(BlogDb db, ChooseWriter writers, TimeProvider clock) : IReportOnItself
{
    private static readonly TimeSpan Lately = TimeSpan.FromDays(7);

    public static string Part => "generations";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - Lately;
        var states = await db.Generations
            .Where(generation => generation.CreatedAt > since)
            .GroupBy(generation => generation.Status)
            .Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(row => row.Key, row => row.Count, cancel);
        var failed = states.GetValueOrDefault(GenerationStatus.Failed);
        var open = states.GetValueOrDefault(GenerationStatus.Queued) + states.GetValueOrDefault(GenerationStatus.Running);
        IReadOnlyList<OperationsFact> facts =
        [
            new("writer", writers.Name),
            new("being written", Text(open)),
            new("finished this week", Text(states.GetValueOrDefault(GenerationStatus.Completed))),
            new("failed this week", Text(failed)),
        ];
        return failed == 0
            ? new("generations", PartState.Well, open == 0 ? "No post is being written." : "Posts are being written.", facts)
            : new("generations", PartState.Notice, $"{(failed == 1 ? "One post" : $"{Text(failed)} posts")} could not be written this week. The page of each says why.", facts);
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
