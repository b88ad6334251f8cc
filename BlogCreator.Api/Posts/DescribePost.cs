using System.Text.Json;
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
        post.UpdatedAt)
    {
        ScheduleProblem = post.ScheduleProblem,
    };

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
        post.UpdatedAt)
    {
        ScheduleProblem = post.ScheduleProblem,
    };

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

    public static VersionSummary ToSummary(PostVersion version, int? publishedVersion) => new(
        version.Number,
        version.Title,
        Words(version.PlainText),
        new CheckSummary(version.Supported, version.Checked),
        Verdicts(version.Claims),
        version.CreatedAt,
        version.AutosavedSince is not null,
        version.PublishedAt,
        version.Number == publishedVersion);

    private static Dictionary<string, int> Verdicts(IReadOnlyList<ClaimDetails> claims) => claims
        .Where(claim => claim.Verdict != Verdict.NotNeeded)
        .GroupBy(claim => JsonNamingPolicy.KebabCaseLower.ConvertName(claim.Verdict.ToString()), StringComparer.Ordinal)
        .ToDictionary(verdict => verdict.Key, verdict => verdict.Count(), StringComparer.Ordinal);

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

    public static int ReadingMinutes(string plainText) => Math.Max(1, (int)Math.Round(Words(plainText) / (double)WordsPerMinute));

    public static int Words(string plainText) => plainText.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;

    public static async Task<IReadOnlyDictionary<int, SourcePassage>> Citations(BlogDb db, Guid postId, CancellationToken cancel) =>
        await db.PostCitations.AsNoTracking()
            .Where(citation => citation.PostId == postId)
            .ToDictionaryAsync(citation => citation.Label, citation => citation.Passage, cancel);

    /// <summary>A post of this owner with its latest version; null when there is none or it is someone else's.</summary>
    public static async Task<(Post Post, PostVersion Version)?> Find(BlogDb db, Guid id, Guid ownerId, CancellationToken cancel)
    {
        // One query: an automatic save may replace the latest version between two.
        var (posts, versions) = (db.Posts, db.PostVersions);
        var row = await posts
            .Where(post => post.Id == id && post.OwnerId == ownerId && post.DeletedAt == null)
            .Join(versions, post => new { post.Id, Number = post.Version }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post, version })
            .SingleOrDefaultAsync(cancel);
        return row is null ? null : (row.post, row.version);
    }
}
