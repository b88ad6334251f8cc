using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>How many posts appeared in each year and month, the newest first.</summary>
public static class GetArchive
{
    public static async Task<Ok<IReadOnlyList<ArchiveYear>>> Handle(BlogDb db, WhilePublished<IReadOnlyList<ArchiveYear>> known, CancellationToken cancel) =>
        TypedResults.Ok(await known.Get(db, () => Count(db, cancel), cancel));

    private static async Task<IReadOnlyList<ArchiveYear>> Count(BlogDb db, CancellationToken cancel)
    {
        // Instants are stored as numbers, so each database has its own way to tell the month of one.
        var months = await (db.Database.IsNpgsql()
            ? db.Database.SqlQuery<Month>($"""SELECT to_char(to_timestamp("PublishedAt" / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM') AS "Name", COUNT(*)::int AS "Posts" FROM "Posts" WHERE "PublishedVersion" IS NOT NULL AND "PublishedAt" IS NOT NULL GROUP BY 1""")
            : db.Database.SqlQuery<Month>($"""SELECT strftime('%Y-%m', "PublishedAt" / 1000, 'unixepoch') AS "Name", COUNT(*) AS "Posts" FROM "Posts" WHERE "PublishedVersion" IS NOT NULL AND "PublishedAt" IS NOT NULL GROUP BY 1"""))
            .ToListAsync(cancel);
        return
        [
            .. months.GroupBy(month => Number(month.Name[..^3])).OrderByDescending(year => year.Key).Select(year => new ArchiveYear(
                year.Key,
                year.Sum(month => month.Posts),
                [.. year.OrderByDescending(month => month.Name, StringComparer.Ordinal).Select(month => new ArchiveMonth(Number(month.Name[^2..]), month.Posts))])),
        ];
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Month(string Name, int Posts);
}
