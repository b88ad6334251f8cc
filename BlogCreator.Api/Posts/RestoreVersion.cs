using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Makes a new version with the text of an old one, so that restoring can itself be undone.</summary>
public static class RestoreVersion
{
    public static async Task<Results<Ok<PostDetails>, ProblemHttpResult>> Handle(
        Guid id, int number, RestoreVersionRequest request, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        if (await DescribePost.Find(db, id, user.Id, cancel) is not var (post, latest))
        {
            return Problems.NotFound("post");
        }

        if (await GetVersion.Find(db, id, number, user.Id, cancel) is not { } old)
        {
            return Problems.NotFound("version");
        }

        if (request.Version != post.Version)
        {
            return EditPost.Conflict(latest);
        }

        var now = clock.GetUtcNow();
        post.AddVersion(now);
        var text = new VersionText(old.Title, old.Summary, old.Markdown, old.Tags);
        var version = WriteVersion.Run(id, post.Version, text, await DescribePost.Citations(db, id, cancel), now);
        db.PostVersions.Add(version);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            db.ChangeTracker.Clear();
            return await DescribePost.Find(db, id, user.Id, cancel) is var (_, newer) ? EditPost.Conflict(newer) : Problems.NotFound("post");
        }

        return TypedResults.Ok(DescribePost.ToDetails(post, version));
    }
}
