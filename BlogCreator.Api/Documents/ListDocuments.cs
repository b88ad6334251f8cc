using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>The caller's documents, newest first; with <c>q</c> those whose name or title holds every word of it, with <c>status</c> those that stand so.</summary>
public static class ListDocuments
{
    private const int MostWords = 8;
    private const int LongestQuery = 200;

    public static async Task<Results<Ok<Page<DocumentDetails>>, ProblemHttpResult>> Handle(
        Guid? after, int? limit, string? q, string? status, CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        DocumentStatus? wanted = null;
        if (!string.IsNullOrEmpty(status))
        {
            if (!Enum.TryParse<DocumentStatus>(status, ignoreCase: true, out var named) || !status.All(char.IsAsciiLetter))
            {
                return Problems.Invalid("bad-status", "'status' is 'queued', 'reading', 'ready' or 'failed'.");
            }

            wanted = named;
        }

        var take = Paging.Limit(limit);
        var documents = db.Documents.AsNoTracking()
            .Where(document => document.OwnerId == user.Id && (after == null || document.Id < after) && (wanted == null || document.Status == wanted));
        foreach (var word in Words(q))
        {
            documents = documents.WhereContains(db, word, document => document.FileName, document => document.Title);
        }

        var page = await documents.OrderByDescending(document => document.Id).Take(take + 1).ToListAsync(cancel);
        return TypedResults.Ok(page.ToPage(take, DescribeDocument.ToDetails, document => document.Id.ToString()));
    }

    private static IEnumerable<string> Words(string? q) => (q ?? string.Empty)[..Math.Min(q?.Length ?? 0, LongestQuery)]
        .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Take(MostWords);
}
