using System.Text.Json.Serialization;

namespace BlogCreator.Contracts;

/// <summary>Where a document stands. <c>ready</c> is final; <c>failed</c> is until it is tried again.</summary>
[JsonConverter(typeof(KebabCaseConverter<DocumentStatus>))]
public enum DocumentStatus
{
    Queued,
    Reading,
    Ready,
    Failed,
}

/// <summary>An uploaded document as its owner sees it.</summary>
/// <param name="FileType"><c>pdf</c>, <c>docx</c>, <c>pptx</c>, <c>xlsx</c>, <c>xls</c>, <c>csv</c>, <c>odt</c>, <c>ods</c>, <c>odp</c>, <c>rtf</c>, <c>epub</c>, <c>html</c>, <c>eml</c>, <c>markdown</c> or <c>text</c>.</param>
/// <param name="Size">Bytes, as uploaded.</param>
/// <param name="Pages">Pages or slides of the original, while it is read also sheets or chapters; null where the format has none or it was not read yet.</param>
/// <param name="PagesRead">How far reading has come, while <c>reading</c>.</param>
/// <param name="Passages">How many passages can be cited.</param>
/// <param name="ReasonCode">Why it failed, for programs: <c>empty-file</c>, <c>no-pages</c>, <c>encrypted</c>, <c>damaged</c>, <c>no-text</c>, <c>content-mismatch</c>, <c>too-long</c>, <c>reader-crashed</c>, <c>reader-timeout</c>, <c>reader-memory</c>, <c>unpacks-too-large</c>, <c>cancelled</c>, <c>file-missing</c>, <c>file-altered</c>.</param>
/// <param name="Reason">Why it failed and what to do about it, in one or two plain sentences.</param>
public sealed record DocumentDetails(
    Guid Id,
    string FileName,
    string FileType,
    DocumentStatus Status,
    long Size,
    int? Pages,
    int? PagesRead,
    string? Title,
    string? Language,
    int Passages,
    string? ReasonCode,
    string? Reason,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A piece of a document small enough to cite.</summary>
/// <param name="Order">Position in the document, from 0.</param>
/// <param name="Page">Page of the original, from 1; null where the format has no pages.</param>
/// <param name="Heading">The headings above it, outermost first, joined by " › "; empty when there are none.</param>
/// <param name="Kind"><c>prose</c>, <c>list</c>, <c>table</c>, <c>code</c>, <c>quote</c>, <c>caption</c>, <c>note</c>, <c>toc</c> or <c>references</c>.</param>
/// <param name="Text">Plain text. A list has an item a line; a table has a row a line, its head first, cells parted by " | ".</param>
/// <param name="Start">Offset of its first character in the document's text (UTF-16 units).</param>
/// <param name="End">Offset after its last character.</param>
public sealed record PassageDetails(Guid Id, int Order, int? Page, string Heading, string Kind, string Text, int Start, int End);
