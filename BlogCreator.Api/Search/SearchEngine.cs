using System.Globalization;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>
/// Asks Elasticsearch, by words and where vectors are set by meaning as well. What it answers is a list of ids and snippets of a
/// moment ago: what is shown of them is looked up in the database, and what may not be seen any more falls out there.
/// </summary>
internal sealed partial class SearchEngine(BlogDb db, ElasticClient client, EmbedTexts embed, IOptions<SearchOptions> options, TimeProvider clock, ILogger<SearchEngine> logger)
{
    // Some of what is found may be gone by now.
    private const int Spare = 20;

    // Both lists of a search by words and meaning; what comes after is not looked through.
    private const int Window = 200;
    private const int OpeningLength = 240;

    public bool IsSet => options.Value.IsSet;

    /// <returns>A page of published posts; null when the engine did not answer.</returns>
    public async Task<(IReadOnlyList<SearchHit> Hits, int? Next)?> Posts(string typed, int skip, int take, CancellationToken cancel)
    {
        if (await Rank(IndexKinds.Post, typed, null, skip, take, cancel) is not { } ranked)
        {
            return null;
        }

        var ids = ranked.Select(found => found.Id).ToArray();
        var shown = (await db.Database.SqlQuery<ShownPost>(
            $"""
            SELECT p."Id", p."Slug", v."Number" AS "Version", v."Title", substr(v."PlainText", 1, {OpeningLength}) AS "Opening"
            FROM "Posts" p JOIN "PostVersions" v ON v."PostId" = p."Id" AND v."Number" = p."PublishedVersion"
            """).Where(post => ids.Contains(post.Id)).ToListAsync(cancel)).ToDictionary(post => post.Id);
        return Page(ranked, skip, take, found => shown.TryGetValue(found.Id, out var post)
            // A snippet of another version may hold what its author has taken out.
            ? new SearchHit("post", post.Title, found.Version == post.Version && found.Snippet is { } snippet ? snippet : Opening(post.Opening), post.Slug, null, null, null)
            : null);
    }

    /// <returns>A page of the owner's passages; null when the engine did not answer.</returns>
    public async Task<(IReadOnlyList<SearchHit> Hits, int? Next)?> Passages(string typed, Guid ownerId, int skip, int take, CancellationToken cancel)
    {
        if (await Rank(IndexKinds.Passage, typed, ownerId, skip, take, cancel) is not { } ranked)
        {
            return null;
        }

        var ids = ranked.Select(found => found.Id).ToArray();
        var shown = await (
            from passage in db.Passages.AsNoTracking()
            join document in db.Documents on passage.DocumentId equals document.Id
            where document.OwnerId == ownerId && ids.Contains(passage.Id)
            select new { passage.Id, passage.DocumentId, passage.Page, document.FileName, Opening = passage.Text.Substring(0, OpeningLength) }).ToDictionaryAsync(passage => passage.Id, cancel);
        return Page(ranked, skip, take, found => shown.TryGetValue(found.Id, out var passage)
            ? new SearchHit("passage", passage.FileName, found.Snippet ?? Opening(passage.Opening), null, passage.DocumentId, passage.Id, passage.Page)
            : null);
    }

    /// <summary>Takes what can be shown; the next page goes on after the last that was looked at.</summary>
    private static (IReadOnlyList<SearchHit> Hits, int? Next) Page(IReadOnlyList<Ranked> ranked, int skip, int take, Func<Ranked, SearchHit?> show)
    {
        var hits = new List<SearchHit>(take);
        var looked = 0;
        while (looked < ranked.Count && hits.Count < take)
        {
            if (show(ranked[looked++]) is { } hit)
            {
                hits.Add(hit);
            }
        }

        return (hits, looked < ranked.Count ? skip + looked : null);
    }

    private async Task<IReadOnlyList<Ranked>?> Rank(string kind, string typed, Guid? owner, int skip, int take, CancellationToken cancel)
    {
        // For the vector and the search with it together; a search by words keeps its time by itself.
        using var time = new CancellationTokenSource(options.Value.Budget, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        try
        {
            var index = new IndexShape(options.Value.IndexPrefix, embed.Shape).Readers(kind);
            var words = Words(typed);
            if (embed.Shape is not { } vectors || words.Count == 0)
            {
                return Read(await client.Search(index, SearchQuery.ByWords(kind, words, owner, skip, take + Spare, options.Value.Budget), cancel));
            }

            var byMeaning = ByMeaning(index, vectors, typed, owner, limit.Token);
            List<Ranked> byWords;
            try
            {
                byWords = Read(await client.Search(index, SearchQuery.ByWords(kind, words, owner, 0, Window, options.Value.Budget), cancel));
            }
            catch (Exception)
            {
                // Nobody needs it any more, and it must not outlive this.
                await limit.CancelAsync();
                await byMeaning;
                throw;
            }

            var near = await byMeaning;
            var known = byWords.Concat(near).DistinctBy(found => found.Id).ToDictionary(found => found.Id);
            return [.. FuseRanks.Of([.. byWords.Select(found => found.Id)], [.. near.Select(found => found.Id)]).Skip(skip).Take(take + Spare).Select(id => known[id])];
        }
        catch (ElasticException failure)
        {
            // Missing is the index that is still being filled.
            if (!failure.IsOutage && failure.Failure is not ElasticFailure.Missing)
            {
                LogRefused(logger, failure.Message);
            }

            return null;
        }
    }

    /// <summary>Whatever fails here, the words are there.</summary>
    private async Task<IReadOnlyList<Ranked>> ByMeaning(string index, VectorShape vectors, string typed, Guid? owner, CancellationToken cancel)
    {
        try
        {
            return await embed.Query(typed, cancel) is { } vector
                ? Read(await client.Search(index, SearchQuery.ByMeaning(vectors, vector, embed.MinSimilarity, owner, Window, options.Value.Budget), cancel))
                : [];
        }
        catch (Exception)
        {
            // An index of a release without these vectors refuses, for one; a client that is cut short throws what it likes.
            return [];
        }
    }

    private static List<Ranked> Read(IReadOnlyList<JsonElement> hits)
    {
        var ranked = new List<Ranked>(hits.Count);
        foreach (var hit in hits)
        {
            if (Guid.TryParse(hit.Field("_id").Text(), out var id))
            {
                var snippet = hit.Field("highlight").Field("text").Items().Select(text => ((JsonElement?)text).Text()).FirstOrDefault();
                ranked.Add(new Ranked(id, hit.Field("_source").Field("version").Number(), string.IsNullOrWhiteSpace(snippet) ? null : snippet));
            }
        }

        return ranked;
    }

    /// <summary>Apostrophes inside a word stay: the engine knows what they mean.</summary>
    internal static IReadOnlyList<string> Words(string typed) =>
        [.. string.Concat(WellFormed.Of(typed).Normalize().Select(letter => char.IsLetterOrDigit(letter) || letter is '\'' or '’' || CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark ? letter : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Trim('\'', '’'))
            .Where(word => word.Length > 0)
            .Take(16)];

    private static string Opening(string text) => text.Length < OpeningLength ? text : text.TrimEnd() + "…";

    private sealed record Ranked(Guid Id, int? Version, string? Snippet);

    private sealed record ShownPost(Guid Id, string Slug, int Version, string Title, string Opening);

    [LoggerMessage(Level = LogLevel.Error, Message = "The search engine refused a search: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);
}
