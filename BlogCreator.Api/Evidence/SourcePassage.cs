using System.Runtime.InteropServices;

namespace BlogCreator.Api.Evidence;

/// <summary>A piece of a document that a sentence can rest on.</summary>
/// <param name="Heading">The headings above it, outermost first, joined by " › ".</param>
/// <param name="Kind">prose, list, table, code, quote, caption, toc, note or references.</param>
/// <param name="DocumentTitle">What a post calls its document, where that is more than the file's name.</param>
/// <param name="Judged">
/// Sentences (as <see cref="SentenceKey"/>) of which a model said that they mean what the passage means. It counts only for
/// these very words, and only where nothing but the choice of words is in doubt.
/// </param>
public sealed record SourcePassage(
    Guid Id,
    Guid DocumentId,
    string DocumentName,
    int? Page,
    string Heading,
    string Kind,
    int Order,
    string Text,
    string? DocumentTitle = null,
    IReadOnlyList<string>? Judged = null);

/// <summary>A stretch of a text: <c>text[Start..End]</c>.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TextSpan(int Start, int End)
{
    public int Length => End - Start;

    public string Of(string text) => text[Start..End];
}
