using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BlogCreator.Api.Data;

/// <summary>
/// A database that has no room, or that cannot be written to, is nobody's mistake that sent the request: the answer says
/// what is the matter, and that nothing was changed.
/// </summary>
internal sealed class FullDatabase : IExceptionHandler
{
    private const int TryAgainSeconds = 30;

    // https://www.sqlite.org/rescode.html
    private const int SqliteReadOnly = 8;
    private const int SqliteIoError = 10;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;

    /// <summary>Whether this comes from a database that cannot take anything more just now.</summary>
    public static bool Is(Exception exception) => StatusOf(exception) is not null;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (StatusOf(exception) is not { } status)
        {
            return false;
        }

        var full = status == StatusCodes.Status507InsufficientStorage;
        httpContext.Response.Headers.RetryAfter = TryAgainSeconds.ToString(CultureInfo.InvariantCulture);
        await TypedResults.Problem(
            full
                ? "The disk of the database is full, so nothing was saved. What was there before is safe and can be read. Try again once whoever runs this site has made room."
                : "The database cannot be written to, so nothing was saved. What was there before is safe. Try again in a moment.",
            statusCode: status,
            title: full ? "There is no room left" : "Nothing can be saved just now",
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = full ? "storage-full" : "storage-away" }).ExecuteAsync(httpContext);
        return true;
    }

    private static int? StatusOf(Exception? exception) => exception switch
    {
        null => null,
        SqliteException { SqliteErrorCode: SqliteFull } => StatusCodes.Status507InsufficientStorage,
        SqliteException { SqliteErrorCode: SqliteReadOnly or SqliteIoError or SqliteCannotOpen } => StatusCodes.Status503ServiceUnavailable,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => StatusCodes.Status507InsufficientStorage,
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => StatusCodes.Status503ServiceUnavailable,
        _ => StatusOf(exception.InnerException),
    };
}
