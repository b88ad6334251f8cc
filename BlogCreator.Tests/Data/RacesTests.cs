using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Data;

/// <summary>Many ask at once, of two replicas that share one PostgreSQL. Each answer is one that makes sense, and so is what is stored.</summary>
public sealed class RacesTests : IAsyncLifetime
{
    private const int Many = 12;
    private const string Text = "Is that so? And why?";

    private readonly PostgresApiFixture _one = new();
    private readonly PostgresApiFixture _other;

    public RacesTests()
    {
        PostgresServer.SkipUnlessThere();
        _one.Settings["Jobs:MaxAttempts"] = "50";
        _other = new() { ReplicaOf = _one };
    }

    public async ValueTask InitializeAsync()
    {
        await _one.InitializeAsync();
        await _other.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _one.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task One_of_many_set_ups_makes_the_owner()
    {
        using HttpClient one = _one.CreateClient(), other = _other.CreateClient();
        var statuses = await AtOnce(one, other, (client, number) => client.PostAsJsonAsync("/api/v1/setup", new SetupRequest($"person{number}@example.org", "correct horse battery", "Notes")));
        Assert.Equal((1, Many - 1), (statuses[HttpStatusCode.Created], statuses[HttpStatusCode.Conflict]));
        Assert.Equal(1, await Ask(db => db.Set<BlogCreator.Api.Accounts.Person>().CountAsync()));
    }

    [Fact]
    public async Task Wrong_passwords_at_once_are_counted_like_those_in_a_row()
    {
        using HttpClient one = _one.CreateClient(), other = _other.CreateClient();
        using var made = await one.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var statuses = await AtOnce(one, other, (client, _) => client.PostAsJsonAsync("/api/v1/session", new SignInRequest("ada@example.org", "something else")));
        Assert.Equal((10, Many - 10), (statuses[HttpStatusCode.Unauthorized], statuses[HttpStatusCode.TooManyRequests]));
    }

    [Fact]
    public async Task The_same_file_from_many_is_one_document_that_is_read_once()
    {
        var (one, other) = await SignIn();
        using var both = new Both(one, other);
        var ids = new List<Guid>();
        await AtOnce(one, other, async (client, _) =>
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes("The tides were measured in 1874.")), "file", "tides.txt" } };
            var answer = await client.PostAsync("/api/v1/documents/upload", form);
            var details = (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!;
            lock (ids)
            {
                ids.Add(details.Id);
            }

            return answer;
        }, HttpStatusCode.Created, HttpStatusCode.OK);
        var id = Assert.Single(ids.Distinct());
        Assert.Equal(1, await Ask(db => db.Set<Job>().CountAsync(job => job.Subject == id)));
    }

    [Fact]
    public async Task A_document_removed_and_brought_back_by_many_is_either_there_or_to_be_removed()
    {
        var (one, other) = await SignIn();
        using var both = new Both(one, other);
        using var form = new MultipartFormDataContent { { new ByteArrayContent("The tides were measured in 1875."u8.ToArray()), "file", "tides.txt" } };
        using var made = await one.PostAsync("/api/v1/documents/upload", form);
        var id = (await made.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!.Id;
        await Eventually.Holds(async () => (await one.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{id}", BlogApi.Json))!.Status == DocumentStatus.Ready);
        for (var round = 0; round < 5; round++)
        {
            await AtOnce(
                one,
                other,
                (client, number) => number % 2 == 0 ? client.DeleteAsync($"/api/v1/documents/{id}") : client.PostAsync($"/api/v1/documents/{id}/restore", null),
                HttpStatusCode.NoContent,
                HttpStatusCode.OK,
                HttpStatusCode.NotFound);
            var removed = await Ask(db => db.Set<Document>().IgnoreQueryFilters().Where(row => row.Id == id).Select(row => row.DeletedAt != null).SingleAsync());
            var jobs = await Ask(db => db.Set<Job>().CountAsync(job => job.Subject == id && job.Kind == "documents.purge" && job.Status == JobStatus.Waiting));
            Assert.Equal(removed ? 1 : 0, jobs);
        }
    }

    [Fact]
    public async Task Of_many_edits_of_one_version_one_is_saved_and_the_others_are_told_so()
    {
        var (one, other) = await SignIn();
        using var both = new Both(one, other);
        var post = await Write(one, "Edited by many");
        for (var round = 0; round < 4; round++)
        {
            var statuses = await AtOnce(one, other, (client, number) => client.PutAsJsonAsync(
                $"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version + round, $"Title {number}", "", Text, null, null) { Autosave = number % 2 == 0 }, BlogApi.Json));
            Assert.Equal((1, Many - 1), (statuses[HttpStatusCode.OK], statuses[HttpStatusCode.Conflict]));
        }
    }

    [Fact]
    public async Task A_post_that_is_published_edited_scheduled_taken_down_and_deleted_at_once_is_whole_afterwards()
    {
        var (one, other) = await SignIn();
        using var both = new Both(one, other);
        var post = await Write(one, "In many hands");
        var path = $"/api/v1/posts/{post.Id}";
        var version = post.Version;
        for (var round = 0; round < 8; round++)
        {
            var answers = await AtOnce(
                one,
                other,
                (client, number) => (number % 7) switch
                {
                    0 => client.PutAsJsonAsync($"{path}/publication", new PublishRequest(null, null), BlogApi.Json),
                    1 => client.PutAsJsonAsync(path, new EditPostRequest(version, $"Title {number}", "", Text, null, null) { Autosave = true }, BlogApi.Json),
                    2 => client.PutAsJsonAsync($"{path}/publication", new PublishRequest(DateTimeOffset.Parse("2100-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture), null), BlogApi.Json),
                    3 => client.DeleteAsync($"{path}/publication"),
                    4 => client.DeleteAsync(path),
                    5 => client.PostAsync($"{path}/restore", null),
                    _ => client.PutAsync($"{path}/archive", null),
                },
                HttpStatusCode.OK,
                HttpStatusCode.NoContent,
                HttpStatusCode.NotFound,
                HttpStatusCode.Conflict);
            Assert.True(answers.ContainsKey(HttpStatusCode.OK));
            using var restored = await one.PostAsync($"{path}/restore", null);
            Assert.Equal(HttpStatusCode.OK, restored.StatusCode);
            var stored = await Ask(db => db.Set<Post>().AsNoTracking().SingleAsync(row => row.Id == post.Id));
            version = stored.Version;
            var numbers = await Ask(db => db.Set<PostVersion>().Where(row => row.PostId == post.Id).Select(row => row.Number).ToListAsync());
            Assert.Contains(version, numbers);
            // What readers are shown is there.
            Assert.True(stored.PublishedVersion is not { } published || numbers.Contains(published));
            var jobs = await Ask(db => db.Set<Job>().CountAsync(job => job.Subject == post.Id && job.Kind == "posts.publish" && job.Status < JobStatus.Done));
            Assert.Equal(stored.Status == PostStatus.Scheduled ? 1 : 0, jobs);
        }
    }

    [Fact]
    public async Task Posts_of_one_title_made_at_once_have_addresses_of_their_own()
    {
        var (one, other) = await SignIn();
        using var both = new Both(one, other);
        var statuses = await AtOnce(one, other, (client, _) => client.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("The same title", "", Text, []), BlogApi.Json));
        Assert.Equal(Many, statuses[HttpStatusCode.Created]);
        Assert.Equal(Many, await Ask(db => db.Set<Post>().Where(row => row.Slug.StartsWith("the-same-title")).Select(row => row.Slug).Distinct().CountAsync()));
    }

    [Fact]
    public async Task A_key_revoked_by_many_is_revoked_once()
    {
        var (one, other) = await SignIn();
        using var both = new Both(one, other);
        var key = (await (await one.PostAsJsonAsync("/api/v1/keys", new CreateKeyRequest("mine"))).Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json))!;
        var statuses = await AtOnce(one, other, (client, _) => client.DeleteAsync($"/api/v1/keys/{key.Id}"));
        Assert.Equal((1, Many - 1), (statuses[HttpStatusCode.NoContent], statuses[HttpStatusCode.NotFound]));
        Assert.Equal(1, await Ask(db => db.Set<AuditEntry>().CountAsync(entry => entry.Subject == key.Id && entry.Action == "accounts.key-revoked")));
    }

    [Fact]
    public async Task A_generation_stopped_and_resumed_by_many_tells_its_events_without_a_gap()
    {
        var (one, other) = await SignIn();
        using var both = new Both(one, other);
        var samples = await (await one.PostAsync("/api/v1/samples", null)).Content.ReadFromJsonAsync<SamplesDetails>(BlogApi.Json);
        var id = samples!.GenerationId;
        for (var round = 0; round < 3; round++)
        {
            await AtOnce(
                one,
                other,
                (client, number) => client.PostAsync($"/api/v1/generations/{id}/{(number % 2 == 0 ? "cancel" : "resume")}", null),
                HttpStatusCode.Accepted,
                HttpStatusCode.Conflict);
        }

        await Eventually.Holds(() => Ask(db => db.Set<Generation>().AnyAsync(row => row.Id == id && row.FinishedAt != null)));
        var numbers = await Ask(db => db.Set<GenerationEvent>().Where(row => row.GenerationId == id).OrderBy(row => row.Number).Select(row => row.Number).ToListAsync());
        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
    }

    private static async Task<Dictionary<HttpStatusCode, int>> AtOnce(
        HttpClient one, HttpClient other, Func<HttpClient, int, Task<HttpResponseMessage>> ask, params HttpStatusCode[] expected)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(number => Task.Run(() => ask((number & 2) == 0 ? one : other, number))));
        foreach (var answer in answers)
        {
            Assert.True(
                expected.Length == 0 ? (int)answer.StatusCode < 500 : expected.Contains(answer.StatusCode),
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        return answers.GroupBy(answer => answer.StatusCode).ToDictionary(group => group.Key, group => group.Count());
    }

    private async Task<(HttpClient One, HttpClient Other)> SignIn()
    {
        var one = await _one.SignInAs("ada");
        var other = _other.CreateClient();
        other.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", one.DefaultRequestHeaders.Authorization!.Parameter);
        return (one, other);
    }

    private static async Task<PostDetails> Write(HttpClient author, string title)
    {
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, "", Text, []), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
    }

    private async Task<T> Ask<T>(Func<BlogDb, Task<T>> question)
    {
        using var scope = _one.Services.CreateScope();
        return await question(scope.ServiceProvider.GetRequiredService<BlogDb>());
    }

    private sealed class Both(HttpClient one, HttpClient other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }
}
