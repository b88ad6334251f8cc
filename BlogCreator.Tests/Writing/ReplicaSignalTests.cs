using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace BlogCreator.Tests.Writing;

/// <summary>Two replicas of Api with one database and one Redis: what happens at one is seen at the other.</summary>
public sealed class ReplicaSignalTests : IAsyncLifetime
{
    private readonly ApiFixture _first = new();
    private readonly ApiFixture _second = new();
    private RedisServer? _redis;

    public ReplicaSignalTests() => RedisServer.SkipUnlessThere();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartOwn();
        foreach (var replica in new[] { _first, _second })
        {
            replica.Settings["ConnectionStrings:redis"] = _redis.ConnectionString;
            replica.Settings["ConnectionStrings:blogdb"] = $"Data Source={Path.Combine(_first.Folder, "blogdb.db")}";
            await replica.InitializeAsync();
        }

        var probe = _first.Services.GetRequiredService<IConnectionMultiplexer>().GetSubscriber();
        await Eventually.Holds(async () => await probe.PublishAsync(RedisChannel.Literal("blogcreator:replicas"), "{}") == 2);
    }

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        await _first.DisposeAsync();
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
    }

    [Fact]
    public async Task Text_that_one_replica_writes_grows_before_who_watches_at_another_and_before_nobody_else()
    {
        using var author = await _first.SignInAs("ada");
        var id = await Generation(author);
        using var elsewhere = _second.CreateClient();
        elsewhere.DefaultRequestHeaders.Authorization = author.DefaultRequestHeaders.Authorization;
        using var stranger = await _second.SignInAs("eve");
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/generations/{id}/events", Cancel)).StatusCode);

        // One that grows, and one that is no section at all: hints are read with care.
        var live = _first.Services.GetRequiredService<LiveText>();
        _ = _second.Services.GetRequiredService<LiveText>();
        _first.Services.GetRequiredService<Replicas>().Tell("text", id, new { index = "none" });
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writing = Task.Run(
            async () =>
            {
                for (var words = 1; !over.IsCancellationRequested; words++)
                {
                    live.Show(id, new ShownSection(0, "The <b>harbour</b>", string.Join(' ', Enumerable.Repeat("word", words)), [new ShownBlock(BlockKind.Paragraph, [new ShownSentence("A word.", Verdict.Supported)])]));
                    await Task.Delay(20, Cancel);
                }
            },
            Cancel);

        using var answer = await elsewhere.GetAsync($"/api/v1/generations/{id}/events", HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
        var lengths = new List<int>();
        await foreach (var item in SseParser.Create(stream, (_, data) => data.IsEmpty ? null : JsonSerializer.Deserialize<GenerationEventDetails?>(data, BlogApi.Json)).EnumerateAsync(Cancel))
        {
            if (item.EventType == "text")
            {
                var section = item.Data!.Data;
                Assert.Equal("The <b>harbour</b>", section.GetProperty("heading").GetString());
                Assert.Equal("supported", section.GetProperty("blocks")[0].GetProperty("sentences")[0].GetProperty("verdict").GetString());
                lengths.Add(section.GetProperty("markdown").GetString()!.Length);
                if (lengths.Count == 3)
                {
                    break;
                }
            }
        }

        await over.CancelAsync();
        await writing;
        Assert.Equal(lengths.Order().Distinct(), lengths);
    }

    [Fact]
    public async Task Who_waits_at_one_replica_is_woken_by_what_another_stores()
    {
        using var author = await _first.SignInAs("ada");
        var id = await Generation(author);
        var writing = _second.Services.GetRequiredService<GenerationSignal>().Next(id);
        _first.Services.GetRequiredService<GenerationSignal>().Notify(id);
        await writing.WaitAsync(TimeSpan.FromSeconds(60), Cancel);

        var content = _second.Services.GetRequiredService<ContentSignal>().Next;
        using var made = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Told at once", null, "I like this.", null), BlogApi.Json, Cancel);
        var post = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json, Cancel))!;
        Assert.False(content.IsCompleted);
        (await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A test."), BlogApi.Json, Cancel)).EnsureSuccessStatusCode();
        await content.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
    }

    [Fact]
    public async Task Replicas_hear_each_other_again_after_redis_was_away()
    {
        var first = _first.Services.GetRequiredService<Replicas>();
        var heard = 0;
        _second.Services.GetRequiredService<Replicas>().Hear("test", (_, _) => Interlocked.Increment(ref heard));
        await _redis!.Kill();
        // Nobody hears it, and nobody minds.
        first.Tell("test");
        await _redis.Start();
        await Eventually.Holds(async () =>
        {
            first.Tell("test");
            await Task.Yield();
            return Volatile.Read(ref heard) > 0;
        });
    }

    /// <summary>One that no worker writes.</summary>
    private async Task<Guid> Generation(HttpClient author)
    {
        var person = (await author.GetFromJsonAsync<SessionDetails>("/api/v1/session", BlogApi.Json, Cancel))!;
        using var scope = _first.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var generation = Api.Writing.Generation.Create(person.PersonId, new BriefDetails("Harbours", [], null, null, PostLength.Short, null, null), new WriterDetails("extractive", null, null, false, null, null, null), TimeProvider.System.GetUtcNow());
        db.Generations.Add(generation);
        await db.SaveChangesAsync(Cancel);
        return generation.Id;
    }
}
