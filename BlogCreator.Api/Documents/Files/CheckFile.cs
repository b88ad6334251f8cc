using System.Diagnostics.Metrics;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents.Files;

/// <summary>What a file is found to be when it is compared with its hash.</summary>
internal enum FileCondition
{
    Intact,
    Missing,
    Altered,
}

/// <summary>Hands out no file whose bytes are not the ones that were uploaded, and remembers which ones are not.</summary>
internal sealed partial class CheckFile(BlogDb db, IFileStore files, TimeProvider clock, ILogger<CheckFile> logger)
{
    private static readonly Gauge<long> Damaged = Telemetry.Meter.CreateGauge<long>("files_damaged", description: "Uploaded files that are missing or altered in the store");

    /// <returns>The file on this machine, once its bytes were compared with its hash; else what is wrong with it.</returns>
    public async Task<(LocalCopy? Copy, FileCondition Condition)> Borrow(string sha256, CancellationToken cancel)
    {
        var copy = await files.Borrow(sha256, cancel);
        var condition = ConditionOf(sha256, copy?.Sha256);
        if (condition != FileCondition.Intact)
        {
            copy?.Dispose();
            copy = null;
        }

        await Note(sha256, condition, cancel);
        return (copy, condition);
    }

    /// <summary>Reads the file through once, a buffer at a time.</summary>
    public async Task<FileCondition> Check(string sha256, CancellationToken cancel)
    {
        string? found = null;
        await using (var content = await files.OpenRead(sha256, cancel))
        {
            if (content is not null)
            {
                try
                {
                    (found, _) = await HashStream.Of(content, long.MaxValue, null, cancel);
                }
                catch (IOException unreadable)
                {
                    throw FileStoreException.From(unreadable);
                }
            }
        }

        var condition = ConditionOf(sha256, found);
        await Note(sha256, condition, cancel);
        return condition;
    }

    /// <summary>Counts what is known to be damaged, for whoever watches.</summary>
    public async Task<int> CountDamaged(CancellationToken cancel)
    {
        var count = await db.StoredFiles.CountAsync(file => file.DamagedAt != null, cancel);
        Damaged.Record(count);
        return count;
    }

    private static FileCondition ConditionOf(string expected, string? found) =>
        found is null ? FileCondition.Missing : found == expected ? FileCondition.Intact : FileCondition.Altered;

    private async Task Note(string sha256, FileCondition condition, CancellationToken cancel)
    {
        var rows = db.StoredFiles.Where(file => file.Sha256 == sha256);
        if (condition == FileCondition.Intact)
        {
            // Somebody brought it back.
            await rows.Where(file => file.DamagedAt != null).ExecuteUpdateAsync(set => set.SetProperty(file => file.DamagedAt, (DateTimeOffset?)null), cancel);
            return;
        }

        var now = clock.GetUtcNow();
        if (await rows.Where(file => file.DamagedAt == null && file.State == StoredFileState.Kept).ExecuteUpdateAsync(set => set.SetProperty(file => file.DamagedAt, now), cancel) > 0)
        {
            LogDamaged(logger, sha256, condition);
            await CountDamaged(cancel);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Found the stored file {Sha256} {Condition}; run the command verify-files to see which documents need it")]
    private static partial void LogDamaged(ILogger logger, string sha256, FileCondition condition);
}
