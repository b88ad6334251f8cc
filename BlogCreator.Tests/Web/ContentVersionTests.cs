using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using BlogCreator.Web.Shell;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.Web;

/// <summary>What is kept is never older than what was published, whoever else reads meanwhile.</summary>
public sealed class ContentVersionTests(WebFixture site) : IClassFixture<WebFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_after_a_publication_is_the_new_one_however_many_read_the_old_one_meanwhile()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Edition 0");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Read(over.Token))).ToList();
        using var reader = site.Browser();
        for (var edition = 1; edition <= 15; edition++)
        {
            post = await Republish(owner, post, $"Edition {edition}");
            Assert.Contains($"<h1>Edition {edition}</h1>", await reader.GetStringAsync($"/posts/{post.Slug}", Cancel), StringComparison.Ordinal);
            Assert.Contains($">Edition {edition}</a>", await reader.GetStringAsync("/", Cancel), StringComparison.Ordinal);
        }

        await over.CancelAsync();
        await Task.WhenAll(readers);

        async Task Read(CancellationToken until)
        {
            using var stranger = site.Browser();
            while (!until.IsCancellationRequested)
            {
                using var answer = await stranger.GetAsync($"/posts/{post.Slug}", Cancel);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task A_change_made_at_Api_itself_reaches_the_pages_through_the_stream()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Told by the stream");
        using var reader = site.Browser();
        await reader.GetStringAsync($"/posts/{post.Slug}", Cancel);
        using var key = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = JsonContent.Create(new CreateKeyRequest("direct")) };
        using var made = await owner.SendAsync(key, Cancel);
        using var direct = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = site.ApiAddress };
        direct.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await made.Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json, Cancel))!.Key);
        await Republish(direct, post, "Told at once");
        await Eventually.Holds(async () => (await reader.GetStringAsync($"/posts/{post.Slug}", Cancel)).Contains("<h1>Told at once</h1>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_post_that_is_taken_down_is_nowhere_any_more(bool delete)
    {
        using var owner = await site.Owner();
        var name = delete ? "erased" : "withdrawn";
        var post = await WebFixture.Publish(owner, $"To be {name}", $"The {name}word stands here.", name);
        using var reader = site.Browser();
        string[] places = ["/", "/archive", "/tags", "/feed.xml", "/rss.xml", "/feed.json", "/sitemaps/posts-1.xml", "/sitemaps/tags.xml", $"/search?q={name}word", "/authors/ada"];
        foreach (var place in places)
        {
            Assert.Contains(name, await reader.GetStringAsync(place, Cancel), StringComparison.Ordinal);
        }

        string[] own = [$"/posts/{post.Slug}", $"/posts/{post.Slug}/evidence", $"/posts/{post.Slug}/evidence.json", $"/posts/{post.Slug}/picture.png", $"/tags/{name}", $"/tags/{name}/feed.xml"];
        foreach (var address in own)
        {
            using var there = await reader.GetAsync(address, Cancel);
            Assert.Equal(HttpStatusCode.OK, there.StatusCode);
        }

        using var gone = await owner.DeleteAsync(new Uri(delete ? $"/api/v1/posts/{post.Id}" : $"/api/v1/posts/{post.Id}/publication", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        foreach (var place in places.Where(place => !place.StartsWith("/search", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(name, await reader.GetStringAsync(place, Cancel), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(post.Slug, await reader.GetStringAsync($"/search?q={name}word", Cancel), StringComparison.Ordinal);
        foreach (var address in own)
        {
            using var answer = await reader.GetAsync(address, Cancel);
            Assert.True(answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone, $"{address}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_post_that_was_unpublished_is_gone_and_not_only_missing()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Taken down");
        using var unpublished = await owner.DeleteAsync(new Uri($"/api/v1/posts/{post.Id}/publication", UriKind.Relative), Cancel);
        using var reader = site.Browser();
        using var answer = await reader.GetAsync($"/posts/{post.Slug}", Cancel);
        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        Assert.Contains("This post was taken down", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        // A draft that nobody ever saw is not given away.
        using var draft = await owner.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Never shown", null, "Text.", null), BlogApi.Json, Cancel);
        using var hidden = await reader.GetAsync("/posts/never-shown", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
    }

    [Fact]
    public async Task A_kept_page_comes_in_the_encoding_that_was_asked_for_and_answers_304_to_its_own_tag()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "Encoded", "I like to walk along the harbour. " + string.Concat(Enumerable.Repeat("And again. ", 100)));
        using var reader = site.Browser();
        var plain = await Get("identity");
        var tags = new HashSet<string> { plain.Tag };
        foreach (var encoding in (string[])["br", "gzip"])
        {
            for (var time = 0; time < 2; time++)
            {
                var (body, tag, used) = await Get($"x, {encoding};q=0.5, zstd");
                Assert.Equal(encoding, used);
                Assert.Equal(plain.Body, body);
                tags.Add(tag);
                using var again = new HttpRequestMessage(HttpMethod.Get, $"/posts/{post.Slug}");
                again.Headers.AcceptEncoding.ParseAdd(encoding);
                again.Headers.IfNoneMatch.ParseAdd(tag);
                using var unchanged = await reader.SendAsync(again, Cancel);
                Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            }
        }

        Assert.Equal(3, tags.Count);
        Assert.Equal("", (await Get("br;q=0, gzip;q=0.0")).Encoding);

        async Task<(string Body, string Tag, string Encoding)> Get(string accepted)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/posts/{post.Slug}");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
            using var answer = await reader.SendAsync(request, Cancel);
            var encoding = string.Join(',', answer.Content.Headers.ContentEncoding);
            await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);
            await using Stream decoded = encoding switch
            {
                "br" => new BrotliStream(stream, CompressionMode.Decompress),
                "gzip" => new GZipStream(stream, CompressionMode.Decompress),
                _ => stream,
            };
            using var text = new StreamReader(decoded);
            return (await text.ReadToEndAsync(Cancel), answer.Headers.ETag!.ToString(), encoding);
        }
    }

    [Fact]
    public async Task Whoever_is_signed_in_gets_a_page_of_their_own_and_leaves_none_behind()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "For two");
        using var own = await owner.GetAsync($"/posts/{post.Slug}", Cancel);
        Assert.Contains("href=\"/studio\"", await own.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.True(own.Headers.CacheControl is { Private: true });
        using var reader = site.Browser();
        for (var time = 0; time < 2; time++)
        {
            Assert.DoesNotContain("href=\"/studio\"", await reader.GetStringAsync($"/posts/{post.Slug}", Cancel), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Parameters_that_a_page_does_not_know_do_not_change_it_and_those_it_knows_do()
    {
        using var owner = await site.Owner();
        var post = await WebFixture.Publish(owner, "With parameters");
        using var reader = site.Browser();
        var page = await reader.GetStringAsync($"/posts/{post.Slug}/evidence", Cancel);
        Assert.Equal(page, await reader.GetStringAsync($"/posts/{post.Slug}/evidence?utm_source=somewhere", Cancel));
        Assert.NotEqual(page, await reader.GetStringAsync($"/posts/{post.Slug}/evidence?verdict=contradicted", Cancel));
    }

    [Fact]
    public void What_is_known_only_by_guess_is_good_for_two_seconds_and_what_is_followed_until_it_changes()
    {
        var clock = new FakeTimeProvider();
        var version = new ContentVersion(clock);
        var guess = version.Stamp;
        Assert.NotEqual(guess, After(TimeSpan.FromSeconds(2)));

        version.Follow(7, at: 1000, api: "b1");
        var followed = version.Stamp;
        Assert.Equal(followed, After(TimeSpan.FromHours(3)));
        version.Advance(7, at: 1000);
        version.Advance(3, at: 900);
        Assert.Equal(followed, version.Stamp);
        version.Advance(8, at: 2000);
        Assert.NotEqual(followed, version.Stamp);

        // A database from a backup begins again with lower numbers: nothing of before may come back under them.
        Assert.Equal([followed], version.TakeLeft());
        version.Follow(7, at: 3000, api: "b1");
        Assert.NotEqual(followed, version.Stamp);
        Assert.Equal(7, version.Number);

        // What one replica keeps another finds, and what another build made nobody does.
        var other = new ContentVersion(clock);
        other.Follow(7, at: 3000, api: "b1");
        Assert.Equal(version.Stamp, other.Stamp);
        other.Follow(7, at: 3000, api: "b2");
        Assert.NotEqual(version.Stamp, other.Stamp);
        Assert.True(version.Lose());
        Assert.False(version.Lose());
        var lost = version.Stamp;
        Assert.NotEqual(lost, After(TimeSpan.FromSeconds(2)));

        string After(TimeSpan time)
        {
            clock.Advance(time);
            return version.Stamp;
        }
    }

    private static async Task<PostDetails> Republish(HttpClient author, PostDetails post, string title)
    {
        using var edited = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, title, "In short.", "I like this.", null, null), BlogApi.Json, Cancel);
        edited.EnsureSuccessStatusCode();
        using var published = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A test."), BlogApi.Json, Cancel);
        published.EnsureSuccessStatusCode();
        return (await published.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json, Cancel))!;
    }
}
