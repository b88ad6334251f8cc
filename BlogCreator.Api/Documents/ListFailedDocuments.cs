using BlogCreator.Api.Data;
using BlogCreator.Api.Documents.Readers;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Documents that could not be read. Whoever stopped the reading knows why.</summary>
internal sealed class ListFailedDocuments(BlogDb db) : IListFailures
{
    public async Task<IReadOnlyList<FailureDetails>> Latest(Guid caller, int most, CancellationToken cancel) => await db.Documents.AsNoTracking()
        .Where(document => document.Status == DocumentStatus.Failed && document.ReasonCode != ReadFailures.Cancelled.Code)
        .OrderByDescending(document => document.UpdatedAt)
        .Take(most)
        .Select(document => new FailureDetails(
            ReadDocument.Kind,
            document.Id,
            null,
            document.OwnerId == caller ? document.FileName : null,
            document.ReasonCode,
            // Every reason is a sentence of ours.
            document.Reason ?? "It could not be read.",
            document.UpdatedAt,
            document.OwnerId == caller))
        .ToListAsync(cancel);
}
