using System.Net.Http.Headers;
using System.Net.Http.Json;
using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Tests.Search;

/// <summary>Replicas as processes of their own, one of which dies in the middle of a message.</summary>
public sealed class SearchReplicasTests
{
    public SearchReplicasTests() => PostgresServer.SkipUnlessThere();

    [Fact]
    public async Task What_a_killed_replica_was_sending_is_sent_by_another()
    {
        var folder = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;
        try
        {
            await using var elastic = await ElasticLookalike.Start();
            var settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__blogdb"] = await PostgresServer.NewDatabase(),
                ["ConnectionStrings__elasticsearch"] = elastic.Address.ToString(),
                ["Search__BulkTimeout"] = "00:00:03",
                ["Storage__Path"] = Path.Combine(folder, "files"),
                ["DataProtection__Path"] = Path.Combine(folder, "keys"),
                ["Logging__LogLevel__Default"] = "Warning",
            };
            var key = await AddAuthor(settings["ConnectionStrings__blogdb"]);
            await using var first = await ApiProcess.Start(settings);
            first.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            await Publish(first.Client, "Before", "Antecedent words.");
            await Found(first.Client, "antecedent");

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var end = new CancellationTokenSource();
            elastic.Before = async received =>
            {
                if (received.Body.Contains("Moribund words", StringComparison.Ordinal) && reached.TrySetResult())
                {
                    await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            };
            await Publish(first.Client, "Last", "Moribund words.");
            await reached.Task;
            await first.Kill();

            await using var second = await ApiProcess.Start(settings);
            await Found(second.Client, "moribund");
            await end.CancelAsync();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> AddAuthor(string database)
    {
        await using var db = new PostgresBlogDb(new DbContextOptionsBuilder<PostgresBlogDb>().UseNpgsql(database).Options);
        var now = TimeProvider.System.GetUtcNow();
        var person = Person.CreateOwner("ada@example.org", now);
        db.People.Add(person);
        var (key, text) = ApiKey.Create(person.Id, "test", now);
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync();
        return text;
    }

    private static Task Found(HttpClient reader, string words) => Eventually.Holds(async () =>
    {
        using var answer = await reader.GetAsync($"/api/v1/search?q={words}");
        return answer.Headers.GetValues("Search-Backend").Single() == "elasticsearch" && (await answer.Content.ReadFromJsonAsync<SearchResults>(BlogApi.Json))!.Items.Count == 1;
    });

    private static async Task Publish(HttpClient author, string title, string markdown)
    {
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, "", markdown, null), BlogApi.Json);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var post = (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        using var published = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "It is a test."), BlogApi.Json);
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync());
    }
}
