using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing;

/// <summary>A document as the pipeline sees it.</summary>
/// <param name="Name">What the reader is shown; a file name or a title.</param>
/// <param name="Language">Two letters, when known.</param>
public sealed record SourceDocument(Guid Id, string Name, string? Title, string? Language, IReadOnlyList<SourcePassage> Passages);
