using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>Gives all work that was given up its attempts again, the latest first; at most 200 pieces at a time.</summary>
internal static class RetryDeadJobs
{
    private const int Most = 200;

    public static async Task<Ok<RetriedJobs>> Handle(CurrentUser user, BlogDb db, IServiceScopeFactory scopes, CancellationToken cancel)
    {
        var dead = await db.Jobs
            .Where(job => job.Status == JobStatus.Dead)
            .OrderByDescending(job => job.RunAfter)
            .Take(Most)
            .Select(job => job.Id)
            .ToListAsync(cancel);
        var retried = 0;
        foreach (var id in dead)
        {
            // Each in a transaction of its own: what was queued stays so when a later one fails.
            await using var scope = scopes.CreateAsyncScope();
            retried += await scope.ServiceProvider.GetRequiredService<RetryJob>().Run(id, user, cancel) is null ? 1 : 0;
        }

        return TypedResults.Ok(new RetriedJobs(retried, dead.Count - retried));
    }
}
