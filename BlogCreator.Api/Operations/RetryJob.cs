using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>Gives work that was given up all its attempts again.</summary>
public static class RetryJob
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, JobSignal signal, TimeProvider clock, CancellationToken cancel)
    {
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.Id == id, cancel) is not { } job)
        {
            return Problems.NotFound("job");
        }

        var now = clock.GetUtcNow();
        var queued = 0;
        if (!await db.Jobs.AnyAsync(other => other.Kind == job.Kind && other.Subject == job.Subject && other.Status < JobStatus.Done, cancel))
        {
            queued = await db.Jobs
                .Where(dead => dead.Id == id && dead.Status == JobStatus.Dead)
                .ExecuteUpdateAsync(
                    set => set
                        .SetProperty(dead => dead.Status, JobStatus.Waiting)
                        .SetProperty(dead => dead.Attempts, 0)
                        .SetProperty(dead => dead.RunAfter, now),
                    cancel);
        }

        if (queued == 0)
        {
            return Problems.Refuse(
                StatusCodes.Status409Conflict,
                "not-given-up",
                "There is nothing to try again",
                "This work is waiting, running or done already.");
        }

        db.Audit.Add(AuditEntry.Create("operations.job-retried", user.Id, job.Subject, job.Kind, now));
        await db.SaveChangesAsync(cancel);
        signal.Wake();
        return TypedResults.Accepted("/api/v1/operations");
    }
}
