using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Removes a document with its passages, and its file when no other document uses it.</summary>
public static class DeleteDocument
{
    internal static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, IFileStore files, FileGate gate, TimeProvider clock, CancellationToken cancel)
    {
        using var pass = await gate.Enter(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document)
        {
            return Problems.NotFound("document");
        }

        await db.Passages.Where(passage => passage.DocumentId == id).ExecuteDeleteAsync(cancel);
        db.Documents.Remove(document);
        db.Audit.Add(AuditEntry.Create("documents.deleted", user.Id, id, null, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        if (!await db.Documents.AnyAsync(other => other.Sha256 == document.Sha256, CancellationToken.None))
        {
            await files.Delete(document.Sha256, CancellationToken.None);
        }

        return TypedResults.NoContent();
    }
}
