using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Posts;

/// <summary>Takes a post off the blog and out of every list. It can be restored until its time in the bin is over.</summary>
public static class DeletePost
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, IOptions<PostsOptions> options, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == user.Id && post.DeletedAt == null, cancel) is not { } post)
        {
            return Problems.NotFound("post");
        }

        var now = clock.GetUtcNow();
        if (post.PublishedVersion is not null)
        {
            db.NoteChange("posts.deleted", id, now);
        }

        post.Delete(now);
        await PublishScheduledPost.CallOff(db, id, cancel);
        db.Jobs.Add(Job.Create(RemoveDeletedPost.Kind, id, now, now + options.Value.KeepDeletedFor));
        db.Audit.Add(AuditEntry.Create("posts.deleted", user.Id, id, post.Slug, now));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.NoContent();
    }
}
