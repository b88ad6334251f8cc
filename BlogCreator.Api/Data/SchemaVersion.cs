using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BlogCreator.Api.Data;

/// <summary>
/// Which migrations a database lacks, asked without EF's model: building that takes longer than all else at start, and
/// every start and every health check asks this.
/// </summary>
public static class SchemaVersion
{
    private static readonly Lazy<IReadOnlyList<string>> Sqlite = new(() => Of(typeof(SqliteBlogDb)));
    private static readonly Lazy<IReadOnlyList<string>> Postgres = new(() => Of(typeof(PostgresBlogDb)));

    public static async Task<IReadOnlyList<string>> Missing(BlogDbConnection database, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(database);
        var known = (database.IsPostgres ? Postgres : Sqlite).Value;
        var text = database.Text;
        if (!database.IsPostgres)
        {
            var settings = new SqliteConnectionStringBuilder(text) { Mode = SqliteOpenMode.ReadOnly };
            if (!File.Exists(settings.DataSource))
            {
                return known;
            }

            text = settings.ToString();
        }

        await using var connection = await (database with { Text = text }).Open(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = database.IsPostgres
            ? """SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('"__EFMigrationsHistory"')"""
            : """SELECT COUNT(*) FROM sqlite_master WHERE name = '__EFMigrationsHistory'""";
        if (await command.ExecuteScalarAsync(cancel) is not 1L)
        {
            return known;
        }

        command.CommandText = """SELECT "MigrationId" FROM "__EFMigrationsHistory" """;
        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            applied.Add(reader.GetString(0));
        }

        return [.. known.Where(id => !applied.Contains(id))];
    }

    private static IReadOnlyList<string> Of(Type context) =>
        [.. context.Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == context)
            .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>().Order(StringComparer.Ordinal)];
}
