using System.Globalization;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Documents.Files;

/// <summary>Says to whoever asked that files cannot be kept or read just now, and what that means.</summary>
internal sealed class ExplainFileStore : IExceptionHandler
{
    private const int TryAgainSeconds = 30;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not FileStoreException trouble)
        {
            return false;
        }

        await Refuse(trouble, httpContext.Response).ExecuteAsync(httpContext);
        return true;
    }

    public static ProblemHttpResult Refuse(FileStoreException trouble, HttpResponse response)
    {
        response.Headers.RetryAfter = TryAgainSeconds.ToString(CultureInfo.InvariantCulture);
        return trouble.Trouble == FileStoreTrouble.Full
            ? Problems.Refuse(
                StatusCodes.Status507InsufficientStorage,
                "storage-full",
                "There is no room left",
                "The disk of the uploaded files is full, so nothing was saved. What was there before is safe and can be read. Try again once whoever runs this site has made room.")
            : Problems.Refuse(
                StatusCodes.Status503ServiceUnavailable,
                "storage-away",
                "Files cannot be reached just now",
                "The store of the uploaded files does not answer, so nothing was changed. What was there before is safe. Try again in a moment.");
    }
}
