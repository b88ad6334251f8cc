using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Diagnostics;

namespace BlogCreator.Api.Operations;

/// <summary>
/// What a request is told that the database could not serve: to come back when it is away, to look again when somebody else
/// was faster each time. Neither is a mistake of ours.
/// </summary>
internal sealed partial class AnswerForDatabase(ILogger<AnswerForDatabase> logger) : IExceptionHandler
{
    private const string ComeBackAfterSeconds = "3";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var cause = exception.GetBaseException();
        var (failure, reason) = (cause.GetType().Name, cause.Message);
        if (exception.IsPassing())
        {
            LogAway(logger, failure, reason);
            httpContext.Response.Headers.RetryAfter = ComeBackAfterSeconds;
            await Problems.Refuse(
                StatusCodes.Status503ServiceUnavailable,
                "database-away",
                "The database is away for a moment",
                "What was saved is safe; this was not done. Repeat it in a few seconds.").ExecuteAsync(httpContext);
            return true;
        }

        if (exception.IsCollision())
        {
            LogCollided(logger, reason);
            await Problems.Refuse(
                StatusCodes.Status409Conflict,
                "changing",
                "This is changing at this moment",
                "Somebody else, or work of yours that is just ending, changes the same thing. Look at it again, then repeat this if it is still wanted.").ExecuteAsync(httpContext);
            return true;
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answered that the database is away: {Failure} {Reason}")]
    private static partial void LogAway(ILogger logger, string failure, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Answered that something else is changing the same: {Reason}")]
    private static partial void LogCollided(ILogger logger, string reason);
}
