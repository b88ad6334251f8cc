using System.Net.Http.Json;
using BlogCreator.Contracts;

namespace BlogCreator.Tests.Platform;

/// <summary>
/// Two Api processes that share a database and a Redis, and nothing else: the keys of the cookies are in Redis alone. The
/// rate limits are loose but for those that the tests count by, which come back so slowly that no test waits for them.
/// </summary>
public sealed class TwoReplicas : IAsyncLifetime
{
    public const int Rewrites = 20;
    private const string Email = "ada@example.org";
    private const string Secret = "correct horse battery";

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-replicas-").FullName;

    private RedisServer? _redis;
    private ApiProcess? _first;
    private ApiProcess? _second;

    public RedisServer Redis => _redis!;

    public ApiProcess First => _first!;

    public ApiProcess Second => _second!;

    /// <summary>The session of the owner.</summary>
    public string Cookie { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (RedisServer.Missing is not null)
        {
            return;
        }

        _redis = await RedisServer.StartOwn();
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__blogdb"] = $"Data Source={Path.Combine(_folder, "blog.db")}",
            ["ConnectionStrings__redis"] = Redis.ConnectionString,
            ["Storage__Path"] = Path.Combine(_folder, "files"),
            ["RateLimits__RewritesPerHour"] = $"{Rewrites}",
            ["RateLimits__SignInPerAccountPerHour"] = "5",
            // A machine that runs all tests at once may take longer than a site's reader should wait.
            ["Redis__BudgetMilliseconds"] = "400",
        };
        var (exit, output) = await ApiProcess.Run(settings, "migrate");
        Assert.True(exit == 0, output);
        _first = await ApiProcess.Start(settings);
        _second = await ApiProcess.Start(settings);
        using var made = await First.Client.PostAsJsonAsync("/api/v1/setup", new SetupRequest(Email, Secret, "Notes"), BlogApi.Json);
        made.EnsureSuccessStatusCode();
        Cookie = made.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public static Task<HttpResponseMessage> SignIn(ApiProcess api, string email = Email, string password = Secret)
    {
        ArgumentNullException.ThrowIfNull(api);
        return api.Client.PostAsJsonAsync("/api/v1/session", new SignInRequest(email, password), BlogApi.Json);
    }

    public static Task<HttpResponseMessage> Send(ApiProcess api, HttpMethod method, string path, string cookie)
    {
        ArgumentNullException.ThrowIfNull(api);
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Cookie", cookie);
        return api.Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new IAsyncDisposable?[] { _first, _second, _redis })
        {
            await (started?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        Directory.Delete(_folder, recursive: true);
    }
}
