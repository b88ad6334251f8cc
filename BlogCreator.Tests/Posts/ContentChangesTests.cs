using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Posts;

public abstract class ContentChangesTests(ApiFixture api)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_change_of_what_readers_see_is_numbered_told_to_who_made_it_and_replayed_to_who_missed_it()
    {
        using var author = await api.SignInAs("ada");
        var draft = await Read<PostDetails>(await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Followed", null, "I like this.", null), BlogApi.Json, Cancel));
        using var reader = api.CreateClient();
        var begin = (await Follow(reader, null, 1)).Single();
        Assert.Null(begin.Kind);

        var publish = new PublishRequest(null, "A test.");
        var numbers = new List<long>
        {
            await Change(author.PutAsJsonAsync($"/api/v1/posts/{draft.Id}/publication", publish, BlogApi.Json, Cancel)),
            await Change(author.PutAsJsonAsync($"/api/v1/posts/{draft.Id}", new EditPostRequest(1, "Followed", "", "I like this.", null, "followed-on"), BlogApi.Json, Cancel)),
            await Change(author.DeleteAsync(new Uri($"/api/v1/posts/{draft.Id}/publication", UriKind.Relative), Cancel)),
        };
        Assert.Equal(numbers.Order(), numbers);
        Assert.All(numbers, number => Assert.True(number > begin.Number));

        var missed = await Follow(reader, begin.Number, 4);
        Assert.Equal(numbers[^1], missed[0].Number);
        Assert.Equal(["posts.published", "posts.renamed", "posts.unpublished"], missed.Skip(1).Select(change => change.Kind));
        Assert.Equal(numbers, missed.Skip(1).Select(change => change.Number));

        // What readers do not see is no change to them.
        using var edited = await author.PutAsJsonAsync($"/api/v1/posts/{draft.Id}", new EditPostRequest(2, "Followed", "", "I like this more.", null, null), BlogApi.Json, Cancel);
        Assert.False(edited.Headers.Contains(ContentVersionHeader.Name));
        using var deleted = await author.DeleteAsync(new Uri($"/api/v1/posts/{draft.Id}", UriKind.Relative), Cancel);
        Assert.False(deleted.Headers.Contains(ContentVersionHeader.Name));
    }

    [Fact]
    public async Task One_visitor_cannot_hold_streams_without_end()
    {
        using var reader = api.CreateClient();
        var open = new List<HttpResponseMessage>();
        try
        {
            HttpResponseMessage answer;
            do
            {
                answer = await reader.GetAsync("/api/v1/public/changes", HttpCompletionOption.ResponseHeadersRead, Cancel);
                open.Add(answer);
            }
            while (answer.IsSuccessStatusCode && open.Count < 200);

            Assert.Equal(System.Net.HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
        finally
        {
            open.ForEach(answer => answer.Dispose());
        }

        await Eventually.Holds(async () =>
        {
            using var again = await reader.GetAsync("/api/v1/public/changes", HttpCompletionOption.ResponseHeadersRead, Cancel);
            return again.IsSuccessStatusCode;
        });
    }

    private static async Task<List<ContentChangeDetails>> Follow(HttpClient reader, long? after, int count)
    {
        using var answer = await reader.GetAsync("/api/v1/public/changes" + (after is null ? "" : string.Create(CultureInfo.InvariantCulture, $"?after={after}")), HttpCompletionOption.ResponseHeadersRead, Cancel);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
        var read = new List<ContentChangeDetails>();
        await foreach (var item in SseParser.Create(stream, (_, data) => data.IsEmpty ? null : JsonSerializer.Deserialize<ContentChangeDetails>(data, BlogApi.Json)).EnumerateAsync(Cancel))
        {
            if (item.Data is { } change)
            {
                read.Add(change);
            }

            if (read.Count == count)
            {
                break;
            }
        }

        return read;
    }

    private static async Task<long> Change(Task<HttpResponseMessage> asked)
    {
        using var answer = await asked;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return long.Parse(answer.Headers.GetValues(ContentVersionHeader.Name).Single(), CultureInfo.InvariantCulture);
    }

    private static async Task<T> Read<T>(HttpResponseMessage answer)
    {
        using (answer)
        {
            answer.EnsureSuccessStatusCode();
            return (await answer.Content.ReadFromJsonAsync<T>(BlogApi.Json, Cancel))!;
        }
    }
}

public sealed class ContentChangesOnSqlite(ApiFixture api) : ContentChangesTests(api), IClassFixture<ApiFixture>;

public sealed class ContentChangesOnPostgres(PostgresApiFixture api) : ContentChangesTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
