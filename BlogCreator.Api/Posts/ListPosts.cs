using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The caller's posts, newest first; <c>status</c> and <c>q</c> (words of the title) narrow them down.</summary>
public static class ListPosts
{
    public static async Task<Results<Ok<Page<PostSummary>>, ProblemHttpResult>> Handle(
        Guid? after, int? limit, string? status, string? q, CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        PostStatus? wanted = null;
        if (!string.IsNullOrEmpty(status))
        {
            if (!Enum.TryParse<PostStatus>(status, ignoreCase: true, out var named) || !Enum.IsDefined(named) || char.IsAsciiDigit(status[0]))
            {
                return Problems.Invalid("bad-status", "'status' is 'draft', 'scheduled', 'published' or 'archived'.");
            }

            wanted = named;
        }

        var take = Paging.Limit(limit);
        var (posts, versions) = (db.Posts, db.PostVersions);
        var found = posts.AsNoTracking()
            .Where(post => post.OwnerId == user.Id && post.DeletedAt == null && (after == null || post.Id < after) && (wanted == null || post.Status == wanted))
            .Join(versions, post => new { post.Id, Number = post.Version }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post, version });
        foreach (var word in (q ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(8))
        {
            found = found.WhereContains(db, word, row => row.version.Title);
        }

        var rows = await found.OrderByDescending(row => row.post.Id).Take(take + 1).ToListAsync(cancel);
        return TypedResults.Ok(rows.ToPage(take, row => DescribePost.ToSummary(row.post, row.version), row => row.post.Id.ToString()));
    }
}
