using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>Documents by the month of their upload, also those that were removed since.</summary>
internal sealed class CountDocuments(BlogDb db) : ICountUsage
{
    public async Task<IReadOnlyList<UsageMonth>> Count(DateTimeOffset since, CancellationToken cancel)
    {
        // Nothing of it comes from outside.
        var sql =
            $"""
            SELECT {db.MonthOf("\"CreatedAt\"")} AS "Month", COUNT(*) AS "Count", CAST(SUM("Size") AS BIGINT) AS "Bytes"
            FROM "Documents" WHERE "CreatedAt" >= @since GROUP BY 1
            """;
        var kept = await db.Database.SqlQueryRaw<Row>(sql, db.Parameter("since", since)).ToListAsync(cancel);
        var purged = await db.Audit
            .Where(entry => entry.Action == PurgeDocument.Purged && entry.At >= since)
            .Select(entry => new { entry.Subject, entry.Detail })
            .ToListAsync(cancel);
        return
        [
            .. kept.Select(row => new UsageMonth(row.Month, 0, row.Count, row.Bytes, [])),
            .. purged.Where(row => UploadedAt(row.Subject!.Value) >= since).Select(row => new UsageMonth(
                UploadedAt(row.Subject!.Value).ToString("yyyy-MM", CultureInfo.InvariantCulture), 0, 1, long.TryParse(row.Detail?.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : 0, [])),
        ];
    }

    /// <summary>The id was made then, and holds the moment.</summary>
    private static DateTimeOffset UploadedAt(Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(id.ToString("n").AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));

    private sealed record Row(string Month, int Count, long Bytes);
}
