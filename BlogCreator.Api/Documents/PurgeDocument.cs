using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Removes a deleted document for good, with its passages, and its file when no other document uses it.</summary>
internal sealed class PurgeDocument(BlogDb db, IFileStore files, FileGate gate) : IJobHandler
{
    public static string Kind => "documents.purge";

    public static bool IsQuick => true;

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        var id = lease.Subject;
        using var pass = await gate.Enter(cancel);
        await using var transaction = await db.BeginAlone(id, cancel);
        await lease.Fence(db, cancel);
        if (await db.Documents.IgnoreQueryFilters().SingleOrDefaultAsync(document => document.Id == id && document.DeletedAt != null, cancel) is not { } document)
        {
            // Brought back, or purged by a run that ended before it could say so.
            return;
        }

        await db.Passages.Where(passage => passage.DocumentId == id).ExecuteDeleteAsync(cancel);
        db.Documents.Remove(document);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        if (!await db.Documents.IgnoreQueryFilters().AnyAsync(other => other.Sha256 == document.Sha256, CancellationToken.None))
        {
            await files.Delete(document.Sha256, CancellationToken.None);
        }
    }

    // It stays deleted for everybody; whoever runs the site sees the dead job.
    public Task GiveUp(Guid subject, string error, CancellationToken cancel) => Task.CompletedTask;
}
