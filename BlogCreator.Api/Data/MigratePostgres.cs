using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace BlogCreator.Api.Data;

/// <summary>
/// Applies migrations on PostgreSQL. EF's own way locks the table of applied migrations until it is done, at which every
/// health check of the running service would wait, and waits without end for a table that somebody uses, with everybody
/// else behind it. Here one lock that nobody else knows keeps a second run waiting, and a table is waited for briefly and
/// often.
/// </summary>
internal sealed partial class MigratePostgres(BlogDb db, BlogDbConnection database, ILogger logger)
{
    private const long OnlyOne = 0x626C6F676372; // "blogcr"
    private const string LockTimeout = "3s";
    private const int MostTries = 20;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    /// <returns>How many were applied.</returns>
    public async Task<int> Run(Func<Task>? alsoAlone, CancellationToken cancel)
    {
        await using var connection = await database.OpenPostgres(settings => (settings.CommandTimeout, settings.ApplicationName) = (0, "blogcreator-migrate"), cancel);
        await BeTheOnlyOne(connection, cancel);
        await Execute(connection, null, $"SET lock_timeout = '{LockTimeout}'", cancel);

        var history = db.GetService<IHistoryRepository>();
        await Execute(connection, null, history.GetCreateIfNotExistsScript(), cancel);
        var missing = (await db.Database.GetPendingMigrationsAsync(cancel)).ToList();
        foreach (var id in missing)
        {
            await Apply(connection, id, history, cancel);
        }

        if (alsoAlone is not null)
        {
            await alsoAlone();
        }

        return missing.Count;
    }

    /// <summary>
    /// Held until the connection ends, however that comes. Asked for again and again instead of waited for: a statement that
    /// waits is one that an index built concurrently waits for in turn.
    /// </summary>
    private async Task BeTheOnlyOne(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = OnlyOne } } };
        var told = false;
        while (await command.ExecuteScalarAsync(cancel) is not true)
        {
            if (!told)
            {
                LogWaits(logger);
                told = true;
            }

            await Task.Delay(LookAgain, cancel);
        }
    }

    private async Task Apply(NpgsqlConnection connection, string id, IHistoryRepository history, CancellationToken cancel)
    {
        var assembly = db.GetService<IMigrationsAssembly>();
        var migration = assembly.CreateMigration(assembly.Migrations[id], db.Database.ProviderName!);
        var model = db.GetService<IModelRuntimeInitializer>().Initialize(migration.TargetModel, designTime: true, validationLogger: null);
        var commands = db.GetService<IMigrationsSqlGenerator>().Generate(migration.UpOperations, model);
        var note = history.GetInsertScript(new HistoryRow(id, ProductInfo.GetVersion()));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (commands.Any(command => command.TransactionSuppressed))
                {
                    // What cannot stand in a transaction is written so that it can be done again: see ConcurrentIndexes.
                    foreach (var command in commands)
                    {
                        await Execute(connection, null, command.CommandText, cancel);
                    }

                    await Execute(connection, null, note, cancel);
                }
                else
                {
                    await using var transaction = await connection.BeginTransactionAsync(cancel);
                    foreach (var command in commands)
                    {
                        await Execute(connection, transaction, command.CommandText, cancel);
                    }

                    await Execute(connection, transaction, note, cancel);
                    await transaction.CommitAsync(cancel);
                }

                LogApplied(logger, id);
                return;
            }
            catch (PostgresException busy) when (busy.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected && attempt < MostTries)
            {
                // Whoever uses the table goes first, and so does everybody who waited behind us.
                LogBusy(logger, id, attempt);
                await Task.Delay(LookAgain * attempt, cancel);
            }
            catch (PostgresException failure)
            {
                throw new MigrationFailedException(id, Explain(failure), failure);
            }
        }
    }

    private static string Explain(PostgresException failure) => failure.SqlState switch
    {
        PostgresErrorCodes.LockNotAvailable => "A table that it changes was in use all the time. Nothing is wrong: run it again when there is less to do, or see in pg_stat_activity who holds the table.",
        _ when failure.MessageText.Contains("unaccent", StringComparison.Ordinal) => $"PostgreSQL's extension \"unaccent\" cannot be had: {failure.MessageText}. It comes with the server's package of contributed extensions (Debian: postgresql-contrib); where the user may not create it, let an administrator run CREATE EXTENSION unaccent in this database, then run this again.",
        _ => $"PostgreSQL said {failure.SqlState}: {failure.MessageText}",
    };

    private static async Task Execute(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync(cancel);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Waits for another run of 'migrate' to end")]
    private static partial void LogWaits(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Applied migration {Migration}")]
    private static partial void LogApplied(ILogger logger, string migration);

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Migration} gave way to somebody who uses the table, attempt {Attempt}")]
    private static partial void LogBusy(ILogger logger, string migration, int attempt);
}
