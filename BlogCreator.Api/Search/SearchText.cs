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

        var words = Words(q ?? "");
        if (words.Count == 0)
        {
            return TypedResults.Ok(new Page<SearchHit>([], null));
        }

        if (scope is not "library")
        {
            var posts = db.Database.IsSqlite() ? await SearchSqlite.Posts(db, words, skip, Limit + 1, cancel) : await SearchPostgres.Posts(db, words, skip, Limit + 1, cancel);
            return TypedResults.Ok(ToPage(posts, skip, row => new SearchHit("post", row.Title, row.Snippet, row.Slug, null, null, null)));
        }

        if (CurrentUser.From(context.User) is not { } user)
        {
            return Problems.Refuse(401, "not-signed-in", "Sign in first", "Only you can search your documents: sign in, or send an API key.");
        }

        var passages = db.Database.IsSqlite() ? await SearchSqlite.Passages(db, words, user.Id, skip, Limit + 1, cancel) : await SearchPostgres.Passages(db, words, user.Id, skip, Limit + 1, cancel);
        return TypedResults.Ok(ToPage(passages, skip, row => new SearchHit("passage", row.FileName, row.Snippet, null, row.DocumentId, row.PassageId, row.Page)));
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
