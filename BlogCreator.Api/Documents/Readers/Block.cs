using System.Text.Json.Serialization;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>What a block is. The writer quotes prose, lists and quotes; it never builds sentences from the last four.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BlockKind>))]
internal enum BlockKind
{
    Heading,
    Paragraph,
    List,
    Table,
    Code,
    Quote,
    Caption,
    Toc,
    References,
    Note,
}

/// <summary>One piece of a document as its reader found it, in reading order.</summary>
/// <param name="Text">Plain text. Items of a list, rows of a table and lines of code are separated by line feeds.</param>
/// <param name="Page">Page of the original, from 1; null where the format has none.</param>
/// <param name="Level">Depth of a heading, from 1; 0 otherwise.</param>
internal sealed record Block(BlockKind Kind, string Text, int? Page = null, int Level = 0);
