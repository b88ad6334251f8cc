using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// Keeps a received file so that no other process removes it before its document is stored: see <see cref="StoredFile"/>.
/// </summary>
internal sealed class KeepFile(BlogDb db, IFileStore files, TimeProvider clock)
{
    private const int MostLooks = 50;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Keeps the file and marks its row as used. The row is tracked: the caller's next save carries the mark, and fails with
    /// <see cref="DbUpdateConcurrencyException"/> when the file was removed meanwhile and has to be kept again.
    /// </summary>
    public async Task Keep(StagedFile staged, CancellationToken cancel)
    {
        // Before the file is there: whatever happens next, somebody knows that it may have to be removed.
        await Announce(staged, cancel);
        await files.Keep(staged, cancel);
        var sha256 = staged.Sha256;
        if (await db.StoredFiles.SingleOrDefaultAsync(file => file.Sha256 == sha256, cancel) is { State: StoredFileState.Kept } row)
        {
            row.Use(clock.GetUtcNow());
            return;
        }

        throw new DbUpdateConcurrencyException("The file was removed while it was kept.");
    }

    private async Task Announce(StagedFile staged, CancellationToken cancel)
    {
        var sha256 = staged.Sha256;
        for (var look = 1; ; look++)
        {
            var (now, mark) = (clock.GetUtcNow(), Guid.NewGuid());
            var marked = await db.StoredFiles
                .Where(file => file.Sha256 == sha256 && file.State == StoredFileState.Kept)
                .ExecuteUpdateAsync(set => set.SetProperty(file => file.UseMark, mark).SetProperty(file => file.UsedAt, now), cancel);
            if (marked > 0)
            {
                return;
            }

            if (!await db.StoredFiles.AnyAsync(file => file.Sha256 == sha256, cancel))
            {
                var row = StoredFile.Create(sha256, staged.Size, now);
                db.StoredFiles.Add(row);
                try
                {
                    await db.SaveChangesAsync(cancel);
                    db.Entry(row).State = EntityState.Detached;
                    return;
                }
                catch (DbUpdateException taken) when (!FullDatabase.Is(taken))
                {
                    // Somebody else brought the same bytes at this moment.
                    db.Entry(row).State = EntityState.Detached;
                }
            }
            else if (look == MostLooks)
            {
                // Its removal hangs, with a store that does not answer.
                throw new FileStoreException(FileStoreTrouble.Away);
            }
            else
            {
                await Task.Delay(LookAgain, clock, cancel);
            }
        }
    }
}
