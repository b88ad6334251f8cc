using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// Removes a file that no document uses any more, some time after its last use. Run again after a crash it goes on where it
/// was; what makes it safe against uploads of the same bytes stands at <see cref="StoredFile"/>.
/// </summary>
internal sealed class RemoveFile(BlogDb db, IFileStore files, IOptions<StorageOptions> options, TimeProvider clock) : IJobHandler
{
    private static readonly TimeSpan StoreAway = TimeSpan.FromSeconds(30);

    public static string Kind => "documents.remove-file";

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        var id = lease.Subject;
        if (await db.StoredFiles.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancel) is not { } file
            || (file.State == StoredFileState.Kept && !await Claim(file, cancel)))
        {
            return;
        }

        try
        {
            await files.Delete(file.Sha256, cancel);
        }
        catch (FileStoreException)
        {
            throw new JobNotReadyException(StoreAway);
        }

        await db.StoredFiles.Where(row => row.Id == id && row.State == StoredFileState.Removing).ExecuteDeleteAsync(CancellationToken.None);
    }

    // The row stays as it is, and whoever looks for unused files finds it again.
    public Task GiveUp(Guid subject, string error, CancellationToken cancel) => Task.CompletedTask;

    /// <returns>False when the file is in use.</returns>
    private async Task<bool> Claim(StoredFile file, CancellationToken cancel)
    {
        // Asked after the mark was read: a document stored before that is seen here, one stored later has changed the mark.
        if (await db.Documents.IgnoreQueryFilters().AnyAsync(document => document.Sha256 == file.Sha256, cancel))
        {
            return false;
        }

        var early = file.UsedAt + options.Value.KeepUnusedFor - clock.GetUtcNow();
        if (early > TimeSpan.Zero)
        {
            throw new JobNotReadyException(early);
        }

        return await db.StoredFiles
            .Where(row => row.Id == file.Id && row.State == StoredFileState.Kept && row.UseMark == file.UseMark)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, StoredFileState.Removing), cancel) > 0;
    }
}
