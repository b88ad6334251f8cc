using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>How many posts appeared in each year and month, the newest first.</summary>
public static class GetArchive
{
    public static async Task<Ok<IReadOnlyList<ArchiveYear>>> Handle(BlogDb db, CancellationToken cancel)
    {
        var posts = db.Posts;
        // Instants are stored as numbers, so no database groups them by year; a hundred thousand of them are counted in a blink.
        var dates = await posts.AsNoTracking().Where(post => post.PublishedVersion != null).Select(post => post.PublishedAt).ToListAsync(cancel);
        IReadOnlyList<ArchiveYear> years =
        [
            .. dates.OfType<DateTimeOffset>().GroupBy(at => at.UtcDateTime.Year).OrderByDescending(year => year.Key).Select(year => new ArchiveYear(
                year.Key,
                year.Count(),
                [.. year.GroupBy(at => at.UtcDateTime.Month).OrderByDescending(month => month.Key).Select(month => new ArchiveMonth(month.Key, month.Count()))])),
        ];
        return TypedResults.Ok(years);
    }
}
