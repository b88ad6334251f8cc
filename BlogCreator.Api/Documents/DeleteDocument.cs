using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents;

/// <summary>Removes a document from wherever it shows. It can be brought back until a stored job removes it for good.</summary>
public static class DeleteDocument
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, IOptions<DocumentOptions> options, SecurityEvents security, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document)
        {
            return Problems.NotFound("document");
        }

        var now = clock.GetUtcNow();
        document.Delete(now);
        db.Audit.Add(AuditEntry.Create("documents.deleted", user.Id, id, null, now));
        db.Jobs.Add(Job.Create(PurgeDocument.Kind, id, now, now + options.Value.KeepDeletedFor));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        security.Note(SecurityEvent.UploadDeleted, subject: id.ToString());
        return TypedResults.NoContent();
    }
}
