using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>Gives work that was given up all its attempts again, and makes what it was about open again.</summary>
public static class RetryJob
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, JobKinds kinds, IServiceProvider services, JobSignal signal, TimeProvider clock, CancellationToken cancel)
    {
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == id, cancel) is not { } job || !kinds.Names.Contains(job.Kind))
        {
            return Problems.NotFound("job");
        }

        await using var transaction = await db.BeginAlone(job.Subject, cancel);
        if (await db.Jobs.AnyAsync(other => other.Kind == job.Kind && other.Subject == job.Subject && other.Status < JobStatus.Done, cancel))
        {
            return Nothing("This work is waiting or running already.");
        }

        var now = await JobQueue.Now(db, clock, cancel);
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

        db.Audit.Add(AuditEntry.Create("operations.job-retried", user.Id, job.Subject, job.Kind, now));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signal.Wake();
        return TypedResults.Accepted("/api/v1/operations");
    }

    private static ProblemHttpResult Nothing(string why) =>
        Problems.Refuse(StatusCodes.Status409Conflict, "not-given-up", "There is nothing to try again", why);
}
