using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>
/// Full text on PostgreSQL: word vectors of our own configuration <c>blog_text</c> (English stems, accents folded), kept by
/// the database itself (see the migration).
/// </summary>
internal static class SearchPostgres
{
    private const string Headline = "StartSel=\uE000, StopSel=\uE001, MinWords=16, MaxWords=28, ShortWord=0";

    public static Task<List<FoundPost>> Posts(BlogDb db, IReadOnlyList<string> words, int skip, int take, CancellationToken cancel)
    {
        var query = ToQuery(words);
        return db.Database.SqlQuery<FoundPost>(
            $"""
            SELECT f."Slug" AS "Slug", f."Title" AS "Title", ts_headline('blog_text', f."PlainText", to_tsquery('blog_text', {query}), {Headline}) AS "Snippet"
            FROM (
                SELECT p."Slug", v."Title", v."PlainText", ts_rank_cd(i."Words", q) AS "Rank", p."PublishedAt"
                FROM to_tsquery('blog_text', {query}) q, "PostIndex" i
                JOIN "Posts" p ON p."Id" = i."PostId"
                JOIN "PostVersions" v ON v."PostId" = p."Id" AND v."Number" = p."PublishedVersion"
                WHERE i."Words" @@ q
                ORDER BY "Rank" DESC, p."PublishedAt" DESC LIMIT {take} OFFSET {skip}) f
            ORDER BY f."Rank" DESC, f."PublishedAt" DESC
            """).ToListAsync(cancel);
    }

    public static Task<List<FoundPassage>> Passages(BlogDb db, IReadOnlyList<string> words, Guid ownerId, int skip, int take, CancellationToken cancel)
    {
        var query = ToQuery(words);
        return db.Database.SqlQuery<FoundPassage>(
            $"""
            SELECT f."DocumentId", f."FileName", f."PassageId", f."Page", ts_headline('blog_text', f."Text", to_tsquery('blog_text', {query}), {Headline}) AS "Snippet"
            FROM (
                SELECT d."Id" AS "DocumentId", d."FileName", p."Id" AS "PassageId", p."Page", p."Text", ts_rank_cd(p."Words", q) AS "Rank", p."Key"
                FROM to_tsquery('blog_text', {query}) q, "Passages" p
                JOIN "Documents" d ON d."Id" = p."DocumentId"
                WHERE p."Words" @@ q AND d."OwnerId" = {ownerId} AND d."DeletedAt" IS NULL
                ORDER BY "Rank" DESC, p."Key" LIMIT {take} OFFSET {skip}) f
            ORDER BY f."Rank" DESC, f."Key"
            """).ToListAsync(cancel);
    }

    /// <summary>All words, the last by its beginning. They hold letters and digits only, so that none is an operator.</summary>
    internal static string ToQuery(IReadOnlyList<string> words) => string.Join(" & ", words.Select(word => $"'{word}'")) + ":*";
}
