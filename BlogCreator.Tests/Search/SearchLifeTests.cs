using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Search;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Search;

/// <summary>The whole way from a change to what a reader finds, with the look-alike in the place of Elasticsearch.</summary>
public abstract class SearchLifeTests(ApiFixture api) : IAsyncLifetime
{
    private ElasticLookalike? _elastic;

    private ElasticLookalike Elastic => _elastic!;

    public async ValueTask InitializeAsync()
    {
        _elastic = await ElasticLookalike.Start();
        api.Settings["ConnectionStrings:elasticsearch"] = _elastic.Address.ToString();
        await api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        if (_elastic is not null)
        {
            await _elastic.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_post_is_found_while_it_is_published_and_never_after()
    {
        using var author = await api.SignInAs("ada");
        var post = await Publish(author, "The lighthouse", "The keeper of the zygomorphic lantern climbs each evening.");
        var hit = Assert.Single((await FoundByEngine("zygomorphic lan")).Items);
        Assert.Equal((post.Slug, "The lighthouse"), (hit.Slug, hit.Title));
        Assert.Contains("\uE000zygomorphic\uE001", hit.Snippet, StringComparison.Ordinal);

        // The engine is not told, and still nobody is shown the post.
        Elastic.Fail = received => received.Target.StartsWith("/_bulk", StringComparison.Ordinal) ? 503 : null;
        Assert.Equal(HttpStatusCode.NoContent, (await author.DeleteAsync($"/api/v1/posts/{post.Id}/publication")).StatusCode);
        Assert.Empty((await Search("zygomorphic")).Items);

        Elastic.Fail = null;
        await Eventually.Holds(async () => await Document(post.Id) is { } removed && removed.ContainsKey("removed"));
        Assert.Empty((await Search("zygomorphic")).Items);
    }

    [Fact]
    public async Task What_an_author_took_out_is_in_no_snippet_before_the_engine_knows()
    {
        using var author = await api.SignInAs("ada");
        var post = await Publish(author, "A recipe", "Take vermilionish flour and the forbidden ingredient.");
        await FoundByEngine("vermilionish");
        Elastic.Fail = received => received.Target.StartsWith("/_bulk", StringComparison.Ordinal) ? 429 : null;
        await Publish(author, post, "A better recipe", "Take vermilionish flour and honey.");
        var hit = Assert.Single((await Search("vermilionish")).Items);
        Assert.Equal("A better recipe", hit.Title);
        Assert.DoesNotContain("forbidden", hit.Snippet, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_an_outage_all_is_found_without_anyones_help()
    {
        using var author = await api.SignInAs("ada");
        await Publish(author, "Before", "Antediluvian words.");
        await FoundByEngine("antediluvian");

        Elastic.Fail = _ => 503;
        var post = await Publish(author, "Meanwhile", "Interregnal words.");
        var meanwhile = await Search("interregnal");
        Assert.True(meanwhile.Simpler);
        Assert.Equal(post.Slug, Assert.Single(meanwhile.Items).Slug);

        Elastic.Fail = null;
        var after = await FoundByEngine("interregnal");
        Assert.False(after.Simpler);
        Assert.Equal(post.Slug, Assert.Single(after.Items).Slug);
        await Eventually.Holds(async () => await Waiting() == 0);
    }

    [Fact]
    public async Task What_the_engine_refuses_is_kept_with_the_reason_and_holds_nothing_up()
    {
        Elastic.Indigestible = "indigestible";
        using var author = await api.SignInAs("ada");
        var bad = await Publish(author, "A bad one", "These words are indigestible.");
        var good = await Publish(author, "A good one", "These words are eupeptic.");
        Assert.Equal(good.Slug, Assert.Single((await FoundByEngine("eupeptic")).Items).Slug);
        using var scope = api.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var refused = await Eventually.Gives(() => db.SearchChanges.AsNoTracking().Where(change => change.RejectedAt != null).ToListAsync(), found => found.Count > 0);
        Assert.Equal(bad.Id, Assert.Single(refused).Subject);
        Assert.Contains("document_parsing_exception", refused[0].Error, StringComparison.Ordinal);
        Assert.DoesNotContain("These words", refused[0].Error, StringComparison.Ordinal);
        // The engine finds nothing, so that the database's own index is asked.
        Assert.Equal(bad.Slug, Assert.Single((await Search("indigestible")).Items).Slug);

        // Another change is another try.
        Elastic.Indigestible = null;
        await Publish(author, bad, "A mended one", "These words are indigestible no more.");
        await FoundByEngine("indigestible");
        Assert.Equal(0, await db.SearchChanges.CountAsync(change => change.RejectedAt != null));
    }

    [Fact]
    public async Task Indices_that_were_lost_are_filled_anew()
    {
        using var author = await api.SignInAs("ada");
        await Publish(author, "Lost", "Unforgettable words.");
        await FoundByEngine("unforgettable");
        Elastic.LoseEverything();
        var found = await Search("unforgettable");
        Assert.Single(found.Items);
        await Publish(author, "And more", "Supplementary words.");
        await FoundByEngine("unforgettable");
        await FoundByEngine("supplementary");
    }

    [Fact]
    public async Task A_document_is_found_by_its_owner_alone_and_not_while_it_is_removed()
    {
        using var ada = await api.SignInAs("ada");
        using var eve = await api.SignInAs("eve");
        using var file = new MultipartFormDataContent { { new ByteArrayContent("The quixotical tide is measured by the keeper."u8.ToArray()), "file", "tides.txt" } };
        var id = (await (await ada.PostAsync("/api/v1/documents/upload", file)).Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!.Id;
        var hit = Assert.Single((await FoundByEngine("quixotical", ada)).Items);
        Assert.Equal((id, "tides.txt"), (hit.DocumentId, hit.Title));
        Assert.Empty((await Search("quixotical", eve)).Items);
        // Found by the engine for eve as well, if it had been asked without the owner: then the database does not know it as hers.
        Assert.All(Elastic.Received.Where(received => received.Target.StartsWith("/blogcreator-passages/_search", StringComparison.Ordinal)), received => Assert.Contains("\"owner\":", received.Body, StringComparison.Ordinal));

        Elastic.Fail = received => received.Target.StartsWith("/_bulk", StringComparison.Ordinal) ? 503 : null;
        await ada.DeleteAsync($"/api/v1/documents/{id}");
        Assert.Empty((await Search("quixotical", ada)).Items);
        Elastic.Fail = null;
        await Eventually.Holds(async () => await Waiting() == 0);
        await ada.PostAsync($"/api/v1/documents/{id}/restore", null);
        await FoundByEngine("quixotical", ada);
    }

    [Fact]
    public async Task Rebuilding_loses_no_post_that_is_published_or_taken_down_meanwhile()
    {
        using var author = await api.SignInAs("ada");
        var first = await Publish(author, "First", "Everlasting words, number 0.");
        var second = await Publish(author, "Second", "Everlasting words, number 1.");
        await FoundByEngine("everlasting");
        var old = Assert.Single(Elastic.Indices("blogcreator-posts"));

        // The page of the rebuild is read, and on its way while the second is taken down and others appear.
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Elastic.Before = async received =>
        {
            if (received.Target.StartsWith("/_bulk", StringComparison.Ordinal) && received.Body.Contains("\"version\":1,", StringComparison.Ordinal) && reached.TrySetResult())
            {
                await held.Task;
            }
        };
        var output = new StringWriter();
        var rebuild = Reindex.Run(api.Services, output, CancellationToken.None);
        await reached.Task;
        Assert.Equal(HttpStatusCode.NoContent, (await author.DeleteAsync($"/api/v1/posts/{second.Id}/publication")).StatusCode);
        await Publish(author, first, "First, again", "Everlasting words, number 2, revised.");
        for (var n = 0; n < 5; n++)
        {
            await Publish(author, $"More {n}", $"Everlasting words, number {n + 3}.");
            Assert.False((await Search("everlasting")).Simpler);
        }

        held.SetResult();
        Assert.Equal(0, await rebuild);
        Elastic.Before = null;
        await Eventually.Holds(async () => await Waiting() == 0);
        var now = Assert.Single(Elastic.Indices("blogcreator-posts"));
        Assert.NotEqual(old, now);
        Assert.DoesNotContain(old, Elastic.AllIndices());
        Assert.Contains(now, output.ToString(), StringComparison.Ordinal);
        Assert.Equal("First, again", Elastic.Document(now, first.Id)!.Value.Source["title"]!.GetValue<string>());
        Assert.True(Elastic.Document(now, second.Id)!.Value.Source.ContainsKey("removed"));
        Assert.Equal(6, (await FoundByEngine("everlasting")).Items.Count);
    }

    [Fact]
    public async Task Filling_that_was_cut_off_goes_on_where_it_was()
    {
        using var author = await api.SignInAs("ada");
        var post = await Publish(author, "Kept", "Perdurable words.");
        using var file = new MultipartFormDataContent { { new ByteArrayContent("A perdurable passage."u8.ToArray()), "file", "kept.txt" } };
        await author.PostAsync("/api/v1/documents/upload", file);
        await FoundByEngine("perdurable", author);

        using var scope = api.Services.CreateScope();
        var (keep, fill, db) = (scope.ServiceProvider.GetRequiredService<KeepIndexes>(), scope.ServiceProvider.GetRequiredService<FillIndex>(), scope.ServiceProvider.GetRequiredService<BlogDb>());
        // Of a release whose fields differ: the one that runs does not touch it.
        var shape = new IndexShape("blogcreator", new VectorShape("0a1b2c3d", 3));
        var index = await keep.Begin(shape, CancellationToken.None);
        Elastic.Fail = received => received.Target.StartsWith("/_bulk", StringComparison.Ordinal) && received.Body.Contains("passages", StringComparison.Ordinal) ? 503 : null;
        await Assert.ThrowsAsync<ElasticException>(() => fill.Run(index.Id, shape, null, CancellationToken.None));
        Assert.Equal(post.Id, (await db.SearchIndexes.AsNoTracking().SingleAsync(row => row.Id == index.Id)).PostsUpTo);

        Elastic.Fail = null;
        var sent = Elastic.Received.Count;
        scope.ServiceProvider.GetRequiredService<Circuit>().Succeeded();
        Assert.True(await fill.Run(index.Id, shape, null, CancellationToken.None));
        Assert.DoesNotContain(Elastic.Received.Skip(sent), received => received.Target.StartsWith("/_bulk", StringComparison.Ordinal) && received.Body.Contains(shape.Writers("post", index.Id), StringComparison.Ordinal) && received.Body.Contains("\"version\":1,", StringComparison.Ordinal));
        Assert.Equal("Kept", Elastic.Document(shape.Index("post", 1, index.Id), post.Id)!.Value.Source["title"]!.GetValue<string>());
    }

    [Fact]
    public async Task Two_releases_with_different_fields_run_side_by_side_and_each_keeps_its_index_true()
    {
        using var author = await api.SignInAs("ada");
        var post = await Publish(author, "Shared", "Symbiotical words.");
        await FoundByEngine("symbiotical");
        var old = Assert.Single(Elastic.Indices("blogcreator-posts"));

        using var scope = api.Services.CreateScope();
        var (keep, fill, changes) = (scope.ServiceProvider.GetRequiredService<KeepIndexes>(), scope.ServiceProvider.GetRequiredService<FillIndex>(), scope.ServiceProvider.GetRequiredService<SendChanges>());
        var newer = new IndexShape("blogcreator", new VectorShape("0a1b2c3d", 3));
        var index = Assert.Single(await keep.Own(newer, CancellationToken.None));
        Assert.True(await fill.Run(index.Id, newer, null, CancellationToken.None));
        await keep.Settle(newer, CancellationToken.None);
        var now = Assert.Single(Elastic.Indices("blogcreator-posts"));
        Assert.Equal(newer.Index("post", 1, index.Id), now);

        // The older release, which is what runs here, goes on writing to its own, and does not take the readers back.
        await Publish(author, post, "Shared, revised", "Symbiotical words.");
        await Eventually.Holds(() => Task.FromResult(Elastic.Document(old, post.Id) is { } kept && kept.Source["title"]!.GetValue<string>() == "Shared, revised"));
        Assert.Equal("Shared", Elastic.Document(now, post.Id)!.Value.Source["title"]!.GetValue<string>());
        while (await changes.Run(index.Id, newer, CancellationToken.None) > 0)
        {
        }

        Assert.Equal("Shared, revised", Elastic.Document(now, post.Id)!.Value.Source["title"]!.GetValue<string>());
        using var other = api.Services.CreateScope();
        await other.ServiceProvider.GetRequiredService<KeepIndexes>().Settle(new IndexShape("blogcreator", null), CancellationToken.None);
        Assert.Equal(now, Assert.Single(Elastic.Indices("blogcreator-posts")));
        Assert.Contains(old, Elastic.AllIndices());
    }

    [Fact]
    public async Task A_slow_message_with_an_old_state_does_not_replace_a_newer_one()
    {
        using var author = await api.SignInAs("ada");
        await Publish(author, "Opener", "Preliminary words.");
        await FoundByEngine("preliminary");
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Elastic.Before = async received =>
        {
            if (received.Body.Contains("Slow state", StringComparison.Ordinal) && reached.TrySetResult())
            {
                await held.Task;
            }
        };
        var post = await Publish(author, "Slow state", "Contrapuntal words.");
        await reached.Task;
        await Publish(author, post, "New state", "Contrapuntal words.");
        // Another replica, while the message of the first is still on its way.
        using var scope = api.Services.CreateScope();
        var shape = new IndexShape("blogcreator", null);
        var index = Assert.Single(await scope.ServiceProvider.GetRequiredService<KeepIndexes>().Own(shape, CancellationToken.None));
        Assert.Equal(1, await scope.ServiceProvider.GetRequiredService<SendChanges>().Run(index.Id, shape, CancellationToken.None));
        held.SetResult();
        await Eventually.Holds(async () => await Waiting() == 0);
        Assert.Equal("New state", (await Document(post.Id))!["title"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_engine_that_hangs_is_soon_not_waited_for()
    {
        using var author = await api.SignInAs("ada");
        var post = await Publish(author, "Patience", "Interminable words.");
        await FoundByEngine("interminable");
        using var end = new CancellationTokenSource();
        Elastic.Before = received => received.Target.Contains("/_search", StringComparison.Ordinal)
            ? Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default)
            : Task.CompletedTask;
        var before = Searches();
        for (var n = 0; n < 10; n++)
        {
            var found = await Search("interminable");
            Assert.True(found.Simpler);
            Assert.Equal(post.Slug, Assert.Single(found.Items).Slug);
        }

        Assert.InRange(Searches() - before, 3, 9);
        await end.CancelAsync();
        Elastic.Before = null;
        Assert.False((await FoundByEngine("interminable")).Simpler);

        int Searches() => Elastic.Received.Count(received => received.Target.Contains("/_search", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_go_on_behind_what_may_not_be_shown()
    {
        using var author = await api.SignInAs("ada");
        var posts = new List<PostDetails>();
        for (var n = 0; n < 34; n++)
        {
            posts.Add(await Publish(author, $"Part {n}", $"Multitudinous words {n}."));
        }

        await Eventually.Gives(() => Waiting(), waiting => waiting == 0);
        await FoundByEngine("multitudinous");
        Elastic.Fail = received => received.Target.StartsWith("/_bulk", StringComparison.Ordinal) ? 503 : null;
        await author.DeleteAsync($"/api/v1/posts/{posts[20].Id}/publication");
        var first = await Search("multitudinous");
        using var reader = api.CreateClient();
        var rest = (await reader.GetFromJsonAsync<SearchResults>($"/api/v1/search?q=multitudinous&after={first.Next}", BlogApi.Json))!;
        Assert.Equal((30, 3, null), (first.Items.Count, rest.Items.Count, rest.Next));
        Assert.Equal(posts.Where(post => post.Id != posts[20].Id).Select(post => post.Slug).Order(StringComparer.Ordinal), first.Items.Concat(rest.Items).Select(hit => hit.Slug).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Where_nobody_writes_to_an_index_any_more_no_changes_are_kept_for_it()
    {
        using var author = await api.SignInAs("ada");
        await Publish(author, "Kept", "Mnemonic words.");
        await FoundByEngine("mnemonic");
        using var scope = api.Services.CreateScope();
        var (keep, db) = (scope.ServiceProvider.GetRequiredService<KeepIndexes>(), scope.ServiceProvider.GetRequiredService<BlogDb>());
        // Of a release that ran last week and not since.
        var index = await keep.Begin(new IndexShape("blogcreator", new VectorShape("0a1b2c3d", 3)), CancellationToken.None);
        await Publish(author, "Also kept", "More words.");
        Assert.Equal(1, await db.SearchChanges.CountAsync(change => change.IndexId == index.Id));
        var lastWeek = TimeProvider.System.GetUtcNow().AddDays(-8);
        await db.SearchIndexes.Where(row => row.Id == index.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.SeenAt, lastWeek));
        await keep.Forget(CancellationToken.None);
        await Publish(author, "Not kept", "Even more words.");
        Assert.Equal(0, await db.SearchChanges.CountAsync(change => change.IndexId == index.Id));
    }

    [Fact]
    public async Task The_owner_is_told_how_search_is()
    {
        using var owner = api.CreateClient();
        await owner.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"), BlogApi.Json);
        await Eventually.Holds(async () => await Part() is { State: PartState.Well });
        Elastic.Fail = _ => 401;
        var refused = await Eventually.Gives(Part, part => part.State is not PartState.Well);
        Assert.Equal(PartState.Notice, refused.State);
        Assert.Contains("user or the key", refused.Words, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/health/ready")).StatusCode);

        async Task<OperationsPart> Part() => (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!.Parts.Single(part => part.Name == "search");
    }

    private Task<SearchResults> Search(string words) => Search(words, null);

    private async Task<SearchResults> Search(string words, HttpClient? owner)
    {
        using var reader = owner is null ? api.CreateClient() : null;
        return (await (owner ?? reader!).GetFromJsonAsync<SearchResults>($"/api/v1/search?q={Uri.EscapeDataString(words)}&scope={(owner is null ? "posts" : "library")}", BlogApi.Json))!;
    }

    private async Task<SearchResults> FoundByEngine(string words, HttpClient? owner = null)
    {
        using var reader = owner is null ? api.CreateClient() : null;
        return await Eventually.Gives(
            async () =>
            {
                using var answer = await (owner ?? reader!).GetAsync($"/api/v1/search?q={Uri.EscapeDataString(words)}&scope={(owner is null ? "posts" : "library")}");
                return answer.Headers.GetValues("Search-Backend").Single() == "elasticsearch" ? await answer.Content.ReadFromJsonAsync<SearchResults>(BlogApi.Json) : null;
            },
            results => results is { Items.Count: > 0 }) ?? throw new InvalidOperationException();
    }

    private Task<System.Text.Json.Nodes.JsonObject?> Document(Guid id) =>
        Task.FromResult(Elastic.Indices("blogcreator-posts").Select(index => Elastic.Document(index, id)?.Source).SingleOrDefault());

    private async Task<int> Waiting()
    {
        using var scope = api.Services.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<BlogDb>().SearchChanges.CountAsync();
    }

    private static async Task<PostDetails> Publish(HttpClient author, string title, string markdown)
    {
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, "A summary.", markdown, null), BlogApi.Json);
        return await PublishLatest(author, (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!);
    }

    private static async Task<PostDetails> Publish(HttpClient author, PostDetails post, string title, string markdown)
    {
        using var answer = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, title, "A summary.", markdown, null, null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await PublishLatest(author, (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!);
    }

    private static async Task<PostDetails> PublishLatest(HttpClient author, PostDetails post)
    {
        using var answer = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "It is a test."), BlogApi.Json);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
    }
}

public sealed class SearchLifeOnSqlite() : SearchLifeTests(new ApiFixture());

public sealed class SearchLifeOnPostgres() : SearchLifeTests(new PostgresApiFixture().OrSkip());
