using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Operations;

/// <summary>Which processes run, as far as Redis knows.</summary>
public sealed class RollCallTests : IAsyncLifetime
{
    private RedisServer? _redis;
    private PostgresApiFixture? _first;

    public RollCallTests()
    {
        RedisServer.SkipUnlessThere();
        PostgresServer.SkipUnlessThere();
    }

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartOwn();
        _first = new PostgresApiFixture();
        _first.Settings["ConnectionStrings:redis"] = _redis.ConnectionString;
        await _first.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_first is not null)
        {
            await _first.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_replica_is_listed_while_it_runs_and_this_one_always()
    {
        using var owner = await _first!.SignInAsOwner();
        await using (var second = new PostgresApiFixture { ReplicaOf = _first })
        {
            second.Settings["ConnectionStrings:redis"] = _redis!.ConnectionString;
            await second.InitializeAsync();
            await Eventually.Holds(async () => await Replicas() == 2);
            Assert.Matches("^[0-9]+[.][0-9]+", (await Report()).Versions!.Redis);
        }

        await Eventually.Holds(async () => await Replicas() == 1);
        // What is no entry of ours is passed over.
        await _redis.Ask($"ZADD blogcreator:roll {TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()} nonsense");
        Assert.Equal(1, await Replicas());
        await _redis.Hang();
        try
        {
            var report = await Report();
            Assert.Equal(PartState.Notice, report.Parts.Single(part => part.Name == "redis").State);
            Assert.Equal(PartState.Well, report.Parts.Single(part => part.Name == "database").State);
            Assert.Single(report.Versions!.Replicas);
        }
        finally
        {
            await _redis.Resume();
        }

        async Task<OperationsReport> Report() => (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!;
        async Task<int> Replicas() => (await Report()).Versions!.Replicas.Count(replica => replica.Service == "api");
    }
}
