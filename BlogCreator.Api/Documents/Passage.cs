namespace BlogCreator.Api.Documents;

/// <summary>A piece of a document small enough to cite.</summary>
public sealed class Passage
{
    /// <summary>The row's number, by which the full-text index knows it.</summary>
    public long Key { get; private set; }

    public required Guid Id { get; init; }

    public required Guid DocumentId { get; init; }

    public required int Order { get; init; }

    public int? Page { get; init; }

    /// <summary>The headings above it, outermost first, joined by " › ".</summary>
    public required string Heading { get; init; }

    public required string Kind { get; init; }

    public required string Text { get; init; }

    /// <summary>Offsets in the document's text, in UTF-16 units.</summary>
    public required int Start { get; init; }

    public required int End { get; init; }
}
