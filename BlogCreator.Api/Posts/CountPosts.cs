using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>How many posts the caller has in each state.</summary>
public static class CountPosts
{
    public static async Task<Ok<PostCounts>> Handle(CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        var counts = await db.Posts
            .Where(post => post.OwnerId == user.Id && post.DeletedAt == null)
            .GroupBy(post => post.Status)
            .Select(status => new { status.Key, Count = status.Count() })
            .ToDictionaryAsync(status => status.Key, status => status.Count, cancel);
        return TypedResults.Ok(new PostCounts(
            counts.GetValueOrDefault(PostStatus.Draft),
            counts.GetValueOrDefault(PostStatus.Scheduled),
            counts.GetValueOrDefault(PostStatus.Published),
            counts.GetValueOrDefault(PostStatus.Archived)));
    }
}
