using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>What was saved of a post, newest first.</summary>
public static class ListVersions
{
    public static async Task<Results<Ok<Page<VersionSummary>>, ProblemHttpResult>> Handle(
        Guid id, int? after, int? limit, CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        if (await db.Posts.AsNoTracking().SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == user.Id && post.DeletedAt == null, cancel) is not { } post)
        {
            return Problems.NotFound("post");
        }

        var take = Paging.Limit(limit);
        var versions = await db.PostVersions.AsNoTracking()
            .Where(version => version.PostId == id && (after == null || version.Number < after))
            .OrderByDescending(version => version.Number)
            .Take(take + 1)
            .ToListAsync(cancel);
        return TypedResults.Ok(versions.ToPage(
            take,
            version => DescribePost.ToSummary(version, post.PublishedVersion),
            version => version.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
