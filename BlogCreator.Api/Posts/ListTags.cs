using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The tags of published posts, the most used first.</summary>
public static class ListTags
{
    private const int Most = 500;

    public static async Task<Ok<IReadOnlyList<TagDetails>>> Handle(BlogDb db, WhilePublished<IReadOnlyList<TagDetails>> known, CancellationToken cancel) =>
        TypedResults.Ok(await known.Get(db, () => Count(db, cancel), cancel));

    private static async Task<IReadOnlyList<TagDetails>> Count(BlogDb db, CancellationToken cancel)
    {
        // The database keeps those of published posts only.
        var rows = await db.PostTags.AsNoTracking()
            .GroupBy(tag => tag.Tag)
            .Select(group => new { Tag = group.Key, Posts = group.Count() })
            .OrderByDescending(row => row.Posts).ThenBy(row => row.Tag)
            .Take(Most)
            .ToListAsync(cancel);
        return [.. rows.Select(row => new TagDetails(row.Tag, row.Posts))];
    }
}
