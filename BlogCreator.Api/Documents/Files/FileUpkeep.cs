using System.Security.Cryptography;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// Looks after the store while nothing else is to do: compares one file after another with its hash, the one that waited
/// longest first, and tidies up every hour. Replicas share the work: each file is checked by the one that claims it.
/// </summary>
internal sealed partial class FileUpkeep(
    IServiceScopeFactory scopes, WorkFolder work, IOptions<StorageOptions> options, TimeProvider clock, ILogger<FileUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan TidyEvery = TimeSpan.FromHours(1);

    // Checking takes a quarter of one processor at most, and of the disk or the network as much.
    private const int RestPerWork = 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tidied = clock.GetTimestamp();
        var first = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            // Apart from the other replicas, and not while everything starts.
            await Task.Delay(TimeSpan.FromSeconds(RandomNumberGenerator.GetInt32(45, 75)), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (first || clock.GetElapsedTime(tidied) > TidyEvery)
                {
                    using var scope = scopes.CreateScope();
                    await scope.ServiceProvider.GetRequiredService<TidyFiles>().Run(stoppingToken);
                    work.Touch();
                    (tidied, first) = (clock.GetTimestamp(), false);
                }

                await CheckDue(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // The store or the database is away; it must outlive that.
                LogFailed(logger, failure);
            }
        }
    }

    /// <summary>Checks every file whose turn it is, with rests between them.</summary>
    internal async Task CheckDue(CancellationToken cancel)
    {
        if (options.Value.VerifyEvery > TimeSpan.Zero)
        {
            var before = clock.GetUtcNow() - options.Value.VerifyEvery;
            while (true)
            {
                var began = clock.GetTimestamp();
                using var scope = scopes.CreateScope();
                if (await Claim(scope.ServiceProvider.GetRequiredService<BlogDb>(), before, cancel) is not { } sha256)
                {
                    break;
                }

                await scope.ServiceProvider.GetRequiredService<CheckFile>().Check(sha256, cancel);
                await Task.Delay(clock.GetElapsedTime(began) * RestPerWork, clock, cancel);
            }
        }

        using var last = scopes.CreateScope();
        await last.ServiceProvider.GetRequiredService<CheckFile>().CountDamaged(cancel);
    }

    /// <summary>A process that dies with the claim leaves the file to the next round.</summary>
    private async Task<string?> Claim(BlogDb db, DateTimeOffset before, CancellationToken cancel)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var next = await db.StoredFiles.AsNoTracking()
                .Where(file => file.CheckedAt < before && file.State == StoredFileState.Kept)
                .OrderBy(file => file.CheckedAt)
                .FirstOrDefaultAsync(cancel);
            if (next is null)
            {
                return null;
            }

            var won = await db.StoredFiles
                .Where(file => file.Id == next.Id && file.CheckedAt == next.CheckedAt)
                .ExecuteUpdateAsync(set => set.SetProperty(file => file.CheckedAt, now), cancel);
            if (won > 0)
            {
                return next.Sha256;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look after the uploaded files; it is tried again in a minute")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
