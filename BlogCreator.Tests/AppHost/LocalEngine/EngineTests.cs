using Aspire.Hosting;
using Aspire.Hosting.Testing;
using BlogCreator.LocalHosting;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>What goes wrong, on apps of a line or two.</summary>
[Collection(WholeApps.Name)]
public sealed class EngineTests : IAsyncDisposable
{
    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;
    private DistributedApplication? built;

    public EngineTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "Uses sleep and false.");

    public async ValueTask DisposeAsync()
    {
        if (built is not null)
        {
            await built.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_service_that_never_gets_healthy_is_an_error_that_names_it_and_what_it_lacks()
    {
        var model = Create("--health-timeout", "0.5");
        model.AddExecutable("slow", "sleep", "/", "600").WithHttpEndpoint().WithHttpHealthCheck("/health");
        var app = await Start(model);

        var error = await Assert.ThrowsAsync<EngineError>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("slow", cancel));

        Assert.StartsWith("slow did not get healthy within 0.5 s: http://localhost:", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("/health does not answer.", error.Message, StringComparison.Ordinal);
        Assert.Contains("slow.log", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_ends_before_it_is_healthy_is_tried_again_and_then_an_error_with_its_last_words()
    {
        var model = Create();
        model.AddExecutable("broken", "ls", "/", "/no/such/folder").WithHttpEndpoint().WithHttpHealthCheck("/health");
        var app = await Start(model);

        var error = await Assert.ThrowsAsync<EngineError>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("broken", cancel));

        Assert.Equal("broken ended with exit code 2 before it was healthy, 3 times.", error.Message);
        Assert.Contains(error.Details, line => line.Contains("/no/such/folder", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_migration_that_fails_stops_what_needs_it()
    {
        var model = Create();
        var migrate = model.AddExecutable("migrate", "false", "/");
        model.AddExecutable("service", "sleep", "/", "600").WaitForCompletion(migrate);
        var app = await Start(model);

        var error = await Assert.ThrowsAsync<EngineError>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("service", cancel));

        Assert.Equal("migrate failed: it ended with exit code 1.", error.Message);
        Assert.Throws<InvalidOperationException>(() => app.GetProcessId("service"));
    }

    [Fact]
    public async Task A_crashed_service_is_started_again()
    {
        var model = Create();
        model.AddExecutable("service", "sleep", "/", "600");
        var app = await Start(model);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", cancel);

        for (var crashes = 0; crashes < 2; crashes++)
        {
            var old = app.GetProcessId("service");
            Processes.Kill(old);
            await app.WaitForRestartAsync("service", old, cancel);
            Assert.NotEqual(old, app.GetProcessId("service"));
        }
    }

    [Fact]
    public async Task A_service_that_is_not_built_is_an_error_before_anything_starts()
    {
        var model = Create();
        model.AddExecutable("other", "sleep", "/", "600");
        model.AddProject("api", new ProjectMetadata("/src/Api/Api.csproj", "/src/Api/bin/Api.dll"), launchProfileName: null);
        var app = built = model.Build();

        var error = await Assert.ThrowsAsync<EngineError>(() => app.StartAsync(cancel));

        Assert.Equal("api is not built: /src/Api/bin/Api.dll is missing.", error.Message);
        Assert.Throws<InvalidOperationException>(() => app.GetProcessId("other"));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_an_error_that_names_the_resource()
    {
        var model = Create();
        model.AddExecutable("tool", "no-such-program", "/");
        var app = await Start(model);

        var error = await Assert.ThrowsAsync<EngineError>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("tool", cancel));

        Assert.StartsWith("tool cannot be started: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_without_a_value_is_an_error_that_says_how_to_set_it()
    {
        var model = Create();
        var key = model.AddParameter("license-key", secret: true);
        model.AddExecutable("tool", "sleep", "/", "600").WithEnvironment("KEY", key);
        var app = await Start(model);

        var error = await Assert.ThrowsAsync<EngineError>(() => app.ResourceNotifications.WaitForResourceHealthyAsync("tool", cancel));

        Assert.Contains("Parameters__license_key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_does_not_heed_the_signal_is_killed_when_its_time_is_over()
    {
        var model = Create("--stop-timeout", "0.3");
        model.AddExecutable("deaf", "sh", "/", "-c", "trap '' TERM; echo ready; while true; do sleep 1; done");
        var app = await Start(model);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("deaf", cancel);
        var process = app.GetProcessId("deaf");

        await app.StopAsync(cancel);

        Assert.False(Processes.IsAlive(process));
    }

    [Fact]
    public async Task A_server_that_the_user_names_is_used_with_all_its_parts()
    {
        Processes.RequireLinux();
        var model = Create(
            "--ConnectionStrings:blogdb", "Host=db.example;Port=6543;Username=blog;Password=s/3;Database=posts",
            "--ConnectionStrings:redis", "cache.example:6380,password=p@s,ssl=true");
        var blogdb = model.AddPostgres("postgres").AddDatabase("blogdb");
        var redis = model.AddRedis("redis");
        model.AddExecutable("service", "sleep", "/", "600").WithReference(blogdb).WithReference(redis).WaitFor(blogdb).WaitFor(redis);
        var app = await Start(model);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("service", cancel);

        var environment = Processes.Environment(app.GetProcessId("service"));

        Assert.Equal("Host=db.example;Port=6543;Username=blog;Password=s/3;Database=posts", environment["ConnectionStrings__blogdb"]);
        Assert.Equal("db.example", environment["BLOGDB_HOST"]);
        Assert.Equal("6543", environment["BLOGDB_PORT"]);
        Assert.Equal("postgresql://blog:s%2F3@db.example:6543/posts", environment["BLOGDB_URI"]);
        Assert.Equal("jdbc:postgresql://db.example:6543/posts", environment["BLOGDB_JDBCCONNECTIONSTRING"]);
        Assert.Equal("posts", environment["BLOGDB_DATABASENAME"]);
        Assert.Equal("cache.example:6380,password=p@s,ssl=true", environment["ConnectionStrings__redis"]);
        Assert.Equal("rediss://:p%40s@cache.example:6380", environment["REDIS_URI"]);
    }

    [Fact]
    public async Task A_second_engine_on_the_same_data_is_refused()
    {
        var model = Create();
        using var first = DataDirectory.Open(model.Configuration["data"] ?? "");
        var app = built = model.Build();

        var error = await Assert.ThrowsAsync<EngineError>(() => app.StartAsync(cancel));

        Assert.Contains("already runs", error.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
    }

    private static IDistributedApplicationTestingBuilder Create(params string[] args) => DistributedApplicationTestingBuilder.Create(args);

    private async Task<DistributedApplication> Start(IDistributedApplicationTestingBuilder model)
    {
        built = model.Build();
        await built.StartAsync(cancel);
        return built;
    }
}
