using BlogCreator.Contracts;

namespace BlogCreator.Api.Posts;

/// <summary>A post as it was saved once, with what the check found then. Its text is never changed.</summary>
public sealed class PostVersion
{
    public Guid PostId { get; init; }

    public int Number { get; init; }

    public required string Title { get; init; }

    public required string Summary { get; init; }

    /// <summary>Markdown with citation marks <c>[^1]</c>.</summary>
    public required string Markdown { get; init; }

    /// <summary>The text without any markup: what search reads.</summary>
    public required string PlainText { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required IReadOnlyList<ClaimDetails> Claims { get; init; }

    /// <summary>Statements that need evidence and have it, and all that need it.</summary>
    public int Supported { get; init; }

    public int Checked { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the run of automatic saves began that ends with this one; null for a version that somebody asked for.</summary>
    public DateTimeOffset? AutosavedSince { get; init; }

    /// <summary>When it last became what readers see; null when it never did.</summary>
    public DateTimeOffset? PublishedAt { get; private set; }

    public void BecomePublished(DateTimeOffset now) => PublishedAt = now;
}
