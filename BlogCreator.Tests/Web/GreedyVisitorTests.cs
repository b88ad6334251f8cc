using System.Net;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Web;

/// <summary>The limit for visitors counts who visits Web, not Web, and one visitor's greed is nobody else's trouble.</summary>
public sealed class GreedyVisitorTests : IAsyncLifetime
{
    private readonly ApiFixture _api = new();
    private WebUnderTest? _web;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api.Settings["RateLimits:ReadsPerMinute"] = "20";
        _api.UseKestrel();
        await _api.InitializeAsync();
        _api.StartServer();
        _web = new WebUnderTest(_api.ClientOptions.BaseAddress, Path.Combine(_api.Folder, "keys"));
        _web.UseKestrel();
        _web.StartServer();
    }

    public async ValueTask DisposeAsync()
    {
        if (_web is not null)
        {
            await _web.DisposeAsync();
        }

        await _api.DisposeAsync();
    }

    [Fact]
    public async Task Who_asks_for_too_much_is_told_to_wait_and_the_others_are_served()
    {
        var answers = new List<HttpStatusCode>();
        for (var number = 0; number < 150; number++)
        {
            using var answer = await Visit("198.51.100.1", $"/search?q=words{number}");
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Contains("One moment, please", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            }
        }

        Assert.All(answers, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, status.ToString()));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);

        // More visitors than one visitor may ask, all at once: each is one.
        var others = await Task.WhenAll(Enumerable.Range(2, 50).Select(async visitor =>
        {
            using var answer = await Visit($"198.51.100.{visitor}", $"/search?q=other{visitor}");
            return answer.StatusCode;
        }));
        Assert.All(others, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    private async Task<HttpResponseMessage> Visit(string address, string path)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = _web!.ClientOptions.BaseAddress };
        // As the proxy in front of the site writes it.
        browser.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return await browser.GetAsync(path, Cancel);
    }
}
