using System.Diagnostics.Metrics;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The job that publishes a post when its time has come, or as soon as the service is back.</summary>
public sealed class PublishScheduledPost(BlogDb db, TimeProvider clock) : IJobHandler
{
    private const string GivenUp = "It could not be published at its time, though it was tried several times. Publish it now, or choose another time.";

    // Within this time a person may still look at a page that shows the post as scheduled.
    private static readonly TimeSpan AMoment = TimeSpan.FromMinutes(1);

    private static readonly Histogram<double> Late = Telemetry.Meter.CreateHistogram(
        "posts_schedule_late_seconds",
        description: "How long after their time scheduled posts were published.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600] });

    public static string Kind => "posts.publish";

    public static bool IsQuick => true;

    /// <summary>Takes back what is stored for later; with the caller's transaction.</summary>
    internal static Task CallOff(BlogDb db, Guid postId, CancellationToken cancel) =>
        db.Jobs.Where(job => job.Kind == Kind && job.Subject == postId && job.Status == JobStatus.Waiting).ExecuteDeleteAsync(cancel);

    /// <summary>The answer to whoever moves or takes back a schedule that was kept a moment ago; null when it was not.</summary>
    internal static async Task<ProblemHttpResult?> WentOut(BlogDb db, Post post, DateTimeOffset now, CancellationToken cancel)
    {
        var (id, since) = (post.Id, now - AMoment);
        return post.Status == PostStatus.Published
            // Running, it has published and not yet said that it is done.
            && await db.Jobs.AnyAsync(job => job.Kind == Kind && job.Subject == id && (job.Status == JobStatus.Done || job.Status == JobStatus.Running) && job.RunAfter > since, cancel)
            ? Problems.Refuse(
                StatusCodes.Status409Conflict,
                "published-meanwhile",
                "This post was published a moment ago",
                "Its scheduled time has just come, and readers see it now. Nothing else was changed. You can take it off the blog.")
            : null;
    }

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(lease.Subject, cancel);
        await lease.Fence(db, cancel);
        var now = lease.At;
        var post = await db.Posts.SingleOrDefaultAsync(post => post.Id == lease.Subject, cancel);
        if (post is not { Status: PostStatus.Scheduled, DeletedAt: null, ScheduledAt: { } at })
        {
            return;
        }

        if (at > now)
        {
            throw new JobNotReadyException(at - now);
        }

        var version = await db.PostVersions.SingleAsync(version => version.PostId == post.Id && version.Number == post.Version, cancel);
        var failing = WriteVersion.Failing(version.Claims).Count;
        var goesOut = failing == 0 || post.OverrideReason is not null;
        if (goesOut)
        {
            post.Publish(version.Number, post.OverrideReason, now);
            version.BecomePublished(now);
            db.NoteChange("posts.published", post.Id, now);
        }
        else
        {
            // It was edited after it was scheduled and no longer passes the gate: for its author to see.
            var which = failing == 1 ? "one statement was" : $"{failing} statements were";
            post.LeaveSchedule(now, $"It was not published at its time: {which} not supported by the passages cited. Mend or remove what is marked, then publish it or choose another time.");
            db.Audit.Add(AuditEntry.Create("posts.schedule-refused", null, post.Id, "Statements without evidence.", now));
        }

        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        if (goesOut)
        {
            Late.Record((now - at).TotalSeconds);
        }
    }

    public async Task GiveUp(Guid subject, string error, CancellationToken cancel)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.BeginAlone(subject, cancel);
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == subject && post.Status == PostStatus.Scheduled, cancel) is { } post)
        {
            post.LeaveSchedule(clock.GetUtcNow(), GivenUp);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
    }

    public async Task<bool> TakeUpAgain(Guid subject, CancellationToken cancel)
    {
        // Only what was given up here: what its author has published, moved or taken back since stays as it is.
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == subject && post.DeletedAt == null && post.ScheduledAt == null && post.ScheduleProblem == GivenUp, cancel) is not { } post)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        post.Schedule(now, post.OverrideReason, now);
        return true;
    }
}
