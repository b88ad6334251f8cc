using System.Data.Common;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>What a backing resource is on this machine: the server that the user named, or embedded in the services.</summary>
internal static class LocalConnection
{
    public static LocalConnectionAnnotation Resolve(IResourceWithConnectionString resource, string? configured, string dataDirectory) => resource switch
    {
        _ when !string.IsNullOrWhiteSpace(configured) => new(
            configured, isServer: true, "your connection string", $"A server of yours, named by ConnectionStrings__{resource.Name}. The engine neither starts nor stops it."),
        PostgresDatabaseResource database => new(
            $"Data Source={Path.Combine(dataDirectory, $"{database.DatabaseName}.db")}",
            isServer: false,
            $"SQLite, {database.DatabaseName}.db",
            $"A SQLite file in the data folder, {database.DatabaseName}.db, which the services open themselves. There is no server to start or stop."),
        PostgresServerResource => new(null, isServer: false, "SQLite", "No PostgreSQL runs here: SQLite stands in for it, inside the services."),
        RedisResource => new(
            null, isServer: false, "in process", "No Redis runs here: each service keeps its cache in its own memory, and forgets it when it stops."),
        ElasticsearchResource => new(
            null, isServer: false, "the database's full text", "No Elasticsearch runs here: search uses the full-text index of the database."),
        _ => throw new DistributedApplicationException(
            $"{resource.Name} has no stand-in on this machine. Name a server: ConnectionStrings__{resource.Name}=..."),
    };

    /// <summary>The parts of a connection string, as Aspire gives them beside it.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Properties(IResourceWithConnectionString resource, LocalConnectionAnnotation local) =>
        (resource, local) switch
        {
            (PostgresDatabaseResource, { IsServer: true, ConnectionString: { } text }) => OfPostgres(text),
            (RedisResource, { IsServer: true, ConnectionString: { } text }) => OfRedis(text),
            _ => [],
        };

    private static IEnumerable<KeyValuePair<string, string>> OfPostgres(string text)
    {
        DbConnectionStringBuilder parts;
        try
        {
            parts = new DbConnectionStringBuilder { ConnectionString = text };
        }
        catch (ArgumentException)
        {
            // The service that uses it will say what is wrong with it.
            yield break;
        }

        var host = Part("Host", "Server");
        if (host.Length == 0)
        {
            yield break;
        }

        var port = Part("Port") is { Length: > 0 } given ? given : "5432";
        var user = Part("Username", "User Id", "User");
        var password = Part("Password");
        var database = Part("Database");
        yield return new("Host", host);
        yield return new("Port", port);
        yield return new("Username", user);
        yield return new("Password", password);
        yield return new("Uri", $"postgresql://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@{host}:{port}/{database}");
        yield return new("JdbcConnectionString", $"jdbc:postgresql://{host}:{port}/{database}");
        yield return new("DatabaseName", database);

        string Part(params string[] names) =>
            names.Select(name => parts.TryGetValue(name, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null)
                .FirstOrDefault(value => value is not null) ?? "";
    }

    private static IEnumerable<KeyValuePair<string, string>> OfRedis(string text)
    {
        var options = text.Split(',', StringSplitOptions.TrimEntries);
        var separator = options[0].LastIndexOf(':');
        var host = separator < 0 ? options[0] : options[0][..separator];
        var port = separator < 0 ? "6379" : options[0][(separator + 1)..];
        var password = options.FirstOrDefault(option => option.StartsWith("password=", StringComparison.OrdinalIgnoreCase))?["password=".Length..] ?? "";
        var scheme = options.Contains("ssl=true", StringComparer.OrdinalIgnoreCase) ? "rediss" : "redis";
        yield return new("Host", host);
        yield return new("Port", port);
        yield return new("Password", password);
        yield return new("Uri", $"{scheme}://:{Uri.EscapeDataString(password)}@{host}:{port}");
    }
}
