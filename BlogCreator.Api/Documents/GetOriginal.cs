using BlogCreator.Api.Data;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>
/// The file as it was uploaded, to be saved, never shown in a page of ours. Its bytes are compared with its hash before the
/// first of them goes out.
/// </summary>
internal static class GetOriginal
{
    public static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Handle(
        Guid id, CurrentUser user, BlogDb db, CheckFile files, HttpResponse response, CancellationToken cancel)
    {
        if (await db.Documents.AsNoTracking().SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is not { } document)
        {
            return Problems.NotFound("document");
        }

        var (copy, condition) = await files.Borrow(document.Sha256, cancel);
        if (copy is null)
        {
            return condition == FileCondition.Missing
                ? Problems.Refuse(StatusCodes.Status410Gone, "file-missing", "The file is missing", "The original file is no longer where files are kept; what was read from it is still here. Upload the same file again to bring it back.")
                : Problems.Refuse(StatusCodes.Status410Gone, "file-altered", "The file is damaged", "The original file is not the same any more as when it was uploaded, so it is not given out; what was read from it is still here. Upload the same file again to bring it back.");
        }

        response.RegisterForDispose(copy);
        var content = Open(copy.Path);

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

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, FileOptions.Asynchronous);
        }
        catch (IOException removed)
        {
            throw FileStoreException.From(removed);
        }
    }
}
