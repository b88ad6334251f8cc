using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>What of the stored work waits, runs and is tried again, by kind.</summary>
internal static class CountQueue
{
    private const int MostShown = 50;
    private static readonly TimeSpan Lately = TimeSpan.FromDays(1);

    public static async Task<QueueDetails?> Run(BlogDb db, JobKinds known, TimeProvider clock, CancellationToken cancel)
    {
        var now = await JobQueue.Now(db, clock, cancel);
        var since = now - Lately;
        var rows = await db.Jobs
            .Where(job => job.Status != JobStatus.Done || job.RunAfter > since)
            .GroupBy(job => new { job.Kind, job.Status, Later = job.Status == JobStatus.Waiting && job.RunAfter > now })
            .Select(group => new { group.Key, Count = group.Count(), Attempts = group.Sum(job => job.Attempts), Oldest = group.Min(job => job.RunAfter) })
            .ToListAsync(cancel);
        var kinds = rows.Select(row => row.Key.Kind).Union(known.Names).Order(StringComparer.Ordinal).Select(kind =>
        {
            var own = rows.Where(row => row.Key.Kind == kind).ToList();
            int Count(JobStatus status, bool later = false) => own.Where(row => row.Key.Status == status && row.Key.Later == later).Sum(row => row.Count);
            var oldest = own.Where(row => row.Key is { Status: JobStatus.Waiting, Later: false }).Select(row => (DateTimeOffset?)row.Oldest).Min();
            return new QueueKind(
                kind,
                Count(JobStatus.Waiting),
                Count(JobStatus.Running),
                Count(JobStatus.Waiting, later: true),
                Count(JobStatus.Dead),
                oldest is { } due ? Math.Max(0, (now - due).TotalSeconds) : null,
                Count(JobStatus.Done),
                // The attempt that runs, and the one that succeeded, have not failed.
                own.Sum(row => row.Attempts - (row.Key.Status is JobStatus.Running or JobStatus.Done ? row.Count : 0)));
        });
        var running = await db.Jobs.AsNoTracking()
            .Where(job => job.Status == JobStatus.Running)
            .OrderBy(job => job.RunAfter)
            .Take(MostShown)
            .Select(job => new RunningJob(job.Id, job.Kind, job.Subject, job.RunAfter, job.Attempts))
            .ToListAsync(cancel);
        var retrying = await db.Jobs.AsNoTracking()
            .Where(job => job.Status == JobStatus.Waiting && job.LastError != null)
            .OrderBy(job => job.RunAfter)
            .Take(MostShown)
            .Select(job => new RetryingJob(job.Id, job.Kind, job.Subject, job.Attempts, job.LastError!, job.RunAfter))
            .ToListAsync(cancel);
        // Most of it is other people's work, and an error repeats what it was given.
        return new QueueDetails([.. kinds], running, [.. retrying.Select(job => job with { LastError = CleanText.Of(job.LastError) })]);
    }
}
