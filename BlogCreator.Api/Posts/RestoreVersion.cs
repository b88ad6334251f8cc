using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>Makes a new version with the text of an old one, so that restoring can itself be undone.</summary>
public static class RestoreVersion
{
    public static async Task<Results<Ok<PostDetails>, ProblemHttpResult>> Handle(
        Guid id, int number, RestoreVersionRequest request, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        if (await GetVersion.Find(db, id, number, user.Id, cancel) is not { } old)
        {
            return Problems.NotFound("version");
        }

        // Checked before the post is held: a long one takes a second, and nobody is to wait for that.
        var now = clock.GetUtcNow();
        var text = new VersionText(old.Title, old.Summary, old.Markdown, old.Tags);
        var version = WriteVersion.Run(id, request.Version + 1, text, await DescribePost.Citations(db, id, cancel), now);

        await using var transaction = await db.BeginAlone(id, cancel);
        if (await DescribePost.Find(db, id, user.Id, cancel) is not var (post, latest))
        {
            return Problems.NotFound("post");
        }

        if (request.Version != post.Version)
        {
            return EditPost.Conflict(latest);
        }

        post.AddVersion(now);
        db.PostVersions.Add(version);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.Ok(DescribePost.ToDetails(post, version));
    }
}
