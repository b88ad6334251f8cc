using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Posts as the contract shows them.</summary>
public static class DescribePost
{
    private const int WordsPerMinute = 230;

    public static PostDetails ToDetails(Post post, PostVersion version) => new(
        post.Id,
        post.Slug,
        version.Title,
        version.Summary,
        version.Markdown,
        version.Tags,
        post.Status,
        post.Version,
        post.PublishedVersion,
        post.PublishedAt,
        post.ScheduledAt,
        post.GenerationId,
        new CheckSummary(version.Supported, version.Checked),
        version.Claims,
        Sources(version.Claims),
        post.CreatedAt,
        post.UpdatedAt);

    public static PostSummary ToSummary(Post post, PostVersion version) => new(
        post.Id,
        post.Slug,
        version.Title,
        version.Summary,
        version.Tags,
        post.Status,
        post.Version,
        post.PublishedVersion,
        new CheckSummary(version.Supported, version.Checked),
        post.PublishedAt,
        post.ScheduledAt,
        post.UpdatedAt);

    public static PublicPostSummary ToPublicSummary(Post post, PostVersion version, Person author) => new(
        post.Slug,
        version.Title,
        version.Summary,
        version.Tags,
        new AuthorDetails(author.Name, author.Handle),
        post.PublishedAt ?? version.CreatedAt,
        version.CreatedAt,
        ReadingMinutes(version.PlainText),
        new CheckSummary(version.Supported, version.Checked));

    /// <summary>The documents behind a text, the most cited first.</summary>
    public static IReadOnlyList<SourceDetails> Sources(IReadOnlyList<ClaimDetails> claims) =>
    [
        .. claims
            .SelectMany(claim => claim.Evidence)
            .GroupBy(evidence => (evidence.DocumentId, evidence.DocumentName))
            .Select(document => new SourceDetails(
                document.Key.DocumentId,
                document.Key.DocumentName,
                [.. document.Select(evidence => evidence.Page).OfType<int>().Distinct().Order()],
                document.Count()))
            .OrderByDescending(source => source.Citations)
            .ThenBy(source => source.DocumentName, StringComparer.Ordinal),
    ];

    /// <summary>The same for readers: with what was taken from each document, in the order of the text.</summary>
    public static IReadOnlyList<SourceDetails> SourcesForReaders(IReadOnlyList<ClaimDetails> claims)
    {
        var taken = claims
            .SelectMany((claim, index) => claim.Evidence.Select(evidence => (
                evidence.DocumentId,
                evidence.DocumentName,
                Piece: new TakenDetails(index + 1, evidence.Label, evidence.Quote, evidence.Page, evidence.Heading, claim.Verdict))))
            .ToLookup(row => (row.DocumentId, row.DocumentName), row => row.Piece);
        return [.. Sources(claims).Select(source => source with { Taken = [.. taken[(source.DocumentId, source.DocumentName)]] })];
    }

    public static int ReadingMinutes(string plainText) =>
        Math.Max(1, (int)Math.Round(plainText.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length / (double)WordsPerMinute));

    public static async Task<IReadOnlyDictionary<int, SourcePassage>> Citations(BlogDb db, Guid postId, CancellationToken cancel) =>
        await db.PostCitations.AsNoTracking()
            .Where(citation => citation.PostId == postId)
            .ToDictionaryAsync(citation => citation.Label, citation => citation.Passage, cancel);

    /// <summary>A post of this owner with its latest version; null when there is none or it is someone else's.</summary>
    public static async Task<(Post Post, PostVersion Version)?> Find(BlogDb db, Guid id, Guid ownerId, CancellationToken cancel)
    {
        var post = await db.Posts.SingleOrDefaultAsync(post => post.Id == id && post.OwnerId == ownerId, cancel);
        return post is null ? null : (post, await db.PostVersions.AsNoTracking().SingleAsync(version => version.PostId == id && version.Number == post.Version, cancel));
    }
}
