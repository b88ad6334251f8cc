using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Posts by the month in which readers saw them first. The notes of what changed outlive the posts.</summary>
internal sealed class CountPublished(BlogDb db) : ICountUsage
{
    public async Task<IReadOnlyList<UsageMonth>> Count(DateTimeOffset since, CancellationToken cancel)
    {
        // Nothing of it comes from outside.
        var sql =
            $"""
            SELECT {db.MonthOf("\"First\"")} AS "Month", COUNT(*) AS "Count"
            FROM (SELECT MIN("At") AS "First" FROM "ContentChanges" WHERE "Kind" = 'posts.published' AND "Subject" IS NOT NULL GROUP BY "Subject") AS "Firsts"
            WHERE "First" >= @since GROUP BY 1
            """;
        var rows = await db.Database.SqlQueryRaw<Row>(sql, db.Parameter("since", since)).ToListAsync(cancel);
        return [.. rows.Select(row => new UsageMonth(row.Month, row.Count, 0, 0, []))];
    }

    private sealed record Row(string Month, int Count);
}
