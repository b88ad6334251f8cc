using System.Net;
using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Data;

/// <summary>A PostgreSQL that stops, starts and cuts its connections while the service runs.</summary>
public sealed class DatabaseAwayTests : IAsyncLifetime
{
    private readonly PostgresApiFixture _api;
    private PostgresServer _server = null!;

    public DatabaseAwayTests()
    {
        PostgresServer.SkipUnlessThere();
        _api = new() { Database = () => _server.NewMigratedDatabase() };
    }

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartOwn();
        await _api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task While_it_is_away_a_request_is_told_to_come_back_and_afterwards_all_goes_on()
    {
        using var author = await _api.SignInAs("ada");
        // Without a key, which the database would have to know.
        using var probe = _api.CreateClient();
        // Many connections, of which none is left when the server comes back.
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async number => Assert.Equal(HttpStatusCode.Created, (await Create(author, number)).StatusCode)));
        Assert.Equal(HttpStatusCode.OK, (await probe.GetAsync("/health/ready")).StatusCode);

        await _server.Stop();
        foreach (var ask in new[] { () => author.GetAsync("/api/v1/posts"), () => author.GetAsync("/api/v1/public/posts"), () => Create(author, 99) })
        {
            using var refused = await ask();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal("database-away", (await ApiFixture.Problem(refused)).More!["code"].GetString());
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await probe.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await probe.GetAsync("/health/live")).StatusCode);

        await _server.Start();
        var answers = await Task.WhenAll(Enumerable.Range(100, 12).Select(number => Create(author, number)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        await Eventually.Holds(async () => (await probe.GetAsync("/health/ready")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Connections_that_are_cut_are_not_noticed_by_those_who_ask_meanwhile()
    {
        using var author = await _api.SignInAs("ada");
        var made = await (await Create(author, 1)).Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json);
        using var ended = new CancellationTokenSource();
        var asking = Enumerable.Range(0, 4).Select(number => Task.Run(async () =>
        {
            var statuses = new List<HttpStatusCode>();
            while (!ended.IsCancellationRequested)
            {
                // One in a transaction of its own, the other a statement that stands alone.
                using var answer = number % 2 == 0
                    ? await author.PostAsync($"/api/v1/posts/{made!.Id}/restore", null)
                    : await author.GetAsync("/api/v1/public/posts");
                statuses.Add(answer.StatusCode);
            }

            return statuses;
        })).ToList();
        for (var time = 0; time < 10; time++)
        {
            // As an administrator or a failing proxy does: each with the statement it is at.
            await _server.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'blogcreator-api'");
            using var answer = await Create(author, 1000 + time);
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        await ended.CancelAsync();
        Assert.All(await Task.WhenAll(asking), statuses => Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status)));
    }

    private static Task<HttpResponseMessage> Create(HttpClient author, int number) =>
        author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest($"Post {number}", "", "Some words.", []), BlogApi.Json);
}
