namespace BlogCreator.Api.Evidence;

/// <summary>A passage with all that writing and checking need to know of it.</summary>
/// <param name="Heading">The headings above it, joined by " › ".</param>
/// <param name="Kind"><c>prose</c>, <c>list</c>, <c>table</c>, <c>code</c>, <c>quote</c>, <c>caption</c>, <c>toc</c> or <c>references</c>.</param>
/// <param name="Order">Position in its document, from 0.</param>
public sealed record SourcePassage(
    Guid Id,
    Guid DocumentId,
    string DocumentName,
    int? Page,
    string Heading,
    string Kind,
    int Order,
    string Text);
