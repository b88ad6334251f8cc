using BlogCreator.Api.Data;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Api.Documents.Readers;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>
/// Reads a document into passages. May be run again after a crash at any point: it starts over, and replaces what is stored
/// in one transaction.
/// </summary>
internal sealed class ReadDocument(BlogDb db, CheckFile files, WorkFolder work, ReadInChild reader, SecurityEvents security, IServiceScopeFactory scopes, TimeProvider clock) : IJobHandler
{
    private const int Batch = 500;
    private const int LongestTitle = 300;
    private static readonly TimeSpan SaveProgressEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LookForCancelEvery = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan StoreAway = TimeSpan.FromSeconds(10);

    private static readonly ReaderFailure FileGone = new("file-missing", "The uploaded file is no longer where files are kept. Upload it again.");
    private static readonly ReaderFailure FileAltered = new("file-altered", "The uploaded file is not the same any more as when it was uploaded, so it was not read. Upload it again.");

    public static string Kind => "documents.read";

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        var id = lease.Subject;
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == id, cancel) is not { IsOpen: true } document)
        {
            // Deleted or cancelled meanwhile, or read by a run that ended before it could say so.
            return;
        }

        // Only while it is still wanted: whoever cancels at this moment is not overwritten.
        var now = clock.GetUtcNow();
        var begun = await db.Documents
            .Where(open => open.Id == id && (open.Status == DocumentStatus.Queued || open.Status == DocumentStatus.Reading))
            .ExecuteUpdateAsync(set => set.SetProperty(open => open.Status, DocumentStatus.Reading).SetProperty(open => open.PagesRead, 0).SetProperty(open => open.UpdatedAt, now), cancel);
        if (begun == 0)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watch = StopWhenUnwanted(id, stop);
        try
        {
            var result = await Read(document, stop.Token);
            await Store(lease, id, result, cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Its owner cancelled or removed it; the process that read is gone, and what it stands for is stored already.
        }
        catch (FileStoreException)
        {
            // Neither the document's fault nor its end: it goes on when the store is back.
            var waits = clock.GetUtcNow();
            await db.Documents.Where(reading => reading.Id == id && reading.Status == DocumentStatus.Reading)
                .ExecuteUpdateAsync(set => set.SetProperty(reading => reading.Status, DocumentStatus.Queued).SetProperty(reading => reading.UpdatedAt, waits), cancel);
            throw new JobNotReadyException(StoreAway);
        }
        finally
        {
            await stop.CancelAsync();
            await watch;
        }
    }

    public async Task GiveUp(Guid subject, string error, CancellationToken cancel)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginAlone(subject, cancel);
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == subject, cancel) is { IsOpen: true } document)
        {
            document.Fail(ReadFailures.Crashed.Code, ReadFailures.Crashed.Reason, clock.GetUtcNow());
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
    }

    public async Task<bool> TakeUpAgain(Guid subject, CancellationToken cancel)
    {
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == subject && document.Status == DocumentStatus.Failed, cancel) is not { } document)
        {
            return false;
        }

        document.QueueAgain(document.FileName, document.FileType, clock.GetUtcNow());
        return true;
    }

    /// <summary>A scope of its own: the job's database session is in use while the file is read.</summary>
    private async Task StopWhenUnwanted(Guid id, CancellationTokenSource stop)
    {
        using var timer = new PeriodicTimer(LookForCancelEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                using var scope = scopes.CreateScope();
                if (!await scope.ServiceProvider.GetRequiredService<BlogDb>().Documents.AnyAsync(document => document.Id == id && document.Status == DocumentStatus.Reading, stop.Token))
                {
                    await stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Reading is over.
        }
    }

    private async Task<ReadResult> Read(Document document, CancellationToken cancel)
    {
        var (copy, condition) = await files.Borrow(document.Sha256, cancel);
        using var file = copy;
        var failure = condition switch
        {
            FileCondition.Missing => FileGone,
            FileCondition.Altered => FileAltered,
            _ => ContentCheck.Of(document.FileType, file!.Path),
        };
        if (failure is not null)
        {
            return new ReadResult([], null, failure);
        }

        var id = document.Id;
        var saved = clock.GetTimestamp();
        return await reader.Run(document.FileType, file!.Path, work.Path, SaveProgress, cancel);

        async ValueTask SaveProgress(ReaderProgress progress, CancellationToken stop)
        {
            if (clock.GetElapsedTime(saved) < SaveProgressEvery)
            {
                return;
            }

            saved = clock.GetTimestamp();
            await db.Documents
                .Where(reading => reading.Id == id && reading.Status == DocumentStatus.Reading)
                .ExecuteUpdateAsync(set => set
                    .SetProperty(reading => reading.PagesRead, progress.Page)
                    .SetProperty(reading => reading.Pages, progress.Pages), stop);
        }
    }

    private async Task Store(JobLease lease, Guid id, ReadResult result, CancellationToken cancel)
    {
        var passages = SplitPassages.Of(result.Blocks);
        var failure = result.Failure ?? (passages.Count == 0 ? ReadFailures.NothingWritten : null);
        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginAlone(id, cancel);
        await lease.Fence(db, cancel);
        if (await db.Documents.SingleOrDefaultAsync(document => document.Id == id, cancel) is not { Status: DocumentStatus.Reading } document)
        {
            // Cancelled or removed at the last moment.
            return;
        }

        await db.Passages.Where(passage => passage.DocumentId == id).ExecuteDeleteAsync(cancel);
        var now = clock.GetUtcNow();
        if (failure is not null)
        {
            document.Fail(failure.Code, Short(failure.Reason, 600)!, now);
            await db.SaveChangesAsync(cancel);
        }
        else
        {
            var summary = result.Summary!;
            document.FinishReading(summary.Pages, passages.Count, Short(summary.Title, LongestTitle), Short(summary.Language, 20), now);
            await db.SaveChangesAsync(cancel);
            foreach (var batch in passages.Chunk(Batch))
            {
                db.Passages.AddRange(batch.Select(passage => ToRow(passage, id, now)));
                await db.SaveChangesAsync(cancel);
                db.ChangeTracker.Clear();
            }
        }

        await transaction.CommitAsync(cancel);
        security.Note(
            failure is null ? SecurityEvent.UploadRead : failure.Code == ReadFailures.ContentMismatch(document.FileType).Code ? SecurityEvent.UploadDisguised : SecurityEvent.UploadRefused,
            failure?.Code,
            document.OwnerId,
            id.ToString());
    }

    private static Passage ToRow(PassageText passage, Guid documentId, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        DocumentId = documentId,
        Order = passage.Order,
        Page = passage.Page,
        Heading = passage.Heading,
        Kind = passage.Kind,
        Text = passage.Text,
        Start = passage.Start,
        End = passage.End,
    };

    private static string? Short(string? text, int longest) =>
        text is null || text.Length <= longest ? text : string.Concat(text.AsSpan(0, longest - 2), "…");
}
