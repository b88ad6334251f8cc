using System.ComponentModel.DataAnnotations;
using System.Globalization;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Operations;

/// <summary>What was written, published and uploaded in each calendar month (UTC), with tokens and cost by writer. For the owner of the site.</summary>
internal static class GetUsage
{
    public const int MostMonths = 36;
    public const int Usual = 12;

    public static async Task<Ok<UsageReport>> Handle(IEnumerable<ICountUsage> counters, RememberUsage usage, CancellationToken cancel, [Range(1, MostMonths)] int months = Usual) =>
        TypedResults.Ok(await usage.Of(months, counters, cancel));

    public static async Task<UsageReport> Count(IEnumerable<ICountUsage> counters, int months, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var first = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1 - months);
        var used = new List<UsageMonth>();
        foreach (var counter in counters)
        {
            // One after the other: they share the request's session with the database.
            used.AddRange(await counter.Count(first, cancel));
        }

        var byMonth = used.ToLookup(month => month.Month);
        return new UsageReport(
            [.. Enumerable.Range(0, months).Select(back => Sum(first.AddMonths(months - 1 - back).ToString("yyyy-MM", CultureInfo.InvariantCulture), byMonth))],
            now);
    }

    private static UsageMonth Sum(string month, ILookup<string, UsageMonth> used) => new(
        month,
        used[month].Sum(part => part.PostsPublished),
        used[month].Sum(part => part.DocumentsUploaded),
        used[month].Sum(part => part.DocumentBytes),
        [.. used[month].SelectMany(part => part.Writers).OrderByDescending(writer => writer.Cost).ThenBy(writer => writer.Writer, StringComparer.Ordinal)]);
}
