using System.Net;
using System.Net.Http.Json;
using System.Text;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Posts;

public abstract class BadPostRequestTests(ApiFixture api)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("PUT", "", """{ "version": 1, "title": "A title", "summary": "" }""")]
    [InlineData("PUT", "", """{ "version": 1, "title": "A title", "markdown": "" }""")]
    [InlineData("PUT", "", """{ "version": 1, "title": "A title", "summary": "", "markdown": null }""")]
    [InlineData("PUT", "", """{ "version": 1, "title": "A title", "summary": {}, "markdown": 5 }""")]
    [InlineData("PUT", "", """{ "version": 99999999999999 }""")]
    [InlineData("PUT", "", "{ \"title\":")]
    [InlineData("PUT", "", "null")]
    [InlineData("PUT", "", "")]
    [InlineData("POST", "/preview", "{}")]
    [InlineData("POST", "/preview", "[]")]
    [InlineData("PUT", "/publication", """{ "at": "tomorrow" }""")]
    public async Task A_request_that_cannot_be_used_is_refused_with_what_to_do(string method, string route, string body)
    {
        using var author = await api.SignInAs("ada");
        var post = await Create(author, "Untouched");
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/posts/{post.Id}{route}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await author.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await ApiFixture.Problem(answer);
        Assert.True(problem.Detail is { Length: > 0 } || problem.More!.ContainsKey("errors"));
        Assert.Equal("Untouched", (await author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{post.Id}", BlogApi.Json))!.Title);
    }

    [Theory]
    [InlineData("> ", 20_000)]
    [InlineData("[", 100_000)]
    [InlineData("**a ", 50_000)]
    [InlineData("[a](", 90_000)]
    public async Task A_text_made_to_break_the_parser_is_refused(string part, int times)
    {
        using var author = await api.SignInAs("ada");
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Tangled", null, string.Concat(Enumerable.Repeat(part, times)), null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("too-tangled", (await ApiFixture.Problem(answer)).More!["code"].GetString());
    }

    [Fact]
    public async Task A_tag_that_is_no_text_is_left_out()
    {
        using var author = await api.SignInAs("ada");
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new { title = "Tags", tags = new[] { null, "tides" } });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(["tides"], (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!.Tags);
    }

    [Fact]
    public async Task Posts_of_one_title_made_at_once_get_an_address_each()
    {
        using var author = await api.SignInAs("ada");
        var posts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Create(author, "The same title")));
        Assert.Equal(posts.Length, posts.Select(post => post.Slug).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_title_is_not_cut_inside_a_character()
    {
        using var author = await api.SignInAs("ada");
        var post = await Create(author, new string('a', 199) + "🌊🌊");
        Assert.Equal(new string('a', 199), post.Title);
    }

    [Fact]
    public void A_schedule_that_is_refused_leaves_readers_what_they_had()
    {
        var post = Post.Create(Guid.NewGuid(), "tides", null, Now);
        post.Publish(1, null, Now);
        post.AddVersion(Now);
        post.Schedule(Now.AddDays(1), null, Now);
        post.LeaveSchedule(Now.AddDays(1));
        Assert.Equal((PostStatus.Published, 1, (DateTimeOffset?)null), (post.Status, post.PublishedVersion, post.ScheduledAt));
    }

    [Fact]
    public void A_reason_given_for_a_scheduled_version_does_not_pass_a_later_one()
    {
        var post = Post.Create(Guid.NewGuid(), "tides", null, Now);
        post.Schedule(Now.AddDays(1), "The source has a misprint.", Now);
        post.AddVersion(Now);
        Assert.Null(post.OverrideReason);
    }

    private static async Task<PostDetails> Create(HttpClient author, string title)
    {
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, null, "I like the sea.", null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
    }
}

public sealed class BadPostRequestOnSqlite(ApiFixture api) : BadPostRequestTests(api), IClassFixture<ApiFixture>;

public sealed class BadPostRequestOnPostgres(PostgresApiFixture api) : BadPostRequestTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
