using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>The file as it was uploaded, to be saved, never shown in a page of ours.</summary>
public static class GetOriginal
{
    public static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, IFileStore files, HttpResponse response, CancellationToken cancel)
    {
        if (await db.Documents.AsNoTracking().SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document
            || await files.OpenRead(document.Sha256, cancel) is not { } content)
        {
            return Problems.NotFound("document");
        }

        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.CacheControl = "private, no-store";
        var type = document.FileType switch
        {
            "pdf" => "application/pdf",
            "markdown" => "text/markdown",
            "text" or "csv" or "eml" => "text/plain",
            "rtf" => "application/rtf",
            "epub" => "application/epub+zip",
            "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xls" => "application/vnd.ms-excel",
            "odt" => "application/vnd.oasis.opendocument.text",
            "ods" => "application/vnd.oasis.opendocument.spreadsheet",
            "odp" => "application/vnd.oasis.opendocument.presentation",
            // A page of somebody else's is never one of ours, not even by mistake.
            _ => "application/octet-stream",
        };
        return TypedResults.Stream(content, type, document.FileName, document.CreatedAt, enableRangeProcessing: true);
    }
}
