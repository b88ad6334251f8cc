using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents;

/// <summary>Removes a document from wherever it shows. It can be brought back until a stored job removes it for good.</summary>
public static class DeleteDocument
{
    private const int MostAttempts = 30;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, IOptions<DocumentOptions> options, TimeProvider clock, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await db.Documents.SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document)
            {
                return Problems.NotFound("document");
            }

            var now = clock.GetUtcNow();
            document.Delete(now);
            db.Audit.Add(AuditEntry.Create("documents.deleted", user.Id, id, null, now));
            db.Jobs.Add(Job.Create(PurgeDocument.Kind, id, now, now + options.Value.KeepDeletedFor));
            try
            {
                await db.SaveChangesAsync(cancel);
                return TypedResults.NoContent();
            }
            catch (DbUpdateException taken) when (attempt < MostAttempts && !FullDatabase.Is(taken))
            {
                // It was removed before and brought back at the last moment: the job that found nothing to purge is about to end.
                db.ChangeTracker.Clear();
                await Task.Delay(LookAgain, clock, cancel);
            }
        }
    }
}
