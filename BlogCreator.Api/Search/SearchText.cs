using System.Diagnostics.Metrics;
using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>
/// Full text of published posts, or with <c>scope=library</c> of the caller's documents, by the database's own index.
/// </summary>
internal static class SearchText
{
    private const int Limit = 30;

    // Nobody reads on for so long, and each page costs the ones before it.
    private const int Deepest = 990;

    private static readonly Histogram<double> Duration = Telemetry.Meter.CreateHistogram(
        "search_duration_seconds",
        description: "How long a search took, by what was searched; where Elasticsearch did not answer, both were",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5] });

    public static async Task<Results<Ok<SearchResults>, ProblemHttpResult>> Handle(
        string? q,
        string? scope,
        string? after,
        HttpContext context,
        BlogDb db,
        SearchEngine engine,
        TimeProvider clock,
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

        var words = Words(q ?? "");
        if (words.Count == 0)
        {
            return TypedResults.Ok(new SearchResults([], null));
        }

        var user = scope is "library" ? CurrentUser.From(context.User) : null;
        if (scope is "library" && user is null)
        {
            return Problems.Refuse(401, "not-signed-in", "Sign in first", "Only you can search your documents: sign in, or send an API key.");
        }

        var began = clock.GetTimestamp();
        var found = !engine.IsSet ? null : user is null ? await engine.Posts(q!, skip, Limit, cancel) : await engine.Passages(q!, user.Id, skip, Limit, cancel);
        if (engine.IsSet)
        {
            Duration.Record(clock.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>("engine", "elasticsearch"));
        }

        // What was published a moment ago is in the database's own index already, and an index that was lost finds nothing.
        if (found is { } page && (page.Hits.Count > 0 || page.Next is not null || skip > 0))
        {
            return Answer(context, "elasticsearch", new SearchResults(page.Hits, page.Next is { } next && next <= Deepest ? next.ToString(CultureInfo.InvariantCulture) : null));
        }

        began = clock.GetTimestamp();
        var own = user is null ? await Posts(db, words, skip, cancel) : await Passages(db, words, user.Id, skip, cancel);
        Duration.Record(clock.GetElapsedTime(began).TotalSeconds, new KeyValuePair<string, object?>("engine", db.Database.IsSqlite() ? "sqlite" : "postgresql"));
        return Answer(context, "database", new SearchResults(own.Items, own.Next, Simpler: engine.IsSet && found is null));
    }

    private static Ok<SearchResults> Answer(HttpContext context, string backend, SearchResults results)
    {
        context.Response.Headers["Search-Backend"] = backend;
        return TypedResults.Ok(results);
    }

    private static async Task<Page<SearchHit>> Posts(BlogDb db, IReadOnlyList<string> words, int skip, CancellationToken cancel)
    {
        var posts = db.Database.IsSqlite() ? await SearchSqlite.Posts(db, words, skip, Limit + 1, cancel) : await SearchPostgres.Posts(db, words, skip, Limit + 1, cancel);
        return ToPage(posts, skip, row => new SearchHit("post", row.Title, row.Snippet, row.Slug, null, null, null));
    }

    private static async Task<Page<SearchHit>> Passages(BlogDb db, IReadOnlyList<string> words, Guid ownerId, int skip, CancellationToken cancel)
    {
        var passages = db.Database.IsSqlite() ? await SearchSqlite.Passages(db, words, ownerId, skip, Limit + 1, cancel) : await SearchPostgres.Passages(db, words, ownerId, skip, Limit + 1, cancel);
        return ToPage(passages, skip, row => new SearchHit("passage", row.FileName, row.Snippet, null, row.DocumentId, row.PassageId, row.Page));
    }

    /// <summary>By rank there is no key to go on from; the place in the list is one as long as nothing is published between.</summary>
    private static Page<SearchHit> ToPage<T>(List<T> read, int skip, Func<T, SearchHit> show) =>
        read.ToPage(Limit, show, _ => (skip + Limit).ToString(CultureInfo.InvariantCulture)) is var page && skip + Limit > Deepest ? page with { Next = null } : page;

    /// <summary>The words of what a person typed, without anything that could be an operator; the last may be unfinished.</summary>
    internal static IReadOnlyList<string> Words(string typed) =>
        [.. string.Concat(WellFormed.Of(typed).Normalize().Select(letter => char.IsLetterOrDigit(letter) || CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark ? letter : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Take(16)];
}

/// <summary>A post that was found. In a snippet U+E000 and U+E001 stand around what was looked for.</summary>
internal sealed record FoundPost(string Slug, string Title, string Snippet);

internal sealed record FoundPassage(Guid DocumentId, string FileName, Guid PassageId, int? Page, string Snippet);
