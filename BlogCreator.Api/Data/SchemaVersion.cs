using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Migrations;

namespace BlogCreator.Api.Data;

/// <summary>
/// Which migrations a database lacks, asked without EF's model: building that takes longer than all else at start, and
/// every start and every health check asks this.
/// </summary>
public static class SchemaVersion
{
    private static readonly Lazy<IReadOnlyList<string>> Known = new(() =>
        [.. typeof(SchemaVersion).Assembly.GetTypes().Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>().Order(StringComparer.Ordinal)]);

    public static async Task<IReadOnlyList<string>> Missing(string connectionString, CancellationToken cancel)
    {
        var settings = new SqliteConnectionStringBuilder(connectionString) { Mode = SqliteOpenMode.ReadOnly };
        if (!File.Exists(settings.DataSource))
        {
            return Known.Value;
        }

        await using var connection = new SqliteConnection(settings.ToString());
        await connection.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = """SELECT COUNT(*) FROM sqlite_master WHERE name = '__EFMigrationsHistory'""";
        if (await command.ExecuteScalarAsync(cancel) is not 1L)
        {
            return Known.Value;
        }

        command.CommandText = """SELECT "MigrationId" FROM "__EFMigrationsHistory" """;
        var applied = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel))
        {
            applied.Add(reader.GetString(0));
        }

        return [.. Known.Value.Where(id => !applied.Contains(id))];
    }
}
