using System.Net;
using System.Security.Claims;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class SharedSignInTests : IDisposable
{
    private readonly string _keys = Path.Combine(Path.GetTempPath(), $"blogcreator-keys-{Guid.NewGuid():N}");

    [Theory]
    [InlineData("Development", "blogcreator=", false)]
    [InlineData("Production", "__Host-blogcreator=", true)]
    public async Task The_cookie_that_one_service_hands_out_is_read_by_another(string environment, string name, bool secure)
    {
        await using var api = await Start(environment, _keys);
        await using var web = await Start(environment, _keys);
        using var client = new SocketsHttpHandler { UseCookies = false };
        using var http = new HttpMessageInvoker(client);

        using var signIn = new HttpRequestMessage(HttpMethod.Get, $"{api.Urls.First()}/sign-in");
        using var signedIn = await http.SendAsync(signIn, TestContext.Current.CancellationToken);
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith(name, cookie, StringComparison.Ordinal);
        Assert.Contains("path=/", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Equal(secure, cookie.Contains("secure", StringComparison.Ordinal));

        using var ask = new HttpRequestMessage(HttpMethod.Get, $"{web.Urls.First()}/who");
        ask.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var answer = await http.SendAsync(ask, TestContext.Current.CancellationToken);
        Assert.Equal("person-1 session-1", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_cookie_protected_with_other_keys_signs_nobody_in()
    {
        await using var api = await Start("Development", _keys);
        await using var web = await Start("Development", _keys + "-other");
        using var client = new SocketsHttpHandler { UseCookies = false };
        using var http = new HttpMessageInvoker(client);

        using var signIn = new HttpRequestMessage(HttpMethod.Get, $"{api.Urls.First()}/sign-in");
        using var signedIn = await http.SendAsync(signIn, TestContext.Current.CancellationToken);
        using var ask = new HttpRequestMessage(HttpMethod.Get, $"{web.Urls.First()}/who");
        ask.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        using var answer = await http.SendAsync(ask, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Outside_development_a_service_without_a_key_directory_refuses_to_start_and_names_the_setting()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => Start("Production", keys: null));
        Assert.Contains("DataProtection__Path", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_directory_belongs_to_its_owner_alone()
    {
        await using var api = await Start("Production", _keys);
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no file modes");
            return;
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_keys));
    }

    public void Dispose()
    {
        foreach (var directory in new[] { _keys, _keys + "-other" }.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<WebApplication> Start(string environment, string? keys)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("DataProtection:Path", keys)]);
        builder.AddSharedSignIn();
        var app = builder.Build();
        app.MapGet("/sign-in", (HttpContext context) => context.SignInAsync(SharedSignIn.Scheme, new ClaimsPrincipal(new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, "person-1"), new(SharedSignIn.SessionClaim, "session-1")], SharedSignIn.Scheme))));
        app.MapGet("/who", (ClaimsPrincipal person) => person.Identity is { IsAuthenticated: true }
            ? Results.Text($"{person.FindFirstValue(ClaimTypes.NameIdentifier)} {person.FindFirstValue(SharedSignIn.SessionClaim)}")
            : Results.StatusCode(401));
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }
}
