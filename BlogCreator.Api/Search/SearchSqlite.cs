using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>
/// Full text on SQLite: FTS5 with English stemming, kept by triggers (see the migration), ranked by BM25. A common word is in
/// half of all posts, so the newest that have it are ranked, and those that have it in their title.
/// </summary>
internal static class SearchSqlite
{
    private const int MostTitles = 200;
    private const int MostRanked = 500;

    public static Task<List<FoundPost>> Posts(BlogDb db, IReadOnlyList<string> words, int skip, int take, CancellationToken cancel)
    {
        var query = ToFts(words);
        var titles = $"Title : ({query})";
        return db.Database.SqlQuery<FoundPost>(
            $"""
            WITH oldest("Row") AS (SELECT rowid FROM "PostIndex" WHERE "PostIndex" MATCH {query} ORDER BY rowid DESC LIMIT 1 OFFSET {MostRanked - 1})
            SELECT p."Slug" AS "Slug", i."Title" AS "Title", snippet("PostIndex", 2, char(57344), char(57345), '…', 28) AS "Snippet"
            FROM (
                SELECT * FROM (
                    SELECT rowid AS "Row", bm25("PostIndex", 0.0, 8.0, 1.0) AS "Score" FROM "PostIndex"
                    WHERE "PostIndex" MATCH {query} AND rowid >= coalesce((SELECT "Row" FROM oldest), 0))
                UNION ALL
                SELECT * FROM (
                    SELECT rowid, bm25("PostIndex", 0.0, 8.0, 1.0) FROM "PostIndex"
                    WHERE "PostIndex" MATCH {titles} AND rowid < coalesce((SELECT "Row" FROM oldest), 0)
                    ORDER BY rowid DESC LIMIT {MostTitles})
                ORDER BY "Score", "Row" DESC LIMIT {take} OFFSET {skip}) f
            CROSS JOIN "PostIndex" i ON i.rowid = f."Row" CROSS JOIN "Posts" p ON p."Id" = i."PostId"
            WHERE "PostIndex" MATCH {query}
            ORDER BY f."Score", f."Row" DESC
            """).ToListAsync(cancel);
    }

    public static Task<List<FoundPassage>> Passages(BlogDb db, IReadOnlyList<string> words, Guid ownerId, int skip, int take, CancellationToken cancel)
    {
        var query = ToFts(words);
        var owner = ownerId.ToString().ToUpperInvariant();
        return db.Database.SqlQuery<FoundPassage>(
            $"""
            SELECT d."Id" AS "DocumentId", d."FileName" AS "FileName", p."Id" AS "PassageId", p."Page" AS "Page",
                   snippet("PassageIndex", 1, char(57344), char(57345), '…', 28) AS "Snippet"
            FROM "PassageIndex" i JOIN "Passages" p ON p."Key" = i.rowid JOIN "Documents" d ON d."Id" = p."DocumentId"
            WHERE "PassageIndex" MATCH {query} AND d."OwnerId" = {owner} AND d."DeletedAt" IS NULL
            ORDER BY bm25("PassageIndex", 2.0, 1.0), i.rowid LIMIT {take} OFFSET {skip}
            """).ToListAsync(cancel);
    }

    /// <summary>Every word quoted, so that nothing a person types is an operator.</summary>
    internal static string ToFts(IReadOnlyList<string> words) => string.Join(' ', words.Select(word => $"\"{word}\"")) + "*";
}
