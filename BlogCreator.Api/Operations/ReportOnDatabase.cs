using System.Data.Common;
using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>Whether the database answers, and how large it is.</summary>
internal sealed class ReportOnDatabase(BlogDb db) : IReportOnItself
{
    public static string Part => "database";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        try
        {
            var facts = new List<OperationsFact> { new("kind", db.Database.IsSqlite() ? "SQLite" : "PostgreSQL") };
            if (db.Database.IsSqlite())
            {
                var pages = await db.Database.SqlQuery<long>($"SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size()) AS \"Value\"").SingleAsync(cancel);
                facts.Add(new("version", await db.Database.SqlQuery<string>($"SELECT sqlite_version() AS \"Value\"").SingleAsync(cancel)));
                facts.Add(new("size", pages.ToString(CultureInfo.InvariantCulture), "bytes"));
            }
            else
            {
                var server = await db.Database.SqlQuery<Server>(
                    $"""
                    SELECT current_setting('server_version') AS "Version", pg_database_size(current_database()) AS "Size",
                           (SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database())::int AS "Open", current_setting('max_connections')::int AS "Most"
                    """).SingleAsync(cancel);
                facts.Add(new("version", server.Version));
                facts.Add(new("size", server.Size.ToString(CultureInfo.InvariantCulture), "bytes"));
                facts.Add(new("connections", server.Open.ToString(CultureInfo.InvariantCulture)));
                facts.Add(new("most connections", server.Most.ToString(CultureInfo.InvariantCulture)));
            }

            var applied = (await db.Database.GetAppliedMigrationsAsync(cancel)).ToHashSet(StringComparer.Ordinal);
            if (applied.Max(StringComparer.Ordinal) is { } last)
            {
                facts.Add(new("schema", last));
            }

            return db.Database.GetMigrations().Any(known => !applied.Contains(known))
                ? new OperationsPart("database", PartState.Wrong, "The database is older than this version. Run the command \"migrate\".", facts)
                : new OperationsPart("database", PartState.Well, "The database answers and fits this version.", facts);
        }
        catch (Exception failure) when (failure is DbException || failure.IsPassing())
        {
            return new OperationsPart("database", PartState.Wrong, "The database does not answer. What was saved is safe; nothing new can be saved until it is back.", []);
        }
    }

    private sealed record Server(string Version, long Size, int Open, int Most);
}
