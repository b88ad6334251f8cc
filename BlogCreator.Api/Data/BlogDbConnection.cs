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

    // Less than whoever asks for the health of the service waits.
    private static readonly TimeSpan PasswordPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PasswordPause = TimeSpan.FromMilliseconds(100);

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
            return text.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? Postgres(text).WithPasswordOf(configuration) : Sqlite(text);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            // The failure's own words may hold a piece of the password, where that has a semicolon in it.
            wrong = failure is ArgumentException { ParamName: { Length: > 0 } key } ? $"'{key}' is unknown or wrong" : "a key or a value in it is unknown or wrong";
        }

        throw new InvalidOperationException($"{Setting} cannot be understood: {wrong}. Values with a semicolon or an equals sign stand in quotes.");
    }

    /// <summary>Null where there is none, or none that can change.</summary>
    public DatabasePassword? Password { get; private init; }

    /// <summary>Outside the pool: whoever asks whether the database is there must neither wait for a place nor get a dead one.</summary>
    public async Task<DbConnection> Open(CancellationToken cancel)
    {
        if (IsPostgres)
        {
            return await OpenPostgres(_ => { }, cancel);
        }

        var sqlite = new SqliteConnection(Text);
        try
        {
            await sqlite.OpenAsync(cancel);
            return sqlite;
        }
        catch
        {
            await sqlite.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same for who needs more of the connection. A password that was exchanged a moment ago is waited for.</summary>
    internal async Task<NpgsqlConnection> OpenPostgres(Action<NpgsqlConnectionStringBuilder> adjust, CancellationToken cancel)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var settings = new NpgsqlConnectionStringBuilder(Text) { Pooling = false };
            if (Password is not null)
            {
                settings.Password = await Password.For(Text, cancel);
            }

            adjust(settings);
            var connection = new NpgsqlConnection(settings.ToString());
            try
            {
                await connection.OpenAsync(cancel);
                return connection;
            }
            catch (Exception failure)
            {
                await connection.DisposeAsync();
                if (Password is null || !DatabasePassword.IsRefusal(failure) || TimeProvider.System.GetElapsedTime(began) > PasswordPatience)
                {
                    throw;
                }

                Password.Refused();
                await Task.Delay(PasswordPause, cancel);
            }
        }
    }

    private BlogDbConnection WithPasswordOf(IConfiguration configuration) => new NpgsqlConnectionStringBuilder(Text).Password is { Length: > 0 } password
        ? this with { Password = new DatabasePassword(configuration, password) }
        : this;

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
