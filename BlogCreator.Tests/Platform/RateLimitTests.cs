using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.Platform;

/// <summary>Rate limits of one process, without Redis.</summary>
public sealed class RateLimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_bucket_is_spent_at_once_and_comes_back_evenly()
    {
        var clock = new FakeTimeProvider();
        var buckets = new LocalBuckets(clock);
        var bucket = Bucket.Of(RateLimit.SignIn, "", new RateLimitOptions());
        for (var left = 4; left >= 0; left--)
        {
            Assert.Equal(left, Assert.Single(buckets.Spend("somebody", [bucket])).Left);
        }

        Assert.Equal(TimeSpan.FromSeconds(12), Assert.Single(buckets.Spend("somebody", [bucket])).Wait);
        Assert.Equal(TimeSpan.Zero, Assert.Single(buckets.Spend("somebody else", [bucket])).Wait);
        clock.Advance(TimeSpan.FromSeconds(24));
        Assert.Equal(TimeSpan.Zero, Assert.Single(buckets.Spend("somebody", [bucket])).Wait);
        Assert.Equal(TimeSpan.Zero, Assert.Single(buckets.Spend("somebody", [bucket])).Wait);
        Assert.NotEqual(TimeSpan.Zero, Assert.Single(buckets.Spend("somebody", [bucket])).Wait);
    }

    [Fact]
    public void Who_is_refused_by_one_limit_spends_nothing_of_the_other()
    {
        var buckets = new LocalBuckets(new FakeTimeProvider());
        var options = new RateLimitOptions { UploadsPerHour = 1 };
        Bucket[] both = [Bucket.Of(RateLimit.Studio, "", options), Bucket.Of(RateLimit.Upload, "", options)];
        var first = buckets.Spend("ada", both);
        var second = buckets.Spend("ada", both);
        Assert.NotEqual(TimeSpan.Zero, second[1].Wait);
        Assert.Equal(first[0].Left, second[0].Left);
    }

    [Theory]
    [InlineData(5, 2, true, 2)]
    [InlineData(5, 2, false, 3)]
    [InlineData(1, 4, true, 1)]
    public void A_replica_alone_allows_its_share(int quota, int replicas, bool guarded, int size)
    {
        var limit = new RateLimit("some", TimeSpan.FromMinutes(1), _ => quota, guarded);
        var share = Bucket.Of(limit, "", new RateLimitOptions()).Share(replicas);
        Assert.Equal(size, share.Size);
        Assert.Equal(60_000_000 / quota * replicas, share.Interval);
    }

    [Fact]
    public async Task A_forged_address_is_counted_as_its_sender()
    {
        await using var api = new ApiFixture();
        api.Settings["RateLimits:SignInPerMinute"] = "5";
        await using var behind = From(api, "203.0.113.9");
        using var client = behind.CreateClient();
        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 8; attempt++)
        {
            answers.Add(await SignIn(client, $"198.51.100.{attempt}"));
        }

        Assert.Equal(5, answers.Count(status => status is HttpStatusCode.Unauthorized));
        Assert.Equal(3, answers.Count(status => status is HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Visitors_who_come_through_our_own_proxy_are_told_apart_whatever_they_claim()
    {
        await using var api = new ApiFixture();
        api.Settings["RateLimits:SignInPerMinute"] = "2";
        await using var behind = From(api, "127.0.0.1");
        using var client = behind.CreateClient();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            // The last entry is the proxy's own word; what stands before it is the visitor's.
            Assert.Equal(attempt < 2 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, await SignIn(client, $"192.0.2.{attempt}, 198.51.100.7"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await SignIn(client, "192.0.2.1, 198.51.100.8"));
    }

    [Fact]
    public async Task One_account_is_guarded_from_wherever_the_guesses_come()
    {
        await using var api = new ApiFixture();
        api.Settings["RateLimits:SignInPerAccountPerHour"] = "3";
        await using var behind = From(api, "127.0.0.1");
        using var client = behind.CreateClient();
        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 6; attempt++)
        {
            answers.Add(await SignIn(client, $"198.51.100.{attempt}", attempt % 2 == 0 ? "eve@example.org" : "EVE@example.org"));
        }

        Assert.Equal(3, answers.Count(status => status is HttpStatusCode.Unauthorized));
        Assert.Equal(HttpStatusCode.Unauthorized, await SignIn(client, "198.51.100.200", "ada@example.org"));
    }

    [Fact]
    public async Task Each_key_has_its_own_limit_and_a_visitor_theirs()
    {
        await using var api = new ApiFixture();
        api.Settings["RateLimits:ApiPerMinute"] = "4";
        api.Settings["RateLimits:ReadsPerMinute"] = "3";
        await api.InitializeAsync();
        using var ada = await api.SignInAs("ada");
        using var bob = await api.SignInAs("bob");
        using var nobody = api.CreateClient();
        Assert.Equal(4, await Passed(ada));
        Assert.Equal(4, await Passed(bob));
        Assert.Equal(3, await Passed(nobody));
        // What Web asks for once for all its visitors, and what watches the service, is never refused.
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/api/v1/site", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health", Cancel)).StatusCode);

        static async Task<int> Passed(HttpClient client)
        {
            var passed = 0;
            for (var attempt = 0; attempt < 7; attempt++)
            {
                using var answer = await client.GetAsync("/api/v1/public/posts", Cancel);
                passed += answer.IsSuccessStatusCode ? 1 : 0;
            }

            return passed;
        }
    }

    private static WebApplicationFactory<Api.Data.BlogDb> From(ApiFixture api, string address) => api.WithWebHostBuilder(builder =>
        builder.ConfigureTestServices(services => services.AddSingleton<IStartupFilter>(new Peer(IPAddress.Parse(address)))));

    /// <param name="email">Another account each time where the account is not what is counted.</param>
    private static async Task<HttpStatusCode> SignIn(HttpClient client, string forwarded, string? email = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Content = JsonContent.Create(new SignInRequest(email ?? $"somebody.{Guid.NewGuid():n}@example.org", "wrong horse battery"), options: BlogApi.Json) };
        request.Headers.Add("X-Forwarded-For", forwarded);
        using var answer = await client.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    /// <summary>The other end of every connection.</summary>
    private sealed class Peer(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Connection.RemoteIpAddress = address;
                return following(context);
            });
            next(app);
        };
    }
}
