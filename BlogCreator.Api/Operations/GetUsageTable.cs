using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Operations;

/// <summary>
/// The usage as a table for a spreadsheet: for each month one row a writer and currency, and one with what no writer did.
/// Every column can be summed up.
/// </summary>
internal static class GetUsageTable
{
    private static readonly string[] Head =
    [
        "month", "writer", "completed", "failed", "cancelled", "unfinished", "input_tokens", "output_tokens", "cost", "currency",
        "posts_published", "documents_uploaded", "document_bytes",
    ];

    public static async Task<FileContentHttpResult> Handle(
        IEnumerable<ICountUsage> counters, RememberUsage usage, CancellationToken cancel, [Range(1, GetUsage.MostMonths)] int months = GetUsage.Usual)
    {
        var report = await usage.Of(months, counters, cancel);
        return TypedResults.File(Encoding.UTF8.GetBytes(Table(report)), "text/csv; charset=utf-8", $"usage-{report.Months[^1].Month}-to-{report.Months[0].Month}.csv");
    }

    public static string Table(UsageReport report)
    {
        var table = new StringBuilder();
        Row([.. Head]);
        foreach (var month in report.Months)
        {
            foreach (var writer in month.Writers)
            {
                Row(month.Month, writer.Writer, writer.Completed, writer.Failed, writer.Cancelled, writer.Unfinished, writer.InputTokens, writer.OutputTokens, writer.Cost, writer.Currency, null, null, null);
            }

            Row(month.Month, null, null, null, null, null, null, null, null, null, month.PostsPublished, month.DocumentsUploaded, month.DocumentBytes);
        }

        return table.ToString();

        void Row(params object?[] cells) => table.AppendJoin(',', cells.Select(Cell)).Append("\r\n");
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        // A spreadsheet would run what begins like a formula, and the name of a model is whatever somebody set.
        string text => Quote(text.Length > 0 && "=+-@\t\r\n".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quote(value.ToString() ?? ""),
    };

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(",\"\r\n") ? '"' + text.Replace("\"", "\"\"", StringComparison.Ordinal) + '"' : text;
}
