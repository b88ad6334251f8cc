using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace BlogCreator.Contracts;

[JsonConverter(typeof(KebabCaseConverter<PostStatus>))]
public enum PostStatus
{
    Draft,
    Scheduled,
    Published,
    Archived,
}

/// <summary>What sort of sentence a claim is; the first three need evidence.</summary>
[JsonConverter(typeof(KebabCaseConverter<ClaimKind>))]
public enum ClaimKind
{
    Fact,
    Number,
    Quote,
    Opinion,
    Transition,
}

/// <summary>What the check found. <c>supported</c> and <c>not-needed</c> pass the gate.</summary>
[JsonConverter(typeof(KebabCaseConverter<Verdict>))]
public enum Verdict
{
    Supported,
    Partly,
    Contradicted,
    NotFound,
    NotNeeded,
}

/// <summary>What a sentence rests on.</summary>
/// <param name="Quote">Words of the source, cut from the passage by us: <c>passage[start..end]</c>.</param>
/// <param name="Passage">The whole passage, as it was when it was cited.</param>
/// <param name="Score">How much of the sentence the quote covers, 0 to 1.</param>
/// <param name="Label">The number of the citation mark <c>[^1]</c> in the Markdown.</param>
public sealed record EvidenceDetails(
    Guid DocumentId,
    string DocumentName,
    int? Page,
    string Heading,
    string Quote,
    string Passage,
    double Score,
    Guid PassageId,
    int Start,
    int End,
    int Label);

/// <summary>One sentence of a post with its verdict.</summary>
/// <param name="Start">Offset of the sentence in the Markdown (UTF-16 units); <paramref name="End"/> is after its last character.</param>
/// <param name="Note">Why the verdict is not better, in plain words; null when there is nothing to say.</param>
public sealed record ClaimDetails(
    string Sentence,
    ClaimKind Kind,
    Verdict Verdict,
    int Start,
    int End,
    string? Note,
    IReadOnlyList<EvidenceDetails> Evidence);

/// <summary>A document a post rests on.</summary>
/// <param name="Pages">The cited pages, ascending; empty where the format has none.</param>
public sealed record SourceDetails(Guid DocumentId, string DocumentName, IReadOnlyList<int> Pages, int Citations)
{
    /// <summary>What was taken from it; only told with a published post.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TakenDetails>? Taken { get; init; }
}

/// <summary>How many of the sentences that need evidence have it.</summary>
public sealed record CheckSummary(int Supported, int Checked);

public sealed record PostSummary(
    Guid Id,
    string Slug,
    string Title,
    string Summary,
    IReadOnlyList<string> Tags,
    PostStatus Status,
    int Version,
    int? PublishedVersion,
    CheckSummary Check,
    DateTimeOffset? PublishedAt,
    DateTimeOffset? ScheduledAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Why it left the schedule without going out; null when it did not.</summary>
    public string? ScheduleProblem { get; init; }
}

/// <summary>A post as its author sees it: the latest version.</summary>
public sealed record PostDetails(
    Guid Id,
    string Slug,
    string Title,
    string Summary,
    string Markdown,
    IReadOnlyList<string> Tags,
    PostStatus Status,
    int Version,
    int? PublishedVersion,
    DateTimeOffset? PublishedAt,
    DateTimeOffset? ScheduledAt,
    Guid? GenerationId,
    CheckSummary Check,
    IReadOnlyList<ClaimDetails> Claims,
    IReadOnlyList<SourceDetails> Sources,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Why it left the schedule without going out, in words for its author; null when it did not.</summary>
    public string? ScheduleProblem { get; init; }
}

/// <summary>A new version of a post. <see cref="Version"/> is the one that was edited; 409 when it is not the latest.</summary>
/// <param name="Slug">Kept as it is when null; 409 with <c>slug-taken</c> and a free <c>suggestion</c> when it is another post's.</param>
/// <param name="Autosave">A run of automatic saves becomes one version in the history.</param>
public sealed record EditPostRequest(
    int Version,
    string Title,
    [Required(AllowEmptyStrings = true)] string Summary,
    [Required(AllowEmptyStrings = true)] string Markdown,
    IReadOnlyList<string>? Tags,
    string? Slug,
    bool Autosave = false);

public sealed record CreatePostRequest(string Title, string? Summary, string? Markdown, IReadOnlyList<string>? Tags);

/// <summary>
/// Now when <see cref="At"/> is null; a time that has passed is refused. <see cref="Override"/> passes the gate and is
/// written to the audit trail. The latest version when <see cref="Version"/> is null.
/// </summary>
public sealed record PublishRequest(DateTimeOffset? At, string? Override, int? Version = null);

/// <summary>How many posts there are in each state.</summary>
public sealed record PostCounts(int Draft, int Scheduled, int Published, int Archived);

/// <summary>One line of a post's history.</summary>
/// <param name="Verdicts">How many statements have which verdict: <c>supported</c>, <c>partly</c>, <c>contradicted</c>, <c>not-found</c>.</param>
/// <param name="Autosaved">Saved by itself, not asked for.</param>
/// <param name="PublishedAt">When it last became what readers see; null when it never did.</param>
/// <param name="Live">Whether readers see it now.</param>
public sealed record VersionSummary(
    int Number,
    string Title,
    int Words,
    CheckSummary Check,
    IReadOnlyDictionary<string, int> Verdicts,
    DateTimeOffset CreatedAt,
    bool Autosaved,
    DateTimeOffset? PublishedAt,
    bool Live);

/// <summary>A post as it was saved once.</summary>
public sealed record VersionDetails(
    int Number,
    string Title,
    string Summary,
    string Markdown,
    IReadOnlyList<string> Tags,
    CheckSummary Check,
    IReadOnlyList<ClaimDetails> Claims,
    DateTimeOffset CreatedAt);

/// <summary>Brings an old text back as a new version. <see cref="Version"/> is the latest one the caller knows.</summary>
public sealed record RestoreVersionRequest(int Version);

public sealed record PreviewRequest([Required(AllowEmptyStrings = true)] string Markdown);

/// <summary>Safe HTML of a draft and the verdicts of its sentences, nothing stored.</summary>
public sealed record PreviewDetails(string Html, CheckSummary Check, IReadOnlyList<ClaimDetails> Claims);

public sealed record EvidenceReport(IReadOnlyList<ClaimDetails> Claims, IReadOnlyList<SourceDetails> Sources);

/// <summary>A published post in a list.</summary>
public sealed record PublicPostSummary(
    string Slug,
    string Title,
    string Summary,
    IReadOnlyList<string> Tags,
    AuthorDetails Author,
    DateTimeOffset PublishedAt,
    DateTimeOffset UpdatedAt,
    int ReadingMinutes,
    CheckSummary Check)
{
    /// <summary>The text for feed readers, where it was asked for: each mark is a link to its evidence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Html { get; init; }
}

public sealed record AuthorDetails(string Name, string Handle);

/// <summary>A published post. <see cref="Html"/> is sanitised and safe to place in a page as it is.</summary>
public sealed record PublicPost(
    string Slug,
    string Title,
    string Summary,
    string Html,
    string Markdown,
    IReadOnlyList<string> Tags,
    AuthorDetails Author,
    DateTimeOffset PublishedAt,
    DateTimeOffset UpdatedAt,
    int ReadingMinutes,
    CheckSummary Check,
    IReadOnlyList<SourceDetails> Sources)
{
    /// <summary>Posts that speak of the same, the nearest first.</summary>
    public IReadOnlyList<PostLink> Related { get; init; } = [];

    /// <summary>The post that appeared before this one.</summary>
    public PostLink? Previous { get; init; }

    /// <summary>The post that appeared after this one.</summary>
    public PostLink? Next { get; init; }
}

/// <summary>The evidence of a published post, with what a page about it needs.</summary>
public sealed record PublicEvidence(string Slug, string Title, CheckSummary Check, IReadOnlyList<ClaimDetails> Claims, IReadOnlyList<SourceDetails> Sources);

/// <summary>A hit. <see cref="Snippet"/> is plain text with the found words between U+E000 and U+E001.</summary>
public sealed record SearchHit(string Kind, string Title, string Snippet, string? Slug, Guid? DocumentId, Guid? PassageId, int? Page);

/// <summary>One page of hits, the best first. <see cref="Next"/> is handed back as <c>?after=</c>; null on the last page.</summary>
/// <param name="Simpler">True while the search engine is away and the database's own index answers in its place.</param>
public sealed record SearchResults(IReadOnlyList<SearchHit> Items, string? Next, bool Simpler = false);
