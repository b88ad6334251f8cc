using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using BlogCreator.ServiceDefaults;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class RedisClientTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-keys-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("localhost:6379,pasword=hush")]
    [InlineData("localhost:6379,connectTimeout=soon")]
    [InlineData(",password=hush")]
    public async Task A_connection_string_that_is_none_stops_the_start_is_named_and_not_shown(string text)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Start(text));
        Assert.Contains("ConnectionStrings__redis", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_connection_string_there_is_no_redis_and_no_word_of_it()
    {
        await using var service = await Start("");
        Assert.Null(service.App.Services.GetService<IConnectionMultiplexer>());
        Assert.False((await Health(service)).GetProperty("checks").TryGetProperty("redis", out _));
    }

    [Fact]
    public async Task A_service_starts_without_its_redis_is_ready_and_finds_it_when_it_comes_and_comes_back()
    {
        RedisServer.SkipUnlessThere();
        await using var redis = RedisServer.NotStarted();
        await using var service = await Start(redis.ConnectionString);
        Assert.Equal("degraded", await State());
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/health/ready", Cancel)).StatusCode);
        await redis.Start();
        await Eventually.Holds(async () => await State() == "healthy");
        await redis.Hang();
        await Eventually.Holds(async () => await State() == "degraded");
        Assert.Equal(HttpStatusCode.OK, (await service.Http.GetAsync("/health/ready", Cancel)).StatusCode);
        await redis.Resume();
        await Eventually.Holds(async () => await State() == "healthy");
        await redis.Kill();
        await Eventually.Holds(async () => await State() == "degraded");
        await redis.Start();
        await Eventually.Holds(async () => await State() == "healthy");

        async Task<string?> State() => (await Health(service)).GetProperty("checks").GetProperty("redis").GetString();
    }

    [Fact]
    public async Task Keys_that_only_the_directory_or_only_redis_has_come_to_be_in_both()
    {
        RedisServer.SkipUnlessThere();
        await using var redis = RedisServer.NotStarted();
        string cookie;
        // Redis is away: the directory is enough.
        await using (var first = await StartSignIn(redis.ConnectionString, "DataProtection:Path=" + Path.Combine(_folder, "one")))
        {
            cookie = await SignIn(first);
            Assert.Equal(HttpStatusCode.OK, await Who(first, cookie));
            await redis.Start();
            await Eventually.Holds(async () => await redis.Ask("LLEN blogcreator:keys") is not "0");
        }

        // Another has only Redis, and a third an empty directory beside it.
        await using (var second = await StartSignIn(redis.ConnectionString))
        {
            Assert.Equal(HttpStatusCode.OK, await Who(second, cookie));
            // Redis loses everything; who still knows the keys puts them back when it returns.
            await redis.Command("FLUSHALL");
            await redis.Kill();
            await redis.Start();
            await Eventually.Holds(async () => await redis.Ask("LLEN blogcreator:keys") is not "0");
        }

        await using (var third = await StartSignIn(redis.ConnectionString, "DataProtection:Path=" + Path.Combine(_folder, "three")))
        {
            Assert.Equal(HttpStatusCode.OK, await Who(third, cookie));
        }

        Assert.Equal(
            Directory.GetFiles(Path.Combine(_folder, "one")).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(_folder, "three")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task With_a_certificate_no_key_lies_open_in_redis()
    {
        RedisServer.SkipUnlessThere();
        await using var redis = await RedisServer.StartOwn();
        await using (var open = await StartSignIn(redis.ConnectionString))
        {
            await SignIn(open);
            Assert.Contains("<value>", await redis.Ask("LRANGE blogcreator:keys 0 -1"), StringComparison.Ordinal);
        }

        await redis.Command("FLUSHALL");
        using var rsa = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=keys", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var file = Path.Combine(_folder, "keys.pfx");
        await File.WriteAllBytesAsync(file, certificate.Export(X509ContentType.Pkcs12, "hush"), Cancel);
        string[] settings = ["DataProtection:CertificatePath=" + file, "DataProtection:CertificatePassword=hush"];
        await using var first = await StartSignIn(redis.ConnectionString, settings);
        var cookie = await SignIn(first);
        var stored = await redis.Ask("LRANGE blogcreator:keys 0 -1");
        Assert.Contains("EncryptedData", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("<value>", stored, StringComparison.Ordinal);
        await using var second = await StartSignIn(redis.ConnectionString, settings);
        Assert.Equal(HttpStatusCode.OK, await Who(second, cookie));

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => StartSignIn(redis.ConnectionString, settings[0], "DataProtection:CertificatePassword=wrong"));
        Assert.Contains("DataProtection__CertificatePath", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Task<RunningService> Start(string redis) =>
        RunningService.Start(settings: ["--ConnectionStrings:redis=" + redis], build: builder => builder.AddRedisClient("redis"));

    private static Task<RunningService> StartSignIn(string redis, params string[] settings) => RunningService.Start(
        settings: ["--ConnectionStrings:redis=" + redis, .. settings.Select(setting => "--" + setting)],
        build: builder =>
        {
            builder.AddRedisClient("redis");
            builder.AddSharedSignIn();
        },
        map: app =>
        {
            app.MapGet("/sign-in", (HttpContext context) => context.SignInAsync(SharedSignIn.Scheme, new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, "person-1")], SharedSignIn.Scheme))));
            app.MapGet("/who", async (HttpContext context) => (await context.AuthenticateAsync(SharedSignIn.Scheme)).Succeeded ? Results.Ok() : Results.StatusCode(401));
        });

    private static async Task<string> SignIn(RunningService service)
    {
        using var answer = await service.Http.GetAsync("/sign-in", Cancel);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task<HttpStatusCode> Who(RunningService service, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who");
        request.Headers.Add("Cookie", cookie);
        using var answer = await service.Http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private static async Task<JsonElement> Health(RunningService service)
    {
        using var answer = await service.Http.GetAsync("/health", Cancel);
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Cancel));
    }
}
