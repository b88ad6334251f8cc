using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Takes a post off the blog and puts it aside. <see cref="UnpublishPost"/> makes it a draft again.</summary>
public static class ArchivePost
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == user.Id && post.DeletedAt == null, cancel) is not { } post)
        {
            return Problems.NotFound("post");
        }

        var now = clock.GetUtcNow();
        if (post.PublishedVersion is not null)
        {
            db.NoteChange("posts.archived", id, now);
        }

        post.Archive(now);
        await db.Jobs.Where(job => job.Kind == PublishScheduledPost.Kind && job.Subject == id && job.Status == JobStatus.Waiting).ExecuteDeleteAsync(cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.NoContent();
    }
}
