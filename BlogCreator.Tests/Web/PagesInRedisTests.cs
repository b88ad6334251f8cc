using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using BlogCreator.Web.Shell;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Web;

/// <summary>Two replicas of Web before one Api, with the pages they share in a real Redis.</summary>
public sealed partial class PagesInRedisTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();
    private readonly List<WebUnderTest> _webs = [];
    private RedisServer? _redis;
    private int _asked;

    public PagesInRedisTests() => RedisServer.SkipUnlessThere();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartOwn();
        _api.Settings["ConnectionStrings:redis"] = _redis.ConnectionString;
        _api.UseKestrel();
        await _api.InitializeAsync();
        _api.StartServer();
        for (var replica = 0; replica < 2; replica++)
        {
            var web = new WebUnderTest(_api.ClientOptions.BaseAddress, Path.Combine(_api.Folder, "keys"), 3, ("ConnectionStrings:redis", _redis.ConnectionString), ("Site:BaseUrl", "https://blog.example"), ("Redis:BudgetMilliseconds", "400"));
            web.UseKestrel();
            web.StartServer();
            _webs.Add(web);
        }

        await Eventually.Holds(() => Task.FromResult(_webs.TrueForAll(web => web.Services.GetRequiredService<ContentVersion>().IsFollowed)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var web in _webs)
        {
            await web.DisposeAsync();
        }

        await _api.DisposeAsync();
        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_page_that_one_replica_made_is_served_by_the_other_until_it_changes()
    {
        using var author = await _api.SignInAs("ada");
        var post = await WebFixture.Publish(author, "Shared");
        await AllKnow();
        using var first = Reader(0);
        using var second = Reader(1);
        var page = await first.GetStringAsync($"/posts/{post.Slug}", Cancel);
        var made = await Made();
        Assert.Equal(page, await second.GetStringAsync($"/posts/{post.Slug}", Cancel));
        Assert.Equal(made, await Made());

        using var edited = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}", new EditPostRequest(post.Version, "Changed", "In short.", "I like this.", null, null), BlogApi.Json, Cancel);
        edited.EnsureSuccessStatusCode();
        using var published = await author.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A test."), BlogApi.Json, Cancel);
        published.EnsureSuccessStatusCode();
        await AllKnow();
        Assert.Contains("<h1>Changed</h1>", await second.GetStringAsync($"/posts/{post.Slug}", Cancel), StringComparison.Ordinal);
        Assert.Contains("<h1>Changed</h1>", await first.GetStringAsync($"/posts/{post.Slug}", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_many_ask_for_at_once_is_made_once_by_each_replica_at_most()
    {
        using var author = await _api.SignInAs("ada");
        var post = await WebFixture.Publish(author, "Wanted by many");
        await AllKnow();
        var before = await Made();
        var pages = await Task.WhenAll(Enumerable.Range(0, 60).Select(async number =>
        {
            using var reader = Reader(number % 2);
            return await reader.GetStringAsync($"/posts/{post.Slug}", Cancel);
        }));
        Assert.All(pages, page => Assert.Contains("<h1>Wanted by many</h1>", page, StringComparison.Ordinal));
        Assert.InRange(await Made() - before, 1, 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(14)]
    public async Task Who_asked_first_and_went_away_takes_nobody_along(int step)
    {
        using var author = await _api.SignInAs("ada");
        var post = await WebFixture.Publish(author, "Not left behind");
        await AllKnow();
        var readers = Enumerable.Range(0, 20).Select(async number =>
        {
            using var reader = Reader(0);
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            if (number < 5)
            {
                leave.CancelAfter(TimeSpan.FromMilliseconds(number * step));
            }

            try
            {
                return await reader.GetStringAsync($"/posts/{post.Slug}", leave.Token);
            }
            catch (OperationCanceledException) when (number < 5)
            {
                return null;
            }
        }).ToList();
        var pages = await Task.WhenAll(readers);
        Assert.All(pages.Skip(5), page => Assert.Contains("<h1>Not left behind</h1>", page!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_redis_that_hangs_or_is_gone_costs_no_reader_their_page()
    {
        using var author = await _api.SignInAs("ada");
        var post = await WebFixture.Publish(author, "Without a cache");
        await AllKnow();
        await _redis!.Hang();
        try
        {
            await AllPages();
        }
        finally
        {
            await _redis.Resume();
        }

        await _redis.Kill();
        await AllPages();
        await _redis.Start();
        await AllPages();

        async Task AllPages()
        {
            for (var number = 0; number < 12; number++)
            {
                using var reader = Reader(number % 2);
                // Parameters keep it out of the memory in front.
                using var answer = await reader.GetAsync($"/posts/{post.Slug}/evidence?verdict={number}", Cancel);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Contains("<h1>Without a cache</h1>", await reader.GetStringAsync($"/posts/{post.Slug}", Cancel), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_redis_that_comes_later_than_web_is_used_from_then_on()
    {
        using var author = await _api.SignInAs("ada");
        var post = await WebFixture.Publish(author, "Early bird");
        await using var redis = RedisServer.NotStarted();
        await using var early = new WebUnderTest(_api.ClientOptions.BaseAddress, Path.Combine(_api.Folder, "keys"), 3, ("ConnectionStrings:redis", redis.ConnectionString), ("Redis:BudgetMilliseconds", "400"));
        early.UseKestrel();
        early.StartServer();
        using var reader = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = early.ClientOptions.BaseAddress };
        Assert.Contains("<h1>Early bird</h1>", await reader.GetStringAsync($"/posts/{post.Slug}", Cancel), StringComparison.Ordinal);
        await redis.Start();
        var number = 0;
        await Eventually.Holds(async () =>
        {
            await reader.GetStringAsync($"/posts/{post.Slug}/evidence?verdict={number++}", Cancel);
            return (await redis.Ask("--scan --pattern blogcreator:pages:*")).Length > 0;
        });
    }

    private HttpClient Reader(int replica) => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = _webs[replica].ClientOptions.BaseAddress };

    /// <summary>Both replicas have heard of the last change.</summary>
    private async Task AllKnow()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _api.ClientOptions.BaseAddress };
        await foreach (var change in new BlogApi(http).FollowChanges(0, Cancel))
        {
            var last = change!.Number;
            await Eventually.Holds(() => Task.FromResult(_webs.TrueForAll(web => web.Services.GetRequiredService<ContentVersion>().Number >= last)));
            return;
        }
    }

    /// <summary>How often posts were asked for to make pages of them.</summary>
    private async Task<int> Made()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = _api.ClientOptions.BaseAddress };
        // The figures are kept for a moment: one that is not there tells when they are those of now.
        (await http.GetAsync(new Uri($"/api/v1/public/withdrawn/none-{_asked++}", UriKind.Relative), Cancel)).Dispose();
        var metrics = await Eventually.Gives(() => http.GetStringAsync("/metrics", Cancel), text => Count(text, "withdrawn") == _asked);
        return Count(metrics, "posts");
    }

    private static int Count(string metrics, string kind) => Requests().Matches(metrics)
        .Where(match => match.Groups["kind"].Value == kind)
        .Sum(match => int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex("""^http_requests_total\{[^}]*endpoint="/api/v1/public/(?<kind>posts|withdrawn)/\{slug\}"[^\n]*\} (?<count>[0-9]+)""", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Requests();
}
