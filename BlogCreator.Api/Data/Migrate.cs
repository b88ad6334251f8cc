using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Data;

/// <summary>
/// Brings the database to this version. Safe to run twice, from two places at once, and while the service runs. A migration
/// that fails leaves nothing of itself behind; those before it stay, those after it are not tried.
/// </summary>
public sealed partial class Migrate(BlogDb db, BlogDbConnection connection, ILogger<Migrate> logger)
{
    /// <param name="alsoAlone">What else is to be done before another run of this may begin.</param>
    /// <returns>False when a migration failed; the log says which and why.</returns>
    public async Task<bool> Run(Func<Task>? alsoAlone, CancellationToken cancel)
    {
        try
        {
            var applied = db.Database.IsNpgsql()
                ? await new MigratePostgres(db, connection, logger).Run(alsoAlone, cancel)
                : await Sqlite(alsoAlone, cancel);
            LogMigrated(logger, applied);
            return true;
        }
        catch (MigrationFailedException failure)
        {
            LogFailed(logger, failure.Migration, failure.Message);
            return false;
        }
    }

    private async Task<int> Sqlite(Func<Task>? alsoAlone, CancellationToken cancel)
    {
        if (db.Database.GetDbConnection() is { DataSource: { Length: > 0 } file } && Path.GetDirectoryName(file) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var missing = (await db.Database.GetPendingMigrationsAsync(cancel)).Count();
        await db.Database.MigrateAsync(cancel);
        if (alsoAlone is not null)
        {
            await alsoAlone();
        }

        return missing;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Count} migrations")]
    private static partial void LogMigrated(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "Migration {Migration} failed and left nothing behind; those before it stay, those after it were not tried. {Reason}")]
    private static partial void LogFailed(ILogger logger, string migration, string reason);
}

/// <summary>A migration could not be applied; the message says what whoever runs this can do.</summary>
public sealed class MigrationFailedException(string migration, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Migration { get; } = migration;
}
