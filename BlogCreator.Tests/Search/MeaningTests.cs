using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BlogCreator.Api.Data;
using BlogCreator.Api.Search;
using BlogCreator.Api.Search.Embeddings;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.Tests.Search;

/// <summary>Search by meaning, with an endpoint that knows which few words mean the same.</summary>
public sealed class MeaningTests : IAsyncLifetime
{
    private static readonly string[][] Meanings = [["boat", "vessel", "ship"], ["bread", "loaf", "baker"], ["tree", "oak", "birch"]];
    private readonly ApiFixture _api = new();
    private ElasticLookalike? _elastic;
    private Loopback? _endpoint;
    private readonly CancellationTokenSource _end = new();
    private volatile bool _broken;
    private volatile bool _hanging;

    public async ValueTask InitializeAsync()
    {
        _elastic = await ElasticLookalike.Start();
        _endpoint = await Loopback.Start(Embed);
        _api.Settings["ConnectionStrings:elasticsearch"] = _elastic.Address.ToString();
        _api.Settings["Embeddings:Endpoint"] = new Uri(_endpoint.Address, "v1").ToString();
        _api.Settings["Embeddings:Model"] = "few-words";
        _api.Settings["Embeddings:ApiKey"] = "swordfish";
        // Longer than the look-alikes need on a machine that does much besides, and the same: whichever ends first, the words are there.
        _api.Settings["Embeddings:QueryTimeout"] = "00:00:05";
        _api.Settings["Search:Budget"] = "00:00:05";
        await _api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _api.DisposeAsync();
        _end.Dispose();
        await _elastic!.DisposeAsync();
        await _endpoint!.DisposeAsync();
    }

    [Fact]
    public async Task What_means_the_same_is_found_and_what_does_not_is_not()
    {
        using var author = await _api.SignInAs("ada");
        using var stranger = await _api.SignInAs("eve");
        var vessel = await Publish(author, "In the dock", "The vessel lies still.");
        var boat = await Publish(author, "A boat", "This boat lies still.");
        await Publish(author, "In the oven", "The loaf is done.");
        using var file = new MultipartFormDataContent { { new ByteArrayContent("The old ship leaves at noon."u8.ToArray()), "file", "ship.txt" } };
        await author.PostAsync("/api/v1/documents/upload", file);
        await Eventually.Holds(async () => (await Search("boat", author)).Items.Count == 1 && (await Search("boat")).Items.Count == 2 && await Waiting() == 0);

        var found = await Search("boat");
        // In both lists, so first; the other by its meaning alone, with how it begins in place of marks.
        Assert.Equal([boat.Slug, vessel.Slug], found.Items.Select(hit => hit.Slug));
        Assert.Equal("The vessel lies still.", found.Items[1].Snippet.Trim());
        Assert.Empty((await Search("boat", stranger)).Items);
        Assert.Empty((await Search("unrelated")).Items);

        var sent = _endpoint!.Received;
        Assert.All(sent, received => Assert.Equal("Bearer swordfish", received.Authorization));
        Assert.DoesNotContain(_elastic!.Received, received => received.Body.Contains("swordfish", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_vectors_words_are_searched_as_ever_and_vectors_come_later()
    {
        using var author = await _api.SignInAs("ada");
        await Publish(author, "In the dock", "The vessel lies still.");
        await Eventually.Holds(async () => (await Search("boat")).Items.Count == 1);
        _broken = true;
        var later = await Publish(author, "Meanwhile", "A loaf and an oak.");
        await Eventually.Holds(async () => (await Search("loaf")) is { Simpler: false, Items: [{ Slug: var slug }] } && slug == later.Slug);
        Assert.Single((await Search("vessel")).Items);
        using var scope = _api.Services.CreateScope();
        var waiting = await Eventually.Gives(() => scope.ServiceProvider.GetRequiredService<BlogDb>().SearchChanges.AsNoTracking().SingleOrDefaultAsync(), change => change is { Attempts: > 0 });
        Assert.Equal(later.Id, waiting!.Subject);
        Assert.Contains("vectors", waiting.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_hangs_costs_the_meaning_and_not_the_words()
    {
        using var author = await _api.SignInAs("ada");
        var post = await Publish(author, "In the dock", "The vessel lies still.");
        await Eventually.Holds(async () => (await Search("boat")).Items.Count == 1);
        _hanging = true;
        var found = await Search("vessel");
        Assert.False(found.Simpler);
        Assert.Equal(post.Slug, Assert.Single(found.Items).Slug);
    }

    [Theory]
    [InlineData("""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0,0,0]}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}""")]
    [InlineData("""{"object":"list","data":[],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}""")]
    [InlineData("""{"object":"list","data":"none"}""")]
    [InlineData("<!doctype html>")]
    public async Task An_answer_without_a_vector_is_none(string answer)
    {
        await using var server = await Loopback.Start((context, _) =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(answer);
        });
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("Embeddings:Endpoint", new Uri(server.Address, "v1").ToString()), new("Embeddings:Model", "m")]);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddSearchEngine();
        using var host = builder.Build();
        Assert.Null(await host.Services.GetRequiredService<EmbedTexts>().Learn(CancellationToken.None));
        Assert.Single(server.Received);
    }

    [Fact]
    public void What_both_lists_hold_comes_first()
    {
        var (a, b, c, d) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal([b, a, d, c], FuseRanks.Of([a, b, c], [b, d]));
        Assert.Equal([a, b], FuseRanks.Of([a, b], []));
    }

    private async Task Embed(HttpContext context, Received received)
    {
        if (_hanging)
        {
            await Task.Delay(Timeout.Infinite, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        if (_broken)
        {
            context.Response.StatusCode = 500;
            return;
        }

        Assert.Equal(("POST", "/v1/embeddings"), (received.Method, received.Target));
        var input = JsonNode.Parse(received.Body)!["input"]!;
        var texts = input is JsonArray list ? list.Select(text => text!.GetValue<string>()) : [input.GetValue<string>()];
        await context.Response.WriteAsJsonAsync(new
        {
            @object = "list",
            model = "few-words",
            data = texts.Select((text, index) => new { @object = "embedding", index, embedding = Vector(text) }),
            usage = new { prompt_tokens = 1, total_tokens = 1 },
        });
    }

    // The last number keeps a text without any of the words from having no direction.
    private static float[] Vector(string text) =>
        [.. Meanings.Select(words => (float)words.Count(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))), Meanings.Any(words => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))) ? 0 : 1];

    private async Task<SearchResults> Search(string words, HttpClient? owner = null)
    {
        using var reader = owner is null ? _api.CreateClient() : null;
        return (await (owner ?? reader!).GetFromJsonAsync<SearchResults>($"/api/v1/search?q={Uri.EscapeDataString(words)}&scope={(owner is null ? "posts" : "library")}", BlogApi.Json))!;
    }

    private async Task<int> Waiting()
    {
        using var scope = _api.Services.CreateScope();
        return await scope.ServiceProvider.GetRequiredService<BlogDb>().SearchChanges.CountAsync();
    }

    private static async Task<PostDetails> Publish(HttpClient author, string title, string markdown)
    {
        using var answer = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, "", markdown, null), BlogApi.Json);
        var post = (await answer.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        using var published = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "It is a test."), BlogApi.Json);
        Assert.True(published.IsSuccessStatusCode);
        return post;
    }
}
