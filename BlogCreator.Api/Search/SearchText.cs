using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>
/// Full text of published posts, or with <c>scope=library</c> of the caller's documents. On SQLite the index is FTS5 with
/// English stemming, kept by triggers (see the migration), ranked by BM25.
/// </summary>
public static class SearchText
{
    private const int Limit = 30;

    // Nobody reads on for so long, and each page costs the ones before it.
    private const int Deepest = 990;

    public static async Task<Results<Ok<Page<SearchHit>>, ProblemHttpResult>> Handle(
        string? q,
        string? scope,
        string? after,
        HttpContext context,
        BlogDb db,
        CancellationToken cancel)
    {
        if (scope is not (null or "posts" or "library"))
        {
            return Problems.Invalid("bad-scope", "'scope' is 'posts' or 'library'.");
        }

        var skip = 0;
        if (after is not null && (!int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out skip) || skip > Deepest))
        {
            return Problems.Invalid("bad-cursor", "'after' takes the 'next' of the page before, unchanged.");
        }

        var query = ToFts(q ?? "");
        if (query.Length == 0)
        {
            return TypedResults.Ok(new Page<SearchHit>([], null));
        }

        if (scope is not "library")
        {
            var posts = await db.Database.SqlQuery<PostRow>(
                $"""
                SELECT p."Slug" AS "Slug", i."Title" AS "Title", snippet("PostIndex", 2, char(57344), char(57345), '…', 28) AS "Snippet"
                FROM "PostIndex" i JOIN "Posts" p ON p."Id" = i."PostId"
                WHERE "PostIndex" MATCH {query} AND p."PublishedVersion" IS NOT NULL
                ORDER BY bm25("PostIndex", 0.0, 8.0, 1.0), i.rowid DESC LIMIT {Limit + 1} OFFSET {skip}
                """).ToListAsync(cancel);
            return TypedResults.Ok(ToPage(posts, skip, row => new SearchHit("post", row.Title, row.Snippet, row.Slug, null, null, null)));
        }

        if (CurrentUser.From(context.User) is not { } user)
        {
            return Problems.Refuse(401, "not-signed-in", "Sign in first", "Only you can search your documents: sign in, or send an API key.");
        }

        var owner = user.Id.ToString().ToUpperInvariant();
        var passages = await db.Database.SqlQuery<PassageRow>(
            $"""
            SELECT d."Id" AS "DocumentId", d."FileName" AS "FileName", p."Id" AS "PassageId", p."Page" AS "Page",
                   snippet("PassageIndex", 1, char(57344), char(57345), '…', 28) AS "Snippet"
            FROM "PassageIndex" i JOIN "Passages" p ON p."Key" = i.rowid JOIN "Documents" d ON d."Id" = p."DocumentId"
            WHERE "PassageIndex" MATCH {query} AND d."OwnerId" = {owner} AND d."DeletedAt" IS NULL
            ORDER BY bm25("PassageIndex", 2.0, 1.0), i.rowid LIMIT {Limit + 1} OFFSET {skip}
            """).ToListAsync(cancel);
        return TypedResults.Ok(ToPage(passages, skip, row => new SearchHit("passage", row.FileName, row.Snippet, null, row.DocumentId, row.PassageId, row.Page)));
    }

    /// <summary>By rank there is no key to go on from; the place in the list is one as long as nothing is published between.</summary>
    private static Page<SearchHit> ToPage<T>(List<T> read, int skip, Func<T, SearchHit> show) =>
        read.ToPage(Limit, show, _ => (skip + Limit).ToString(CultureInfo.InvariantCulture)) is var page && skip + Limit > Deepest ? page with { Next = null } : page;

    /// <summary>Every word quoted, so that nothing a person types is an operator; the last may be unfinished.</summary>
    internal static string ToFts(string typed)
    {
        var words = string.Concat(WellFormed.Of(typed).Normalize().Select(letter => char.IsLetterOrDigit(letter) || CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark ? letter : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Take(16)
            .ToList();
        return words.Count == 0 ? "" : string.Join(' ', words.Select(word => $"\"{word}\"")) + "*";
    }

    private sealed record PostRow(string Slug, string Title, string Snippet);

    private sealed record PassageRow(Guid DocumentId, string FileName, Guid PassageId, int? Page, string Snippet);
}
