using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Reads a failed document once more: after it was cancelled, or after a change on our side.</summary>
internal static class RetryReading
{
    public static async Task<Results<Accepted<DocumentDetails>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, QueueReading queue, CancellationToken cancel)
    {
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document)
        {
            return Problems.NotFound("document");
        }

        if (document.Status != DocumentStatus.Failed)
        {
            return Problems.Refuse(StatusCodes.Status409Conflict, "not-failed", "There is nothing to try again", "Only a document that could not be read is read again. This one is read, or is being read.");
        }

        return await queue.Add(document, document.FileName, document.FileType, cancel) is { } queued
            ? TypedResults.Accepted($"/api/v1/documents/{id}", DescribeDocument.ToDetails(queued))
            : Problems.Refuse(StatusCodes.Status409Conflict, "still-stopping", "The reading before is still ending", "Try again in a few seconds.");
    }
}
