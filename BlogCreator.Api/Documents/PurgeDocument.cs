using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Api.Operations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents;

/// <summary>Removes a deleted document for good, with its passages, and has its file removed when no other document uses it.</summary>
internal sealed class PurgeDocument(BlogDb db, IOptions<StorageOptions> storage, TimeProvider clock) : IJobHandler
{
    /// <summary>What the audit trail says of it; its detail begins with the size, so that what was uploaded in a month stays known.</summary>
    public const string Purged = "documents.purged";

    public static string Kind => "documents.purge";

    public static bool IsQuick => true;

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        var id = lease.Subject;
        await using var transaction = await db.BeginAlone(id, cancel);
        await lease.Fence(db, cancel);
        // Holds the row: whoever brings the document back at this moment waits, and then finds it gone.
        if (await db.Documents.IgnoreQueryFilters().Where(row => row.Id == id && row.DeletedAt != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.DeletedAt, row => row.DeletedAt), cancel) == 0)
        {
            // Brought back, or purged by a run that ended before it could say so.
            return;
        }

        var document = await db.Documents.IgnoreQueryFilters().SingleAsync(row => row.Id == id, cancel);
        await db.Passages.Where(passage => passage.DocumentId == id).ExecuteDeleteAsync(cancel);
        db.Documents.Remove(document);
        db.Audit.Add(AuditEntry.Create(Purged, document.OwnerId, id, string.Create(CultureInfo.InvariantCulture, $"{document.Size} bytes"), clock.GetUtcNow()));
        await RemoveFileOf(document, cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    // It stays deleted for everybody; whoever runs the site sees the dead job.
    public Task GiveUp(Guid subject, string error, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Two that are purged at the same moment may each leave it to the other; whoever tidies up finds it then.</summary>
    private async Task RemoveFileOf(Document document, CancellationToken cancel)
    {
        var (id, sha256) = (document.Id, document.Sha256);
        if (await db.Documents.IgnoreQueryFilters().AnyAsync(other => other.Sha256 == sha256 && other.Id != id, cancel))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var file = await db.StoredFiles.AsNoTracking().SingleOrDefaultAsync(row => row.Sha256 == sha256, cancel);
        if (file is null)
        {
            // Stored by a version that knew of no rows.
            file = StoredFile.Create(sha256, document.Size, now);
            db.StoredFiles.Add(file);
        }

        if (!await db.Jobs.AnyAsync(job => job.Kind == RemoveFile.Kind && job.Subject == file.Id && (job.Status == JobStatus.Waiting || job.Status == JobStatus.Running), cancel))
        {
            db.Jobs.Add(Job.Create(RemoveFile.Kind, file.Id, now, now + storage.Value.KeepUnusedFor));
        }
    }
}
