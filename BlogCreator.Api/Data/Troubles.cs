using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace BlogCreator.Api.Data;

/// <summary>What went wrong with the database, as far as it matters to what is done next.</summary>
public static class Troubles
{
    /// <summary>Somebody else was faster: the row is there already, or is another by now.</summary>
    public static bool IsCollision(this Exception failure) => Chain(failure).Any(cause => cause switch
    {
        DbUpdateConcurrencyException => true,
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation,
        SqliteException { SqliteExtendedErrorCode: 2067 or 1555 or 787 } => true,
        _ => false,
    });

    /// <summary>It goes away by itself: the connection broke, the server starts or stops, its password is being exchanged, two transactions stood in each other's way.</summary>
    public static bool IsPassing(this Exception failure) => Chain(failure).Any(cause => cause switch
    {
        RetryLimitExceededException => true,
        // A full disk stays full.
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => false,
        NpgsqlException { IsTransient: true } => true,
        PostgresException postgres => postgres.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            || DatabasePassword.IsRefusal(postgres),
        SqliteException { SqliteErrorCode: 5 or 6 } => true,
        _ => false,
    });

    private static IEnumerable<Exception> Chain(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }
}
