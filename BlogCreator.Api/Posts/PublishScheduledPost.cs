using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The job that publishes a post when its time has come, or as soon as the service is back.</summary>
public sealed class PublishScheduledPost(BlogDb db, TimeProvider clock) : IJobHandler
{
    public static string Kind => "posts.publish";

    /// <summary>Takes back what is stored for later; with the caller's transaction.</summary>
    internal static Task CallOff(BlogDb db, Guid postId, CancellationToken cancel) =>
        db.Jobs.Where(job => job.Kind == Kind && job.Subject == postId && job.Status == JobStatus.Waiting).ExecuteDeleteAsync(cancel);

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(lease.Subject, cancel);
        await lease.Fence(db, cancel);
        var now = clock.GetUtcNow();
        var post = await db.Posts.SingleOrDefaultAsync(post => post.Id == lease.Subject, cancel);
        if (post is not { Status: PostStatus.Scheduled, DeletedAt: null } || post.ScheduledAt > now)
        {
            return;
        }

        var version = await db.PostVersions.SingleAsync(version => version.PostId == post.Id && version.Number == post.Version, cancel);
        if (WriteVersion.Failing(version.Claims).Count > 0 && post.OverrideReason is null)
        {
            // It was edited after it was scheduled and no longer passes the gate: for its author to see.
            post.LeaveSchedule(now);
            db.Audit.Add(AuditEntry.Create("posts.schedule-refused", null, post.Id, "Statements without evidence.", now));
        }
        else
        {
            post.Publish(version.Number, post.OverrideReason, now);
            version.BecomePublished(now);
            db.NoteChange("posts.published", post.Id, now);
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    public Task GiveUp(Guid subject, string error, CancellationToken cancel) => Task.CompletedTask;
}
