using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Posts;

public abstract class VersionsTests(ApiFixture api)
{
    [Fact]
    public async Task A_run_of_automatic_saves_is_one_version_in_the_history_and_the_number_still_rises()
    {
        using var author = await api.SignInAs("ada");
        var post = await Create(author, "Folding");
        for (var number = 1; number <= 4; number++)
        {
            post = await Save(author, post, $"Typed {number}.", autosave: true);
        }

        Assert.Equal(5, post.Version);
        Assert.Equal([5, 1], Numbers(await Versions(author, post.Id)));
        var kept = await Save(author, post, "Asked for.", autosave: false);
        Assert.Equal([6, 5, 1], Numbers(await Versions(author, post.Id)));
        await Save(author, kept, "Typed again.", autosave: true);
        Assert.Equal([7, 6, 5, 1], Numbers(await Versions(author, post.Id)));
    }

    [Fact]
    public async Task A_published_version_is_never_folded_away()
    {
        using var author = await api.SignInAs("ada");
        var post = await Save(author, await Create(author, "Kept"), "I like what readers see.", autosave: true);
        await Ok<PostDetails>(await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null), BlogApi.Json));
        await Save(author, post, "I like another thing.", autosave: true);
        var versions = await Versions(author, post.Id);
        Assert.Equal([3, 2, 1], Numbers(versions));
        Assert.True(versions[1] is { Live: true, PublishedAt: not null, Autosaved: true });
        using var reader = api.CreateClient();
        Assert.Contains("readers see", await reader.GetStringAsync($"/api/v1/public/posts/{post.Slug}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_tabs_that_save_by_themselves_do_not_overwrite_each_other()
    {
        using var author = await api.SignInAs("ada");
        var post = await Create(author, "Two tabs");
        var first = await Save(author, post, "From the first tab.", autosave: true);
        using var second = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", Edit(post, "From the second tab.", autosave: true), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        var problem = await ApiFixture.Problem(second);
        Assert.Equal("not-the-latest", problem.More!["code"].GetString());
        Assert.Equal("From the first tab.", problem.More["latestMarkdown"].GetString());
        Assert.Equal("From the first tab.", (await Get<PostDetails>(author, $"/api/v1/posts/{post.Id}")).Markdown);
        Assert.Equal(2, first.Version);
    }

    [Fact]
    public async Task Automatic_saves_at_once_lose_nothing_and_reading_meanwhile_always_finds_the_post()
    {
        using var author = await api.SignInAs("ada");
        var post = await Save(author, await Create(author, "Race"), "Begin.", autosave: true);
        var saves = Enumerable.Range(0, 6).Select(number => author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", Edit(post, $"Tab {number}.", autosave: true), BlogApi.Json));
        var looks = Enumerable.Range(0, 12).Select(_ => author.GetAsync($"/api/v1/posts/{post.Id}"));
        var answers = await Task.WhenAll(saves.Concat(looks));
        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(13, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task An_old_version_comes_back_as_a_new_one_and_that_can_be_undone()
    {
        using var author = await api.SignInAs("ada");
        var post = await Save(author, await Create(author, "Back"), "The first text.", autosave: false);
        post = await Save(author, post, "The second text.", autosave: true);
        var restored = await Ok<PostDetails>(await author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/versions/2/restore", new RestoreVersionRequest(post.Version), BlogApi.Json));
        Assert.Equal(("The first text.", 4), (restored.Markdown, restored.Version));
        var undone = await Ok<PostDetails>(await author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/versions/3/restore", new RestoreVersionRequest(4), BlogApi.Json));
        Assert.Equal("The second text.", undone.Markdown);
        using var stale = await author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/versions/1/restore", new RestoreVersionRequest(4), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
        using var missing = await author.PostAsJsonAsync($"/api/v1/posts/{post.Id}/versions/99/restore", new RestoreVersionRequest(5), BlogApi.Json);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_typed_address_that_another_post_has_or_had_is_refused_with_a_free_one()
    {
        using var author = await api.SignInAs("ada");
        var (old, now) = ($"old-{Guid.NewGuid():n}", $"now-{Guid.NewGuid():n}");
        var other = await Rename(author, await Rename(author, await Create(author, "Other"), old), now);
        var post = await Create(author, "Mine");
        foreach (var taken in new[] { old, now })
        {
            using var refused = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", Edit(post, "Kept in the window.", slug: taken), BlogApi.Json);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            var problem = await ApiFixture.Problem(refused);
            Assert.Equal("slug-taken", problem.More!["code"].GetString());
            Assert.Equal($"{taken}-2", problem.More["suggestion"].GetString());
        }

        Assert.Equal((1, ""), (await Get<PostDetails>(author, $"/api/v1/posts/{post.Id}")) is var unchanged ? (unchanged.Version, unchanged.Markdown) : default);
        Assert.Equal($"{old}-2", (await Rename(author, post, $"{old}-2")).Slug);
        // Its own old address is free to the post that had it.
        Assert.Equal(old, (await Rename(author, other, old)).Slug);
    }

    [Fact]
    public async Task A_schedule_in_the_past_is_refused_and_one_to_come_is_shown_changed_and_taken_back()
    {
        using var author = await api.SignInAs("ada");
        var post = await Save(author, await Create(author, "Later"), "I like it.", autosave: false);
        using var late = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(TimeProvider.System.GetUtcNow().AddMinutes(-1), null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, late.StatusCode);
        Assert.Equal("schedule-in-the-past", (await ApiFixture.Problem(late)).More!["code"].GetString());
        Assert.Equal(PostStatus.Draft, (await Get<PostDetails>(author, $"/api/v1/posts/{post.Id}")).Status);

        await Schedule(author, post, TimeProvider.System.GetUtcNow().AddDays(2));
        var at = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddDays(3).ToUnixTimeSeconds());
        Assert.Equal((PostStatus.Scheduled, at), await Schedule(author, post, at) is var changed ? (changed.Status, changed.ScheduledAt!.Value) : default);
        Assert.Equal(1, await Waiting(PublishScheduledPost.Kind, post.Id));
        Assert.Equal(HttpStatusCode.NoContent, (await author.DeleteAsync($"/api/v1/posts/{post.Id}/schedule")).StatusCode);
        Assert.Equal((PostStatus.Draft, null), (await Get<PostDetails>(author, $"/api/v1/posts/{post.Id}")) is var taken ? (taken.Status, taken.ScheduledAt) : default);
        Assert.Equal(0, await Waiting(PublishScheduledPost.Kind, post.Id));
    }

    [Fact]
    public async Task Taking_changes_off_the_schedule_leaves_readers_what_they_see()
    {
        using var author = await api.SignInAs("ada");
        var post = await Save(author, await Create(author, "Online"), "I like it.", autosave: false);
        await Ok<PostDetails>(await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null), BlogApi.Json));
        post = await Save(author, post, "I like it more.", autosave: false);
        await Schedule(author, post, TimeProvider.System.GetUtcNow().AddDays(1));
        await author.DeleteAsync($"/api/v1/posts/{post.Id}/schedule");
        var back = await Get<PostDetails>(author, $"/api/v1/posts/{post.Id}");
        Assert.Equal((PostStatus.Published, 2), (back.Status, back.PublishedVersion!.Value));
    }

    [Fact]
    public async Task A_deleted_post_is_gone_for_everybody_and_comes_back_as_it_was()
    {
        using var author = await api.SignInAs("ada");
        using var reader = api.CreateClient();
        var post = await Save(author, await Create(author, "Gone"), "I like xylophagous beetles.", autosave: false);
        await Ok<PostDetails>(await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null), BlogApi.Json));
        Assert.Equal(HttpStatusCode.NoContent, (await author.DeleteAsync($"/api/v1/posts/{post.Id}")).StatusCode);
        var address = $"/api/v1/posts/{post.Id}";
        foreach (var gone in new[] { await author.GetAsync(address), await author.GetAsync(address + "/versions"), await author.GetAsync(address + "/export"), await reader.GetAsync($"/api/v1/public/posts/{post.Slug}") })
        {
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }

        Assert.Empty((await Get<Page<SearchHit>>(reader, "/api/v1/search?q=xylophagous")).Items);
        using var taken = await author.PutAsJsonAsync($"/api/v1/posts/{(await Create(author, "New")).Id}", new EditPostRequest(1, "New", "", "", null, post.Slug), BlogApi.Json);
        Assert.Equal(HttpStatusCode.Conflict, taken.StatusCode);

        using var eve = await api.SignInAs("eve");
        Assert.Equal(HttpStatusCode.NotFound, (await eve.PostAsync(address + "/restore", null)).StatusCode);
        Assert.Equal(1, await Waiting(RemoveDeletedPost.Kind, post.Id));
        var back = await Ok<PostDetails>(await author.PostAsync(address + "/restore", null));
        Assert.Equal((PostStatus.Published, 2), (back.Status, back.PublishedVersion!.Value));
        Assert.Equal(0, await Waiting(RemoveDeletedPost.Kind, post.Id));
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync($"/api/v1/public/posts/{post.Slug}")).StatusCode);
        Assert.Single((await Get<Page<SearchHit>>(reader, "/api/v1/search?q=xylophagous")).Items);
    }

    [Fact]
    public async Task A_deleted_post_is_removed_for_good_when_its_time_is_over()
    {
        await using var hasty = new ApiFixture();
        hasty.Settings["Posts:KeepDeletedFor"] = "00:00:00";
        using var author = await hasty.SignInAs("ada");
        var post = await Create(author, "Short life");
        await author.DeleteAsync($"/api/v1/posts/{post.Id}");
        using var scope = hasty.Services.CreateScope();
        var (posts, slugs) = (scope.ServiceProvider.GetRequiredService<BlogDb>().Posts, scope.ServiceProvider.GetRequiredService<BlogDb>().PostSlugs);
        await Eventually.Holds(async () => !await posts.AnyAsync(row => row.Id == post.Id));
        Assert.False(await slugs.AnyAsync(slug => slug.PostId == post.Id));
    }

    [Fact]
    public async Task An_export_is_markdown_with_front_matter_and_its_sources_as_footnotes()
    {
        using var author = await api.SignInAs("ada");
        var post = await Create(author, "A \"quoted\": title");
        using (var scope = api.Services.CreateScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
            db.PostCitations.Add(new PostCitation { PostId = post.Id, Label = 1, Passage = new(Guid.NewGuid(), Guid.NewGuid(), "Bridges [1].pdf", 12, "", "prose", 0, "The bridge was opened in 1890.") });
            await db.SaveChangesAsync();
        }

        post = await Save(author, post, "The bridge was opened in 1890.[^1]", autosave: false);
        using var answer = await author.GetAsync($"/api/v1/posts/{post.Id}/export");
        Assert.Equal("text/markdown", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"{post.Slug}.md", answer.Content.Headers.ContentDisposition!.FileName);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("---\ntitle: \"A \\\"quoted\\\": title\"\n", text, StringComparison.Ordinal);
        Assert.Contains("\n\nThe bridge was opened in 1890.[^1]\n", text, StringComparison.Ordinal);
        Assert.EndsWith("[^1]: Bridges \\[1\\].pdf, page 12: “The bridge was opened in 1890.”\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Posts_are_found_by_state_and_by_words_of_the_title_and_counted()
    {
        using var author = await api.SignInAs("ada");
        var draft = await Create(author, "100% of Harbour lights");
        var shelved = await Create(author, "100 harbours");
        Assert.Equal(HttpStatusCode.NoContent, (await author.PutAsync($"/api/v1/posts/{shelved.Id}/archive", null)).StatusCode);
        Assert.Equal([draft.Id], await Found("status=draft"));
        Assert.Equal([shelved.Id], await Found("status=archived"));
        Assert.Equal([draft.Id], await Found("q=LIGHTS%20harbour"));
        Assert.Equal([draft.Id], await Found("q=100%25"));
        Assert.Equal(HttpStatusCode.BadRequest, (await author.GetAsync("/api/v1/posts?status=lost")).StatusCode);
        Assert.Equal(new PostCounts(1, 0, 0, 1), await Get<PostCounts>(author, "/api/v1/posts/counts"));

        async Task<IEnumerable<Guid>> Found(string query) => (await Get<Page<PostSummary>>(author, "/api/v1/posts?" + query)).Items.Select(item => item.Id);
    }

    private static EditPostRequest Edit(PostDetails post, string markdown, bool autosave = false, string? slug = null) => new(post.Version, post.Title, "", markdown, null, slug, autosave);

    private static async Task<PostDetails> Create(HttpClient author, string title) =>
        await Ok<PostDetails>(await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, null, "", null), BlogApi.Json));

    private static async Task<PostDetails> Save(HttpClient author, PostDetails post, string markdown, bool autosave) =>
        await Ok<PostDetails>(await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", Edit(post, markdown, autosave), BlogApi.Json));

    private static async Task<PostDetails> Rename(HttpClient author, PostDetails post, string slug) =>
        await Ok<PostDetails>(await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", Edit(post, post.Markdown, slug: slug), BlogApi.Json));

    private static async Task<PostDetails> Schedule(HttpClient author, PostDetails post, DateTimeOffset at) =>
        await Ok<PostDetails>(await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(at, null), BlogApi.Json));

    private static async Task<IReadOnlyList<VersionSummary>> Versions(HttpClient author, Guid id) => (await Get<Page<VersionSummary>>(author, $"/api/v1/posts/{id}/versions")).Items;

    private static IEnumerable<int> Numbers(IReadOnlyList<VersionSummary> versions) => versions.Select(version => version.Number);

    private static async Task<T> Get<T>(HttpClient client, string address) => (await client.GetFromJsonAsync<T>(address, BlogApi.Json))!;

    private static async Task<T> Ok<T>(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<T>(BlogApi.Json))!;
    }

    private async Task<int> Waiting(string kind, Guid subject)
    {
        using var scope = api.Services.CreateScope();
        var jobs = scope.ServiceProvider.GetRequiredService<BlogDb>().Jobs;
        return await jobs.CountAsync(job => job.Kind == kind && job.Subject == subject && job.Status == JobStatus.Waiting);
    }
}

public sealed class VersionsOnSqlite(ApiFixture api) : VersionsTests(api), IClassFixture<ApiFixture>;

public sealed class VersionsOnPostgres(PostgresApiFixture api) : VersionsTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
