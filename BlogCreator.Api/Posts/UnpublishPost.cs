using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Takes a post off the blog, or off the schedule. Its text stays as a draft.</summary>
public static class UnpublishPost
{
    public static Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel) =>
        TakeDown(id, "posts.unpublished", static (post, now) => post.Unpublish(now), user, db, clock, cancel);

    /// <summary>Takes a post off the blog and off the schedule, and tells the caches when readers saw it.</summary>
    internal static async Task<Results<NoContent, ProblemHttpResult>> TakeDown(
        Guid id, string change, Action<Post, DateTimeOffset> apply, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == user.Id && post.DeletedAt == null, cancel) is not { } post)
        {
            return Problems.NotFound("post");
        }

        var now = clock.GetUtcNow();
        if (post.PublishedVersion is not null)
        {
            db.NoteChange(change, id, now);
        }

        apply(post, now);
        await PublishScheduledPost.CallOff(db, id, cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.NoContent();
    }
}
