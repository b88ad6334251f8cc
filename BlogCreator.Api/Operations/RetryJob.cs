using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Gives work that was given up all its attempts again, and makes what it was about open again. Work that failed and waits
/// for its next attempt is begun at once.
/// </summary>
internal sealed class RetryJob(BlogDb db, JobKinds kinds, IServiceProvider services, JobSignal signal, TimeProvider clock)
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(Guid id, CurrentUser user, RetryJob retry, CancellationToken cancel) =>
        await retry.Run(id, user, cancel) is { } refused ? refused : TypedResults.Accepted("/api/v1/operations");

    /// <returns>Why there is nothing to try again; null when it is tried again.</returns>
    public async Task<ProblemHttpResult?> Run(Guid id, CurrentUser user, CancellationToken cancel)
    {
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == id, cancel) is not { } job || !kinds.Names.Contains(job.Kind))
        {
            return Problems.NotFound("job");
        }

        await using var transaction = await db.BeginAlone(job.Subject, cancel);
        var now = await JobQueue.Now(db, clock, cancel);
        if (job.Status == JobStatus.Waiting)
        {
            // Only what failed: what was put off, such as a post that goes out tomorrow, waits for a reason.
            var hastened = await db.Jobs
                .Where(waiting => waiting.Id == id && waiting.Status == JobStatus.Waiting && waiting.LastError != null && waiting.RunAfter > now)
                .ExecuteUpdateAsync(set => set.SetProperty(waiting => waiting.RunAfter, now), cancel);
            return hastened == 0 ? Nothing("This work is waiting or running already.") : await Accept("operations.job-hastened", job, now);
        }

        if (await db.Jobs.AnyAsync(other => other.Kind == job.Kind && other.Subject == job.Subject && other.Status < JobStatus.Done, cancel))
        {
            return Nothing("This work is waiting or running already.");
        }

        var queued = await db.Jobs
            .Where(dead => dead.Id == id && dead.Status == JobStatus.Dead)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(dead => dead.Status, JobStatus.Waiting)
                    .SetProperty(dead => dead.Attempts, 0)
                    .SetProperty(dead => dead.RunAfter, now),
                cancel);
        if (queued == 0)
        {
            return Nothing("This work is waiting, running or done already.");
        }

        if (!await kinds.Handler(job.Kind, services).TakeUpAgain(job.Subject, cancel))
        {
            // Its person has seen to it, or has removed what it was about: it is no longer something to look at.
            await db.Jobs.Where(dead => dead.Id == id).ExecuteUpdateAsync(set => set.SetProperty(dead => dead.Status, JobStatus.Done).SetProperty(dead => dead.RunAfter, now), cancel);
            await transaction.CommitAsync(cancel);
            return Nothing("What this work was about is done, removed or changed by now. It is off the list.");
        }

        return await Accept("operations.job-retried", job, now);

        async Task<ProblemHttpResult?> Accept(string action, Job retried, DateTimeOffset at)
        {
            db.Audit.Add(AuditEntry.Create(action, user.Id, retried.Subject, retried.Kind, at));
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            signal.Wake();
            return null;
        }
    }

    private static ProblemHttpResult Nothing(string why) =>
        Problems.Refuse(StatusCodes.Status409Conflict, "not-given-up", "There is nothing to try again", why);
}
