using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Data;

/// <summary>Brings the database to this version. Safe to run twice and while the service runs.</summary>
public sealed partial class Migrate(BlogDb db, ILogger<Migrate> logger)
{
    public async Task Run(CancellationToken cancel)
    {
        if (db.Database.IsSqlite() && db.Database.GetDbConnection() is { DataSource: { Length: > 0 } file } && Path.GetDirectoryName(file) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var missing = (await db.Database.GetPendingMigrationsAsync(cancel)).Count();
        await db.Database.MigrateAsync(cancel);
        LogMigrated(logger, missing);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied {Count} migrations")]
    private static partial void LogMigrated(ILogger logger, int count);
}
