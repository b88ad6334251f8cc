using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The caller's posts, newest first.</summary>
public static class ListPosts
{
    public static async Task<Ok<Page<PostSummary>>> Handle(Guid? after, int? limit, CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        var take = Paging.Limit(limit);
        var (posts, versions) = (db.Posts, db.PostVersions);
        var rows = await posts.AsNoTracking()
            .Where(post => post.OwnerId == user.Id && (after == null || post.Id < after))
            .OrderByDescending(post => post.Id)
            .Take(take + 1)
            .Join(versions, post => new { post.Id, Number = post.Version }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post, version })
            .OrderByDescending(row => row.post.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(rows.ToPage(take, row => DescribePost.ToSummary(row.post, row.version), row => row.post.Id.ToString()));
    }
}
