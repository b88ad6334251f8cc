using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class SecurityHeadersTests
{
    private static readonly string[] Names =
    [
        "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection", "Referrer-Policy",
        "Permissions-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
    ];

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Every_answer_carries_the_same_headers_errors_included(string environment)
    {
        await using var service = await Start(environment);

        var good = await Headers(service, "/good", HttpStatusCode.OK);
        Assert.All(Names, name => Assert.True(good.ContainsKey(name), name));
        Assert.Equal(good, await Headers(service, "/nowhere", HttpStatusCode.NotFound));
        Assert.Equal(good, await Headers(service, "/broken", HttpStatusCode.InternalServerError));
        Assert.Equal(good, await Headers(service, "/health", HttpStatusCode.OK));
        Assert.Equal("DENY", good["X-Frame-Options"]);
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", good["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal(environment == "Production", good["Content-Security-Policy"].Contains("upgrade-insecure-requests", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_tells_which_server_this_is()
    {
        await using var service = await Start("Production");
        using var answer = await service.Http.GetAsync("/good", TestContext.Current.CancellationToken);
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("X-Powered-By"));
    }

    [Theory]
    [InlineData("sandbox")]
    [InlineData("default-src 'none'; script-src 'self' 'nonce-abc'")]
    public async Task A_policy_of_its_own_is_kept(string policy)
    {
        await using var service = await Start("Development", policy);
        using var answer = await service.Http.GetAsync("/own", TestContext.Current.CancellationToken);
        Assert.Equal([policy], answer.Headers.GetValues("Content-Security-Policy"));
    }

    [Fact]
    public async Task A_policy_that_leaves_everything_else_open_is_replaced()
    {
        await using var service = await Start("Development", "frame-ancestors 'self'");
        using var answer = await service.Http.GetAsync("/own", TestContext.Current.CancellationToken);
        Assert.StartsWith("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    private static Task<RunningService> Start(string environment, string policy = "") => RunningService.Start(environment, map: app =>
    {
        app.MapGet("/good", () => "good");
        app.MapGet("/broken", string () => throw new InvalidOperationException("secret insides"));
        app.MapGet("/own", (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = policy;
            return "own";
        });
    });

    private static async Task<Dictionary<string, string>> Headers(RunningService service, string path, HttpStatusCode status)
    {
        using var answer = await service.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
        return answer.Headers
            .Where(header => Names.Contains(header.Key))
            .ToDictionary(header => header.Key, header => Assert.Single(header.Value));
    }
}
