using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Posts;

public abstract class PublishTests(ApiFixture api)
{
    private const string Supported = "The bridge was opened in 1890.[^1]";
    private const string Wrong = "The bridge was opened in 1980.[^1]";

    [Fact]
    public async Task A_supported_post_is_published_and_read_with_its_evidence()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "The Forth Bridge", Supported);
        Assert.Equal(Verdict.Supported, Assert.Single(post.Claims).Verdict);

        var published = await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null));
        Assert.Equal(PostStatus.Published, published.Status);

        using var reader = api.CreateClient();
        var page = (await reader.GetFromJsonAsync<PublicPost>($"/api/v1/public/posts/{post.Slug}", BlogApi.Json))!;
        Assert.Contains("data-verdict=\"supported\"", page.Html, StringComparison.Ordinal);
        Assert.Equal(new CheckSummary(1, 1), page.Check);
        var evidence = (await reader.GetFromJsonAsync<PublicEvidence>($"/api/v1/public/posts/{post.Slug}/evidence", BlogApi.Json))!;
        var shown = Assert.Single(Assert.Single(evidence.Claims).Evidence);
        Assert.Equal("The bridge was opened in 1890.", shown.Quote);
        Assert.Equal(shown.Quote, shown.Passage[shown.Start..shown.End]);
        Assert.Equal(12, shown.Page);
        var list = (await reader.GetFromJsonAsync<Page<PublicPostSummary>>("/api/v1/public/posts", BlogApi.Json))!;
        Assert.Contains(list.Items, item => item.Slug == post.Slug);
    }

    [Fact]
    public async Task A_statement_without_support_holds_the_post_until_a_reason_is_given()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "A wrong year", Wrong);
        using var held = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, held.StatusCode);
        var problem = await ApiFixture.Problem(held);
        Assert.Equal("contradicted", problem.More!["claims"][0].GetProperty("verdict").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await api.CreateClient().GetAsync($"/api/v1/public/posts/{post.Slug}")).StatusCode);

        await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "The source has a misprint."));
        Assert.Equal(HttpStatusCode.OK, (await api.CreateClient().GetAsync($"/api/v1/public/posts/{post.Slug}")).StatusCode);
        using var scope = api.Services.CreateScope();
        var audit = scope.ServiceProvider.GetRequiredService<BlogDb>().Audit;
        var entry = await audit.SingleAsync(entry => entry.Subject == post.Id);
        Assert.Contains("misprint", entry.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readers_keep_the_published_version_until_the_next_is_published()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "Before", Supported);
        await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null));
        var edited = await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, "After", "", Supported, null, null));
        Assert.Equal((post.Version + 1, post.Version), (edited.Version, edited.PublishedVersion));
        using var reader = api.CreateClient();
        Assert.Equal("Before", (await reader.GetFromJsonAsync<PublicPost>($"/api/v1/public/posts/{post.Slug}", BlogApi.Json))!.Title);
        await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null));
        Assert.Equal("After", (await reader.GetFromJsonAsync<PublicPost>($"/api/v1/public/posts/{post.Slug}", BlogApi.Json))!.Title);
        Assert.Equal(HttpStatusCode.NoContent, (await author.DeleteAsync($"/api/v1/posts/{post.Id}/publication")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync($"/api/v1/public/posts/{post.Slug}")).StatusCode);
    }

    [Fact]
    public async Task An_edit_of_an_old_version_is_refused_and_loses_nothing()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "Mine", Supported);
        await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, "Theirs", "", "Their text.", null, null));
        using var late = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, "Mine", "", "My text.", null, null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Equal("Their text.", (await ApiFixture.Problem(late)).More!["latestMarkdown"].GetString());
    }

    [Fact]
    public async Task Edits_at_once_make_one_version_each_or_a_conflict()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "Race", Supported);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(number =>
            author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, $"Title {number}", "", Supported, null, null), BlogApi.Json)));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task An_old_address_still_leads_to_the_post()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, $"Old address {Guid.NewGuid():n}", Supported);
        var slug = $"new-address-{Guid.NewGuid():n}";
        await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, post.Title, "", Supported, null, slug));
        await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null));
        using var reader = api.CreateClient();
        Assert.Equal(slug, (await reader.GetFromJsonAsync<PublicPost>($"/api/v1/public/posts/{post.Slug}", BlogApi.Json))!.Slug);
    }

    [Fact]
    public async Task A_post_is_published_when_its_time_has_come()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "Later", Supported);
        var scheduled = await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(TimeProvider.System.GetUtcNow().AddSeconds(1), null));
        Assert.Equal(PostStatus.Scheduled, scheduled.Status);
        using var reader = api.CreateClient();
        Assert.Equal(HttpStatusCode.NotFound, (await reader.GetAsync($"/api/v1/public/posts/{post.Slug}")).StatusCode);
        await Eventually.Holds(async () => (await reader.GetAsync($"/api/v1/public/posts/{post.Slug}")).StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_published_post_is_found_by_its_words_and_a_draft_is_not()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "Cantilevers", Supported + " I think zygomorphic steelwork is a matter of taste.");
        using var reader = api.CreateClient();
        Assert.Empty((await reader.GetFromJsonAsync<Page<SearchHit>>("/api/v1/search?q=zygomorphic", BlogApi.Json))!.Items);
        await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null));
        var hit = Assert.Single((await reader.GetFromJsonAsync<Page<SearchHit>>("/api/v1/search?q=zygomorphic", BlogApi.Json))!.Items);
        Assert.Equal(post.Slug, hit.Slug);
        Assert.Contains("\uE000zygomorphic\uE001", hit.Snippet, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("a OR (b")]
    [InlineData("NEAR/ * ^ : -")]
    public async Task Nothing_typed_into_the_search_is_an_operator(string typed)
    {
        using var reader = api.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync($"/api/v1/search?q={Uri.EscapeDataString(typed)}")).StatusCode);
    }

    [Fact]
    public async Task A_post_of_someone_else_does_not_exist()
    {
        using var ada = await api.SignInAs("ada");
        using var eve = await api.SignInAs("eve");
        var post = await Write(ada, "Private", Supported);
        var address = $"/api/v1/posts/{post.Id}";
        var answers = new[]
        {
            await eve.GetAsync(address),
            await eve.PutAsJsonAsync(address, new EditPostRequest(1, "Stolen", "", "x", null, null), BlogApi.Json),
            await eve.DeleteAsync(address),
            await eve.PutAsJsonAsync(address + "/publication", new PublishRequest(null, "mine"), BlogApi.Json),
            await eve.DeleteAsync(address + "/publication"),
            await eve.PostAsync(address + "/check", null),
            await eve.PostAsJsonAsync(address + "/preview", new PreviewRequest("x"), BlogApi.Json),
            await eve.GetAsync(address + "/evidence"),
        };
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        Assert.DoesNotContain((await eve.GetFromJsonAsync<Page<PostSummary>>("/api/v1/posts", BlogApi.Json))!.Items, item => item.Id == post.Id);
    }

    [Fact]
    public async Task Without_a_key_or_a_session_nothing_is_shown()
    {
        using var nobody = api.CreateClient();
        foreach (var address in new[] { "posts", "documents", "generations", "keys", "session", $"posts/{Guid.NewGuid()}" })
        {
            using var answer = await nobody.GetAsync($"/api/v1/{address}");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("not-signed-in", (await ApiFixture.Problem(answer)).More!["code"].GetString());
        }
    }

    [Fact]
    public async Task A_preview_shows_the_verdicts_and_stores_nothing()
    {
        using var author = await api.SignInAs("ada");
        var post = await Write(author, "Preview", Supported);
        using var answer = await author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/preview", new PreviewRequest(Wrong), BlogApi.Json);
        var preview = (await answer.Content.ReadFromJsonAsync<PreviewDetails>(BlogApi.Json))!;
        Assert.Equal(Verdict.Contradicted, Assert.Single(preview.Claims).Verdict);
        Assert.Equal(post.Version, (await author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{post.Id}", BlogApi.Json))!.Version);
    }

    [Fact]
    public async Task Lists_go_on_page_by_page()
    {
        using var author = await api.SignInAs("ada");
        var made = new List<Guid>();
        for (var number = 0; number < 5; number++)
        {
            made.Add((await Write(author, $"Post {number}", Supported)).Id);
        }

        var seen = new List<Guid>();
        string? after = null;
        do
        {
            var page = (await author.GetFromJsonAsync<Page<PostSummary>>($"/api/v1/posts?limit=2{(after is null ? "" : "&after=" + after)}", BlogApi.Json))!;
            seen.AddRange(page.Items.Select(item => item.Id));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(made.AsEnumerable().Reverse(), seen);
    }

    private async Task<PostDetails> Write(HttpClient author, string title, string markdown)
    {
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, "A summary.", "", null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var post = (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        using (var scope = api.Services.CreateScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
            var passage = new SourcePassage(Guid.NewGuid(), Guid.NewGuid(), "Bridges.pdf", 12, "History", "prose", 0, "The bridge was opened in 1890. It is 2,467 metres long.");
            db.PostCitations.Add(new PostCitation { PostId = post.Id, Label = 1, Passage = passage });
            await db.SaveChangesAsync();
        }

        return await Put<PostDetails>(author, $"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, title, "A summary.", markdown, null, null));
    }

    private static async Task<T> Put<T>(HttpClient client, string address, object body)
    {
        using var answer = await client.PutAsJsonAsync(address, body, BlogApi.Json);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<T>(BlogApi.Json))!;
    }
}

public sealed class PublishOnSqlite(ApiFixture api) : PublishTests(api), IClassFixture<ApiFixture>;

public sealed class PublishOnPostgres(PostgresApiFixture api) : PublishTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
