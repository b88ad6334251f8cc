using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace BlogCreator.Api.Data;

/// <summary>Where the data is, from the setting <c>ConnectionStrings__blogdb</c>: its form says which database it is.</summary>
/// <param name="Text">The checked connection string with what we set ourselves.</param>
public sealed record BlogDbConnection(bool IsPostgres, string Text)
{
    private const string Setting = "ConnectionStrings__blogdb";

    // PostgreSQL takes 100 connections as it comes; several replicas and whoever looks at the database share them.
    private const int PoolSize = 30;

    // Seconds to wait for a server that does not answer, or for a place in the pool: as long as a request may wait in all.
    private const int ConnectTimeout = 4;

    /// <summary>Fails at start, naming the setting, rather than at the first request.</summary>
    public static BlogDbConnection From(IConfiguration configuration)
    {
        var text = configuration.GetConnectionString("blogdb");
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidOperationException($"{Setting} is not set. Give it a SQLite file, for example 'Data Source=blog.db', or a PostgreSQL server, for example 'Host=localhost;Database=blogdb;Username=blog;Password=...'.");
        }

        string wrong;
        try
        {
            return text.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? Postgres(text) : Sqlite(text);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            // The failure's own words may hold a piece of the password, where that has a semicolon in it.
            wrong = failure is ArgumentException { ParamName: { Length: > 0 } key } ? $"'{key}' is unknown or wrong" : "a key or a value in it is unknown or wrong";
        }

        throw new InvalidOperationException($"{Setting} cannot be understood: {wrong}. Values with a semicolon or an equals sign stand in quotes.");
    }

    /// <summary>Outside the pool: whoever asks whether the database is there must neither wait for a place nor get a dead one.</summary>
    public DbConnection Open() => IsPostgres ? new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Text) { Pooling = false }.ToString()) : new SqliteConnection(Text);

    private static BlogDbConnection Sqlite(string text)
    {
        var sqlite = new SqliteConnectionStringBuilder(text) { ForeignKeys = true };
        return string.IsNullOrWhiteSpace(sqlite.DataSource)
            ? throw new InvalidOperationException($"{Setting} has no 'Data Source'.")
            : new(IsPostgres: false, sqlite.ToString());
    }

    internal static BlogDbConnection Postgres(string text)
    {
        var postgres = new NpgsqlConnectionStringBuilder(text);
        if (string.IsNullOrWhiteSpace(postgres.Host) || string.IsNullOrWhiteSpace(postgres.Database))
        {
            throw new InvalidOperationException($"{Setting} names a PostgreSQL server and needs 'Host' and 'Database'.");
        }

        if (!postgres.ContainsKey("Maximum Pool Size"))
        {
            postgres.MaxPoolSize = PoolSize;
        }

        if (!postgres.ContainsKey("Timeout"))
        {
            postgres.Timeout = ConnectTimeout;
        }

        postgres.ApplicationName ??= "blogcreator-api";
        return new(IsPostgres: true, postgres.ToString());
    }
}
