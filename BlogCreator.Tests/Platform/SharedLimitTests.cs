using System.Net;
using System.Net.Http.Json;
using BlogCreator.Contracts;

namespace BlogCreator.Tests.Platform;

/// <summary>Rate limits that two replicas count together in a real Redis, and what they do when it is not there.</summary>
public sealed class SharedLimitTests : IClassFixture<TwoReplicas>
{
    private readonly TwoReplicas _replicas;

    public SharedLimitTests(TwoReplicas replicas)
    {
        RedisServer.SkipUnlessThere();
        _replicas = replicas;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_many_clients_at_two_replicas_exactly_the_allowed_number_pass()
    {
        await Forget();
        var answers = await Spend(clients: 8, each: 10);
        Assert.Equal(TwoReplicas.Rewrites, answers.Count(status => status is HttpStatusCode.NotFound));
        Assert.Equal(80 - TwoReplicas.Rewrites, answers.Count(status => status is HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_refusal_says_which_limit_it_was_and_how_long_to_wait()
    {
        await Forget();
        await Spend(clients: 4, each: TwoReplicas.Rewrites / 4);
        using var refused = await Rewrite(_replicas.Second);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var problem = await ApiFixture.Problem(refused);
        Assert.Equal("too-many-requests", problem.More!["code"].GetString());
        Assert.Equal(["rewrite"], problem.More["violated-policies"].EnumerateArray().Select(name => name.GetString()));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1) / TwoReplicas.Rewrites);
        Assert.Contains($"\"rewrite\";q={TwoReplicas.Rewrites};w=3600", refused.Headers.GetValues("RateLimit-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("\"rewrite\";r=0;t=", refused.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redis_that_hangs_stops_nobody_and_limits_still_hold()
    {
        await Forget();
        await _replicas.Redis.Hang();
        try
        {
            var answers = await Spend(clients: 8, each: 10);
            Assert.All(answers, status => Assert.True(status is HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests, status.ToString()));
            // Each of the two allows its half at most; a test before may have spent some of it, or all.
            Assert.InRange(answers.Count(status => status is HttpStatusCode.NotFound), 0, TwoReplicas.Rewrites);
            foreach (var replica in (ApiProcess[])[_replicas.First, _replicas.Second])
            {
                using var other = await TwoReplicas.Send(replica, HttpMethod.Get, "/api/v1/site", "a=b");
                Assert.Equal(HttpStatusCode.OK, other.StatusCode);
            }

            var errors = await Task.WhenAll(_replicas.First.Client.GetStringAsync("/metrics", Cancel), _replicas.Second.Client.GetStringAsync("/metrics", Cancel));
            Assert.All(errors, metrics => Assert.Matches(@"(?m)^ratelimit_backend_errors_total(\{\})? [1-9]", metrics));
        }
        finally
        {
            await _replicas.Redis.Resume();
        }

        await CountedTogetherAgain();
    }

    [Fact]
    public async Task Without_redis_guessing_a_password_is_over_when_the_share_of_each_replica_is_spent()
    {
        await _replicas.Redis.Kill();
        try
        {
            var answers = new List<HttpStatusCode>();
            for (var attempt = 0; attempt < 8; attempt++)
            {
                foreach (var replica in new[] { _replicas.First, _replicas.Second })
                {
                    using var answer = await TwoReplicas.SignIn(replica, "eve@example.org", "wrong horse battery");
                    answers.Add(answer.StatusCode);
                }
            }

            // Five in an hour are allowed, which each of two replicas rounds down to two.
            Assert.Equal(4, answers.Count(status => status is HttpStatusCode.Unauthorized));
            Assert.Equal(12, answers.Count(status => status is HttpStatusCode.TooManyRequests));
        }
        finally
        {
            await _replicas.Redis.Start();
        }

        await CountedTogetherAgain();
    }

    [Fact]
    public async Task A_redis_that_forgets_its_scripts_or_everything_makes_no_error()
    {
        await CountedTogetherAgain();
        Assert.Equal("+OK", await _replicas.Redis.Command("SCRIPT FLUSH"));
        await Forget();
        var before = await Errors();
        Assert.Equal(TwoReplicas.Rewrites, (await Spend(clients: 8, each: 5)).Count(status => status is HttpStatusCode.NotFound));
        await Forget();
        Assert.Equal(TwoReplicas.Rewrites, (await Spend(clients: 8, each: 5)).Count(status => status is HttpStatusCode.NotFound));
        Assert.Equal(before, await Errors());
    }

    [Fact]
    public async Task Who_signs_in_at_one_replica_is_signed_in_at_the_other_also_after_all_of_them_and_redis_were_restarted()
    {
        await CountedTogetherAgain();
        using var signedIn = await TwoReplicas.SignIn(_replicas.First);
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, await Session(_replicas.Second));

        // Also when what Redis held is lost: who knows the keys puts them back.
        await _replicas.Redis.Stop();
        await _replicas.Redis.Start();
        await Eventually.Holds(async () => await _replicas.Redis.Ask("LLEN blogcreator:keys") is not "0");
        await _replicas.First.Kill();
        await _replicas.Second.Kill();
        await _replicas.First.Start();
        await _replicas.Second.Start();
        Assert.Equal(HttpStatusCode.OK, await Session(_replicas.Second));
        Assert.Equal(HttpStatusCode.OK, await Session(_replicas.First));

        async Task<HttpStatusCode> Session(ApiProcess replica)
        {
            using var answer = await TwoReplicas.Send(replica, HttpMethod.Get, "/api/v1/session", cookie);
            return answer.StatusCode;
        }
    }

    /// <summary>Nothing is spent; the keys of the cookies stay.</summary>
    private async Task Forget()
    {
        foreach (var key in (await _replicas.Redis.Ask("--scan --pattern blogcreator:limit:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await _replicas.Redis.Ask("DEL " + key);
        }
    }

    /// <summary>Both replicas ask Redis again: what one spends the other sees.</summary>
    private Task CountedTogetherAgain() => Eventually.Holds(async () =>
    {
        await Forget();
        var both = await Left(_replicas.First) - await Left(_replicas.Second) == 1;
        return both && await Left(_replicas.First) == TwoReplicas.Rewrites - 3;
    });

    private static int LeftIn(HttpResponseMessage answer)
    {
        var text = answer.Headers.GetValues("RateLimit").Single();
        var from = text.IndexOf("\"rewrite\";r=", StringComparison.Ordinal) + "\"rewrite\";r=".Length;
        return int.Parse(text.AsSpan(from, text.IndexOf(';', from) - from), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task<int> Left(ApiProcess replica)
    {
        using var answer = await Rewrite(replica);
        return LeftIn(answer);
    }

    private async Task<HttpStatusCode[]> Spend(int clients, int each) => [.. (await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
    {
        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < each; attempt++)
        {
            using var answer = await Rewrite((client + attempt) % 2 == 0 ? _replicas.First : _replicas.Second);
            answers.Add(answer.StatusCode);
        }

        return answers;
    }))).SelectMany(answers => answers)];

    /// <summary>Counted, and then there is no such post.</summary>
    private async Task<HttpResponseMessage> Rewrite(ApiProcess replica)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/posts/{Guid.Empty}/rewrites") { Content = JsonContent.Create(new RewriteRequest(1, 0, null), options: BlogApi.Json) };
        request.Headers.Add("Cookie", _replicas.Cookie);
        return await replica.Client.SendAsync(request, Cancel);
    }

    private async Task<string> Errors() => string.Join('\n', (await Task.WhenAll(_replicas.First.Client.GetStringAsync("/metrics", Cancel), _replicas.Second.Client.GetStringAsync("/metrics", Cancel)))
        .SelectMany(metrics => metrics.Split('\n')).Where(line => line.StartsWith("ratelimit_backend_errors_total", StringComparison.Ordinal)));
}
