using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>A post as it was saved once.</summary>
public static class GetVersion
{
    public static async Task<Results<Ok<VersionDetails>, ProblemHttpResult>> Handle(Guid id, int number, CurrentUser user, BlogDb db, CancellationToken cancel) =>
        await Find(db, id, number, user.Id, cancel) is { } version
            ? TypedResults.Ok(new VersionDetails(version.Number, version.Title, version.Summary, version.Markdown, version.Tags, new CheckSummary(version.Supported, version.Checked), version.Claims, version.CreatedAt))
            : Problems.NotFound("version");

    internal static Task<PostVersion?> Find(BlogDb db, Guid id, int number, Guid ownerId, CancellationToken cancel)
    {
        var (posts, versions) = (db.Posts, db.PostVersions);
        return posts
            .Where(post => post.Id == id && post.OwnerId == ownerId && post.DeletedAt == null)
            .Join(versions.Where(version => version.Number == number), post => post.Id, version => version.PostId, (_, version) => version)
            .SingleOrDefaultAsync(cancel);
    }
}
