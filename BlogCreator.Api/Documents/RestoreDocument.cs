using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Brings a removed document back as it was; one that was still to be read is read. One that is there stays.</summary>
internal static class RestoreDocument
{
    public static async Task<Results<Ok<DocumentDetails>, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, QueueReading queue, TimeProvider clock, CancellationToken cancel)
    {
        if (await db.Documents.IgnoreQueryFilters().SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document)
        {
            return Problems.NotFound("document");
        }

        try
        {
            if (document.DeletedAt is not null)
            {
                document = await BringBack(document, db, queue, clock.GetUtcNow(), cancel);
            }
        }
        catch (DbUpdateConcurrencyException)
        {
            // Purged at this moment.
            return Problems.NotFound("document");
        }

        return TypedResults.Ok(DescribeDocument.ToDetails(document));
    }

    /// <summary>Shared with the upload of bytes that were removed.</summary>
    public static async Task<Document> BringBack(Document document, BlogDb db, QueueReading queue, DateTimeOffset now, CancellationToken cancel)
    {
        var id = document.Id;
        db.ChangeTracker.Clear();
        await using (var transaction = await db.BeginAlone(id, cancel))
        {
            document = await db.Documents.IgnoreQueryFilters().SingleOrDefaultAsync(again => again.Id == id, cancel)
                ?? throw new DbUpdateConcurrencyException("The document was removed for good at this moment.");
            if (document.DeletedAt is null)
            {
                // Somebody else brought it back, and has it read.
                return document;
            }

            await db.Jobs.Where(job => job.Kind == PurgeDocument.Kind && job.Subject == id && job.Status == JobStatus.Waiting).ExecuteDeleteAsync(cancel);
            document.Restore(now);
            db.Audit.Add(AuditEntry.Create("documents.restored", document.OwnerId, id, null, now));
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        return document.IsOpen ? await queue.Add(document, document.FileName, document.FileType, cancel) ?? document : document;
    }
}
