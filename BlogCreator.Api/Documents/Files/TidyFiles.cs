using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// What nobody waits for: files that no document uses are given to a job that removes them, and what uploads have left that
/// never ended goes. Several processes may do it at once, and again after a crash.
/// </summary>
internal sealed partial class TidyFiles(BlogDb db, IFileStore files, IOptions<StorageOptions> options, TimeProvider clock, ILogger<TidyFiles> logger)
{
    private const int Batch = 200;

    // Longer than any upload takes.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    public async Task Run(CancellationToken cancel)
    {
        await Adopt(cancel);
        await RemoveUnused(cancel);
        var swept = await files.Sweep(clock.GetUtcNow() - Abandoned, cancel);
        if (swept > 0)
        {
            LogSwept(logger, swept);
        }
    }

    /// <summary>Gives a row to each file that has none: its document was stored by a version that knew of no rows.</summary>
    public async Task Adopt(CancellationToken cancel)
    {
        var stored = db.StoredFiles;
        while (true)
        {
            var found = await db.Documents.IgnoreQueryFilters()
                .Where(document => !stored.Any(file => file.Sha256 == document.Sha256))
                .Select(document => new { document.Sha256, document.Size })
                .Distinct()
                .OrderBy(file => file.Sha256)
                .Take(Batch)
                .ToListAsync(cancel);
            if (found.Count == 0)
            {
                return;
            }

            var now = clock.GetUtcNow();
            stored.AddRange(found.Select(file => StoredFile.Create(file.Sha256, file.Size, now)));
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException taken) when (!FullDatabase.Is(taken))
            {
                // Another process does the same; the next look finds what is left.
            }

            db.ChangeTracker.Clear();
        }
    }

    private async Task RemoveUnused(CancellationToken cancel)
    {
        var before = clock.GetUtcNow() - options.Value.KeepUnusedFor;
        var (documents, jobs) = (db.Documents.IgnoreQueryFilters(), db.Jobs);
        var unused = await db.StoredFiles.AsNoTracking()
            .Where(file => file.State == StoredFileState.Removing || (file.UsedAt < before && !documents.Any(document => document.Sha256 == file.Sha256)))
            .Where(file => !jobs.Any(job => job.Kind == RemoveFile.Kind && job.Subject == file.Id && (job.Status == JobStatus.Waiting || job.Status == JobStatus.Running)))
            .OrderBy(file => file.Id)
            .Select(file => file.Id)
            .Take(Batch)
            .ToListAsync(cancel);
        foreach (var id in unused)
        {
            db.Jobs.Add(Job.Create(RemoveFile.Kind, id, clock.GetUtcNow()));
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException taken) when (!FullDatabase.Is(taken))
            {
                // Somebody else asked for it.
            }

            db.ChangeTracker.Clear();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} files of uploads that never ended")]
    private static partial void LogSwept(ILogger logger, int count);
}
