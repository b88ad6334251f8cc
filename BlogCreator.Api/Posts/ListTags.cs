using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The tags of published posts, the most used first.</summary>
public static class ListTags
{
    private const int Most = 500;

    public static async Task<Ok<IReadOnlyList<TagDetails>>> Handle(BlogDb db, CancellationToken cancel)
    {
        var (tags, posts) = (db.PostTags, db.Posts);
        var rows = await tags.AsNoTracking()
            .Join(posts.Where(post => post.PublishedVersion != null), tag => tag.PostId, post => post.Id, (tag, _) => tag.Tag)
            .GroupBy(tag => tag)
            .Select(group => new { Tag = group.Key, Posts = group.Count() })
            .OrderByDescending(row => row.Posts).ThenBy(row => row.Tag)
            .Take(Most)
            .ToListAsync(cancel);
        return TypedResults.Ok<IReadOnlyList<TagDetails>>([.. rows.Select(row => new TagDetails(row.Tag, row.Posts))]);
    }
}
