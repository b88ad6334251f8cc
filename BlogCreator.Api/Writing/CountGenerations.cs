using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>What was written and what it cost, by the month in which it was asked for. A generation outlives the post that it wrote.</summary>
internal sealed class CountGenerations(BlogDb db) : ICountUsage
{
    public async Task<IReadOnlyList<UsageMonth>> Count(DateTimeOffset since, CancellationToken cancel)
    {
        // Nothing of it comes from outside.
        var sql =
            $"""
            SELECT {db.MonthOf("\"CreatedAt\"")} AS "Month", "Writer", "Currency", "Status", COUNT(*) AS "Count",
                CAST(SUM("InputTokens") AS BIGINT) AS "InputTokens", CAST(SUM("OutputTokens") AS BIGINT) AS "OutputTokens", SUM("Money") AS "Cost"
            FROM "Generations" WHERE "CreatedAt" >= @since GROUP BY 1, "Writer", "Currency", "Status"
            """;
        var rows = await db.Database.SqlQueryRaw<Row>(sql, db.Parameter("since", since)).ToListAsync(cancel);
        return
        [
            .. rows.GroupBy(row => row.Month).Select(month => new UsageMonth(month.Key, 0, 0, 0,
            [
                .. month.GroupBy(row => (Writer: WithModel(row.Writer), row.Currency)).Select(writer => new WriterUsage(
                    writer.Key.Writer,
                    writer.Key.Currency,
                    Number(writer, GenerationStatus.Completed),
                    Number(writer, GenerationStatus.Failed),
                    Number(writer, GenerationStatus.Cancelled),
                    Number(writer, GenerationStatus.Queued, GenerationStatus.Running),
                    writer.Sum(row => row.InputTokens),
                    writer.Sum(row => row.OutputTokens),
                    // Kept as a binary fraction: what it was rounded to is known better than the last digits say.
                    Math.Round((decimal)writer.Sum(row => row.Cost), 6))),
            ])),
        ];
    }

    private static int Number(IEnumerable<Row> rows, params GenerationStatus[] statuses) => rows.Where(row => statuses.Contains(row.Status)).Sum(row => row.Count);

    /// <summary>What a model cost until it failed is that model's.</summary>
    private static string WithModel(string writer) =>
        writer.EndsWith(Generation.WithoutModel, StringComparison.Ordinal) ? writer[..^Generation.WithoutModel.Length] : writer;

    private sealed record Row(string Month, string Writer, string? Currency, GenerationStatus Status, int Count, long InputTokens, long OutputTokens, double Cost);
}
