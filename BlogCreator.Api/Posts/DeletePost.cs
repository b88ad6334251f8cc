using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Removes a post with all its versions.</summary>
public static class DeletePost
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        if (await db.Posts.SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == user.Id, cancel) is not { } post)
        {
            return Problems.NotFound("post");
        }

        var now = clock.GetUtcNow();
        if (post.PublishedVersion is not null)
        {
            db.NoteChange("posts.deleted", id, now);
        }

        db.Posts.Remove(post);
        db.Audit.Add(AuditEntry.Create("posts.deleted", user.Id, id, post.Slug, now));
        await db.SaveChangesAsync(cancel);
        return TypedResults.NoContent();
    }
}
