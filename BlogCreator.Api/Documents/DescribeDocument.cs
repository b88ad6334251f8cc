using BlogCreator.Contracts;

namespace BlogCreator.Api.Documents;

/// <summary>Shows a document to its owner.</summary>
internal static class DescribeDocument
{
    public static DocumentDetails ToDetails(Document document) => new(
        document.Id,
        document.FileName,
        document.FileType,
        document.Status,
        document.Size,
        document.Pages,
        document.PagesRead,
        document.Title,
        document.Language,
        document.PassageCount,
        document.ReasonCode,
        document.Reason,
        document.CreatedAt,
        document.UpdatedAt);
}
