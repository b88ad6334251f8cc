using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>How many documents there are, and whether some could not be read lately.</summary>
internal sealed class ReportOnDocuments(BlogDb db, TimeProvider clock) : IReportOnItself
{
    private static readonly TimeSpan Lately = TimeSpan.FromDays(1);

    public static string Part => "documents";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - Lately;
        var states = await db.Documents.GroupBy(document => document.Status).Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(row => row.Key, row => row.Count, cancel);
        var failed = await db.Documents.CountAsync(document => document.Status == DocumentStatus.Failed && document.UpdatedAt > since, cancel);
        IReadOnlyList<OperationsFact> facts =
        [
            new("ready", Text(states.GetValueOrDefault(DocumentStatus.Ready))),
            new("being read", Text(states.GetValueOrDefault(DocumentStatus.Queued) + states.GetValueOrDefault(DocumentStatus.Reading))),
            new("could not be read", Text(states.GetValueOrDefault(DocumentStatus.Failed))),
        ];
        return failed == 0
            ? new("documents", PartState.Well, "No document has failed in the last day.", facts)
            : new("documents", PartState.Notice, $"{(failed == 1 ? "One document" : $"{Text(failed)} documents")} could not be read in the last day. The library says why, document by document.", facts);
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
