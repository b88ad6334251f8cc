namespace BlogCreator.Contracts;

/// <summary>
/// The header in which the API tells whoever changed what readers see the number of that change; see
/// <c>GET /api/v1/public/changes</c>.
/// </summary>
public static class ContentVersionHeader
{
    public const string Name = "Content-Version";

    /// <summary>When that change was made, in Unix milliseconds: numbers come again after a database was restored, moments do not.</summary>
    public const string TimeName = "Content-Version-Time";
}

/// <summary>One change of what readers see. The first event of a stream only says how far things are and has no kind.</summary>
/// <param name="Build">Which build of the API tells; in the first event only.</param>
public sealed record ContentChangeDetails(long Number, string? Kind, DateTimeOffset? At, string? Build = null);

/// <summary>A published post to link to.</summary>
public sealed record PostLink(string Slug, string Title, DateTimeOffset PublishedAt);

/// <summary>A tag of published posts and how many carry it.</summary>
public sealed record TagDetails(string Tag, int Posts);

/// <summary>An author as readers see them.</summary>
public sealed record AuthorProfile(string Name, string Handle, int Posts, string Bio = "");

/// <summary>How many posts appeared in a year, month by month, the newest first.</summary>
public sealed record ArchiveYear(int Year, int Posts, IReadOnlyList<ArchiveMonth> Months);

public sealed record ArchiveMonth(int Month, int Posts);

/// <summary>Addresses of published posts for a sitemap, in parts whose borders hardly move.</summary>
public sealed record PostAddresses(int Parts, IReadOnlyList<PostAddress> Addresses);

public sealed record PostAddress(string Slug, DateTimeOffset UpdatedAt);

/// <summary>Which published posts to list.</summary>
/// <param name="Full">Whether each comes with its text, at most 30 of them.</param>
public sealed record PublicPostsQuery(string? Tag = null, string? Author = null, int? Year = null, bool Full = false);

/// <summary>A piece that a post took from a source.</summary>
/// <param name="Statement">Which statement of the post rests on it, counted from one as on the evidence page.</param>
public sealed record TakenDetails(int Statement, int Label, string Quote, int? Page, string Heading, Verdict Verdict);
