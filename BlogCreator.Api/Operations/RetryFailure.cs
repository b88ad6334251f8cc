using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>Reads a document once more that could not be read, or goes on with a post that could not be written, whosever it is.</summary>
internal static class RetryFailure
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(
        string kind,
        Guid id,
        CurrentUser user,
        BlogDb db,
        JobKinds kinds,
        IEnumerable<FailureSource> sources,
        IServiceProvider services,
        JobSignal signal,
        TimeProvider clock,
        CancellationToken cancel)
    {
        if (!sources.Any(source => source.Kinds.Contains(kind)))
        {
            return Problems.NotFound("kind of failure");
        }

        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Jobs.AnyAsync(job => job.Kind == kind && job.Subject == id && job.Status < JobStatus.Done, cancel))
        {
            return Problems.Refuse(StatusCodes.Status409Conflict, "not-failed", "There is nothing to try again", "This is being tried again already, or has not quite ended. Look again in a few seconds.");
        }

        if (!await kinds.Handler(kind, services).TakeUpAgain(id, cancel))
        {
            return Problems.Refuse(StatusCodes.Status404NotFound, "not-found", "Not found", "There is no such failure any more: it was tried again, mended or removed meanwhile.");
        }

        var now = await JobQueue.Now(db, clock, cancel);
        // An earlier job for it that was given up is not to be tried again beside this one.
        await db.Jobs.Where(job => job.Kind == kind && job.Subject == id && job.Status == JobStatus.Dead)
            .ExecuteUpdateAsync(set => set.SetProperty(job => job.Status, JobStatus.Done).SetProperty(job => job.RunAfter, now), cancel);
        db.Jobs.Add(Job.Create(kind, id, now));
        db.Audit.Add(AuditEntry.Create("operations.failure-retried", user.Id, id, kind, now));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signal.Wake();
        return TypedResults.Accepted("/api/v1/operations");
    }
}
