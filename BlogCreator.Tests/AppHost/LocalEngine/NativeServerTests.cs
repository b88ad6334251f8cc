using Aspire.Hosting;
using Aspire.Hosting.Testing;
using BlogCreator.LocalHosting;
using BlogCreator.LocalHosting.Native;
using BlogCreator.Tests.Platform;
using Npgsql;
using StackExchange.Redis;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>Real PostgreSQL and Redis, started by the engine in the place of containers.</summary>
[Collection(WholeApps.Name)]
public sealed class NativeServerTests : IDisposable
{
    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;
    private readonly string data = Directory.CreateTempSubdirectory("blogcreator-").FullName;

    public NativeServerTests() => Processes.RequireLinux();

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task They_start_with_a_password_keep_what_they_are_given_and_end_with_the_app()
    {
        Processes.RequireServers();
        var first = await Start("--services", "native");
        var (blogdb, redis) = await Connections(first);
        var service = Processes.Environment(first.GetProcessId("service"));
        Assert.Equal(blogdb, service["ConnectionStrings__blogdb"]);
        Assert.Equal(redis, service["ConnectionStrings__redis"]);
        Assert.Equal("127.0.0.1", service["BLOGDB_HOST"]);

        await using (var source = NpgsqlDataSource.Create(blogdb))
        {
            await Execute(source, "create table kept (word text)");
            await Execute(source, "insert into kept values ('Grüße')");
            Assert.Equal("UTF8", await Ask(source, "show server_encoding"));
            Assert.Equal(("on", "on", "scram-sha-256"), (await Ask(source, "show fsync"), await Ask(source, "show synchronous_commit"), await Ask(source, "show password_encryption")));
            Assert.Equal("127.0.0.1", await Ask(source, "show listen_addresses"));
        }

        await using (var guess = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(blogdb) { Password = "guess" }.ConnectionString))
        {
            Assert.Equal("28P01", (await Assert.ThrowsAsync<PostgresException>(() => Ask(guess, "select 'in'"))).SqlState);
        }

        await using (var connection = await ConnectionMultiplexer.ConnectAsync(redis))
        {
            await connection.GetDatabase().StringSetAsync("kept", "here");
        }

        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(redis.Split(",password")[0] + ",password=guess"));
        List<int> processes = [first.GetProcessId("postgres"), first.GetProcessId("redis")];
        await first.DisposeAsync();
        Assert.All(processes, id => Assert.False(Processes.IsAlive(id)));

        await using var second = await Start("--services", "postgres=native,redis=native");
        Assert.Equal((blogdb, redis), await Connections(second));
        await using var again = NpgsqlDataSource.Create(blogdb);
        Assert.Equal("Grüße", await Ask(again, "select word from kept"));
        await using var back = await ConnectionMultiplexer.ConnectAsync(redis);
        Assert.Equal("here", await back.GetDatabase().StringGetAsync("kept"));
    }

    [Fact]
    public async Task A_server_that_is_killed_is_started_again_with_all_that_was_committed()
    {
        Processes.RequireServers();
        await using var app = await Start("--services", "postgres=native");
        var (blogdb, _) = await Connections(app);
        await using var source = NpgsqlDataSource.Create(blogdb);
        await Execute(source, "create table kept (word text)");
        var old = app.GetProcessId("postgres");

        OperatingSystemProcess.Kill(old);
        await app.WaitForRestartAsync("postgres", old, cancel);

        Assert.Equal("0", await Eventually.Gives(() => AskWhenBack(source, "select count(*)::text from kept"), answer => answer is not null));
    }

    [Fact]
    public async Task A_server_that_the_user_names_is_not_started()
    {
        await using var app = await Start("--services", "native", "--ConnectionStrings:blogdb", "Host=db.example", "--ConnectionStrings:redis", "cache.example:6380");

        Assert.Equal(("Host=db.example", "cache.example:6380"), await Connections(app));
        Assert.Throws<InvalidOperationException>(() => app.GetProcessId("postgres"));
        Assert.False(Directory.Exists(Path.Combine(data, "postgres")));
    }

    [Fact]
    public async Task A_server_that_is_not_installed_is_named_with_its_package()
    {
        var place = new NativePlace("postgres", Path.Combine(data, "postgres"), 1, "x", User: null, new NativeMemory(data));

        var postgres = await Assert.ThrowsAsync<EngineError>(() => NativePostgres.Find(place, [data], "postgres", [], cancel));
        Assert.Equal("postgres cannot start: no PostgreSQL is installed here.", postgres.Message);
        Assert.Contains("package postgresql", postgres.Remedy, StringComparison.Ordinal);
        var redis = await Assert.ThrowsAsync<EngineError>(() => NativeRedis.Find(place with { Name = "redis" }, [data], cancel));
        Assert.Contains("package redis-server", redis.Remedy, StringComparison.Ordinal);
        Assert.Null(NativeElasticsearch.Find(place, data, [data]));
    }

    [Fact]
    public async Task Data_of_another_version_is_refused_and_left_alone()
    {
        Processes.RequireServers();
        Directory.CreateDirectory(Path.Combine(data, "postgres"));
        var version = Path.Combine(data, "postgres", "PG_VERSION");
        await File.WriteAllTextAsync(version, "9\n", cancel);

        var error = await Assert.ThrowsAsync<EngineError>(() => Start("--services", "postgres=native"));

        Assert.StartsWith($"postgres cannot start: the data in {Path.Combine(data, "postgres")} was made by PostgreSQL 9, and this machine has ", error.Message, StringComparison.Ordinal);
        Assert.Equal([version], Directory.EnumerateFileSystemEntries(Path.Combine(data, "postgres")));
    }

    [Theory]
    [InlineData("mongo=native", "--services names no server: mongo.")]
    [InlineData("postgres=docker", "--services postgres=docker cannot be understood at 'postgres=docker'.")]
    public async Task What_cannot_be_meant_by_services_is_refused_by_name(string services, string message)
    {
        var error = await Assert.ThrowsAsync<EngineError>(() => Start("--services", services));
        Assert.Equal(message, error.Message);
    }

    private static IDistributedApplicationTestingBuilder Create(params string[] args) => DistributedApplicationTestingBuilder.Create(args);

    private async Task<DistributedApplication> Start(params string[] args)
    {
        var model = Create([.. args, "--data", data]);
        var blogdb = model.AddPostgres("postgres").AddDatabase("blogdb");
        var redis = model.AddRedis("redis");
        var elasticsearch = model.AddElasticsearch("elasticsearch");
        model.AddExecutable("service", "sleep", "/", "600")
            .WithReference(blogdb).WithReference(redis).WithReference(elasticsearch).WaitFor(blogdb).WaitFor(redis).WaitForStart(elasticsearch);
        var app = model.Build();
        try
        {
            await app.StartAsync(cancel);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("service", cancel);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private async Task<(string Blogdb, string Redis)> Connections(DistributedApplication app) =>
        (await app.GetConnectionStringAsync("blogdb", cancel) ?? "", await app.GetConnectionStringAsync("redis", cancel) ?? "");

    private async Task Execute(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private async Task<string?> Ask(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (string?)await command.ExecuteScalarAsync(cancel);
    }

    private async Task<string?> AskWhenBack(NpgsqlDataSource source, string sql)
    {
        try
        {
            return await Ask(source, sql);
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }
}
