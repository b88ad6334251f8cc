using System.Net;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Diagnostics;

namespace BlogCreator.Web.Shell;

/// <summary>Who asked for data is told in data what went wrong; everybody else gets the error page.</summary>
internal sealed class ExplainToPrograms(IProblemDetailsService problems) : IExceptionHandler
{
    public static int StatusOf(Exception e) => e switch
    {
        BadHttpRequestException refused => refused.StatusCode,
        ApiProblemException { Status: HttpStatusCode.TooManyRequests } => StatusCodes.Status429TooManyRequests,
        _ when ApiAway.Explains(e) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The request already bears the address of the error page.
        PathString path = httpContext.Features.Get<IExceptionHandlerPathFeature>()?.Path;
        if (!SiteArea.IsForPrograms(path) && !Path.HasExtension(path.Value))
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusOf(exception);
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = { Status = httpContext.Response.StatusCode },
        });
    }
}
