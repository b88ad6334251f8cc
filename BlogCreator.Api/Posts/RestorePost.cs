using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Brings a deleted post back as it was, for readers too.</summary>
public static class RestorePost
{
    public static async Task<Results<Ok<PostDetails>, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == user.Id, cancel) is not { } post)
        {
            return Problems.NotFound("post");
        }

        if (post.DeletedAt is not null)
        {
            var now = clock.GetUtcNow();
            post.Restore(now);
            await db.Jobs.Where(job => job.Kind == RemoveDeletedPost.Kind && job.Subject == id && job.Status == JobStatus.Waiting).ExecuteDeleteAsync(cancel);
            if (post is { Status: PostStatus.Scheduled, ScheduledAt: { } at })
            {
                db.Jobs.Add(Job.Create(PublishScheduledPost.Kind, id, now, at));
            }

            if (post.PublishedVersion is not null)
            {
                db.NoteChange("posts.restored", id, now);
            }

            db.Audit.Add(AuditEntry.Create("posts.restored", user.Id, id, post.Slug, now));
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }

        return await DescribePost.Find(db, id, user.Id, cancel) is var (restored, version)
            ? TypedResults.Ok(DescribePost.ToDetails(restored, version))
            : Problems.NotFound("post");
    }
}
