using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>
/// Full text on PostgreSQL: word vectors of our own configuration <c>blog_text</c> (English stems, accents folded), kept by
/// the database itself (see the migration). Ranking reads the vector of every row it ranks, and a common word is in half of
/// all rows: so what is ranked is chosen first, the newest that have the words in their title and the newest that have them
/// anywhere. Who looks for rarer words has all of them ranked.
/// </summary>
internal static class SearchPostgres
{
    private const string Headline = "StartSel=\uE000, StopSel=\uE001, MinWords=16, MaxWords=28, ShortWord=0";
    private const int MostTitles = 200;
    private const int MostRanked = 500;
    private const int MostPassages = 2000;

    // A snippet is looked for in the beginning of a text; without a match there it is the beginning.
    private const int LongestRead = 12_000;

    public static Task<List<FoundPost>> Posts(BlogDb db, IReadOnlyList<string> words, int skip, int take, CancellationToken cancel)
    {
        var query = ToQuery(words);
        return db.Database.SqlQuery<FoundPost>(
            $"""
            SELECT p."Slug" AS "Slug", v."Title" AS "Title", ts_headline('blog_text', left(v."PlainText", {LongestRead}), to_tsquery('blog_text', {query}), {Headline}) AS "Snippet"
            FROM (
                SELECT i."PostId", i."PublishedAt", ts_rank_cd(i."Words", to_tsquery('blog_text', {query})) AS "Rank"
                FROM "PostIndex" i
                WHERE i."PostId" = ANY (ARRAY(
                    (SELECT t."PostId" FROM "PostIndex" t WHERE t."TitleWords" @@ to_tsquery('blog_text', {query}) ORDER BY t."PublishedAt" DESC LIMIT {MostTitles})
                    UNION
                    (SELECT w."PostId" FROM "PostIndex" w WHERE w."Words" @@ to_tsquery('blog_text', {query}) ORDER BY w."PublishedAt" DESC LIMIT {MostRanked})))
                ORDER BY "Rank" DESC, i."PublishedAt" DESC LIMIT {take} OFFSET {skip}) f
            JOIN "Posts" p ON p."Id" = f."PostId"
            JOIN "PostVersions" v ON v."PostId" = p."Id" AND v."Number" = p."PublishedVersion"
            ORDER BY f."Rank" DESC, f."PublishedAt" DESC
            """).ToListAsync(cancel);
    }

    public static Task<List<FoundPassage>> Passages(BlogDb db, IReadOnlyList<string> words, Guid ownerId, int skip, int take, CancellationToken cancel)
    {
        var query = ToQuery(words);
        return db.Database.SqlQuery<FoundPassage>(
            $"""
            SELECT f."DocumentId", f."FileName", f."PassageId", f."Page", ts_headline('blog_text', left(f."Text", {LongestRead}), to_tsquery('blog_text', {query}), {Headline}) AS "Snippet"
            FROM (
                SELECT d."Id" AS "DocumentId", d."FileName", p."Id" AS "PassageId", p."Page", p."Text", ts_rank_cd(p."Words", to_tsquery('blog_text', {query})) AS "Rank", p."Key"
                FROM (
                    SELECT c."Id", c."DocumentId", c."Page", c."Text", c."Words", c."Key"
                    FROM "Passages" c JOIN "Documents" o ON o."Id" = c."DocumentId"
                    WHERE c."Words" @@ to_tsquery('blog_text', {query}) AND o."OwnerId" = {ownerId} AND o."DeletedAt" IS NULL
                    ORDER BY c."Key" DESC LIMIT {MostPassages}) p
                JOIN "Documents" d ON d."Id" = p."DocumentId"
                ORDER BY "Rank" DESC, p."Key" LIMIT {take} OFFSET {skip}) f
            ORDER BY f."Rank" DESC, f."Key"
            """).ToListAsync(cancel);
    }

    /// <summary>All words, the last by its beginning. They hold letters and digits only, so that none is an operator.</summary>
    internal static string ToQuery(IReadOnlyList<string> words) => string.Join(" & ", words.Select(word => $"'{word}'")) + ":*";
}
