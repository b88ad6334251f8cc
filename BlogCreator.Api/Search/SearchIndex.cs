namespace BlogCreator.Api.Search;

public enum SearchIndexState
{
    /// <summary>It is being filled; changes are kept for it already.</summary>
    Filling,

    /// <summary>It holds everything and follows the changes.</summary>
    Live,

    /// <summary>Another took its place; what is left of it is to be deleted.</summary>
    Retired,
}

/// <summary>
/// A pair of indices, of posts and of passages, at the search engine: made together, filled together, replaced together.
/// While a row is not retired, triggers keep every change for it (<see cref="SearchChange"/>); without a row they keep none.
/// </summary>
public sealed class SearchIndex
{
    private SearchIndex()
    {
    }

    /// <summary>Stands in the names of the indices.</summary>
    public int Id { get; private set; }

    /// <summary>The fields it has. A release writes only to indices with its own.</summary>
    public string Mapping { get; private set; } = "";

    /// <summary>Of the release's fields; among those in use, the highest answers readers.</summary>
    public int Version { get; private set; }

    public SearchIndexState State { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When a process last said that it writes to it.</summary>
    public DateTimeOffset SeenAt { get; private set; }

    /// <summary>
    /// The transactions that were open when the row appeared, on PostgreSQL: below this number. They kept nothing for it, so
    /// filling waits for their end.
    /// </summary>
    public long? OpenBefore { get; private set; }

    /// <summary>How far filling has come: posts up to this one, in the order of their ids.</summary>
    public Guid PostsUpTo { get; private set; }

    /// <summary>And passages up to this one.</summary>
    public long PassagesUpTo { get; private set; }

    /// <summary>Documents that filling has sent.</summary>
    public long Filled { get; private set; }

    /// <summary>The process that fills it, and until when it has said so.</summary>
    public string? FilledBy { get; private set; }

    public DateTimeOffset? FilledUntil { get; private set; }

    public DateTimeOffset? LiveSince { get; private set; }

    public static SearchIndex Create(string mapping, int version, DateTimeOffset now) => new()
    {
        Mapping = mapping,
        Version = version,
        CreatedAt = now,
        SeenAt = now,
    };
}
