using BlogCreator.Api.Data;
using BlogCreator.Api.Documents.Readers;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Stops the reading of a document, or takes it out of the queue. One that is read or failed stays as it is.</summary>
public static class CancelReading
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document)
        {
            return Problems.NotFound("document");
        }

        if (document.IsOpen)
        {
            document.Fail(ReadFailures.Cancelled.Code, ReadFailures.Cancelled.Reason, clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            // A job that runs looks at its document every moment, and ends itself.
            await db.Jobs.Where(job => job.Kind == ReadDocument.Kind && job.Subject == id && job.Status == JobStatus.Waiting).ExecuteDeleteAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        return TypedResults.Accepted($"/api/v1/documents/{id}");
    }
}
