using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Takes a post off the schedule. What readers already see of it stays.</summary>
public static class CancelSchedule
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == user.Id && post.DeletedAt == null, cancel) is not { } post)
        {
            return Problems.NotFound("post");
        }

        var now = clock.GetUtcNow();
        if (await PublishScheduledPost.WentOut(db, post, now, cancel) is { } wentOut)
        {
            return wentOut;
        }

        if (post.Status == PostStatus.Scheduled)
        {
            post.LeaveSchedule(now);
        }

        await PublishScheduledPost.CallOff(db, id, cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.NoContent();
    }
}
