namespace BlogCreator.Api.Search;

/// <summary>
/// A post or a passage that a search index has yet to be told of. Written by triggers in the transaction of the change, so
/// that nobody calls search. One row a subject and index: a new change takes a new number and replaces the row, so that the
/// table never holds more rows than there are things to index.
/// </summary>
public sealed class SearchChange
{
    private SearchChange()
    {
    }

    /// <summary>In the order of the changes of one subject; the version under which the state is indexed.</summary>
    public long Number { get; private set; }

    public int IndexId { get; private set; }

    /// <summary><c>post</c> or <c>passage</c>.</summary>
    public string Kind { get; private set; } = "";

    public Guid Subject { get; private set; }

    /// <summary>Milliseconds since 1970: not to be sent before. Whoever sends it moves this on, so that no other does.</summary>
    public long NotBefore { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>What the search engine said last.</summary>
    public string? Error { get; private set; }

    /// <summary>Set when it will not be taken however often it is sent; kept for a person to see.</summary>
    public DateTimeOffset? RejectedAt { get; private set; }
}
