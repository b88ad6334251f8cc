using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace BlogCreator.Tests.Web;

/// <summary>The real Web before the real Api, both on ports of their own. Nobody has set the site up yet.</summary>
public sealed partial class WebFixture : IAsyncLifetime
{
    public const string Email = "ada@example.org";
    public const string Password = "correct horse battery";
    public const string SiteName = "Field <Notes> & more";

    private readonly ApiFixture _api = new();
    private WebUnderTest? _web;

    /// <summary>Settings of Api; set before it starts.</summary>
    public Dictionary<string, string> ApiSettings => _api.Settings;

    /// <summary>The parts of Api, for a test that brings about what cannot be asked for.</summary>
    public IServiceProvider ApiServices => _api.Services;

    public Uri Address => _web!.ClientOptions.BaseAddress;

    public Uri ApiAddress => _api.ClientOptions.BaseAddress;

    public async ValueTask InitializeAsync()
    {
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

    /// <summary>A browser without a script: it keeps cookies and follows nothing by itself.</summary>
    public HttpClient Browser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = Address };

    /// <summary>Sets the site up when nobody has, and signs in.</summary>
    public async Task<HttpClient> Owner()
    {
        var cancel = TestContext.Current.CancellationToken;
        var browser = Browser();
        var site = (await browser.GetFromJsonAsync<SiteDetails>("/api/v1/site", BlogApi.Json, cancel))!;
        using var answer = site.SetUp
            ? await Submit(browser, "/account/sign-in", "sign-in", ("email", Email), ("password", Password))
            : await Submit(browser, "/account/setup", "setup", ("siteName", SiteName), ("email", Email), ("password", Password));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return browser;
    }

    /// <summary>Opens the page, fills in the form as a person would and sends it.</summary>
    public static async Task<HttpResponseMessage> Submit(HttpClient browser, string page, string form, params (string Name, string Value)[] fields)
    {
        var cancel = TestContext.Current.CancellationToken;
        var html = await browser.GetStringAsync(page, cancel);
        var token = TokenIn(html);
        using var content = new FormUrlEncodedContent(
            fields.Append(("_handler", form)).Append(("__RequestVerificationToken", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2)));
        return await browser.PostAsync(page, content, cancel);
    }

    public static string TokenIn(string html)
    {
        var token = TokenPattern().Match(html).Groups["token"].Value;
        Assert.NotEmpty(token);
        return token;
    }

    public static IEnumerable<string> HandlersIn(string html) => HandlerPattern().Matches(html).Select(match => match.Groups["name"].Value);

    public static string ValueOf(string html, string id) =>
        WebUtility.HtmlDecode(Regex.Match(html, $"<input id=\"{Regex.Escape(id)}\"[^>]*value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(2)).Groups["value"].Value);

    /// <summary>A published post; it has no source, so it goes past the gate with a reason.</summary>
    public static async Task<PostDetails> Publish(HttpClient owner, string title, string markdown = "I like this.", params string[] tags)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var made = await owner.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest(title, "In short.", markdown, tags), BlogApi.Json, cancel);
        made.EnsureSuccessStatusCode();
        var post = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json, cancel))!;
        using var published = await owner.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A test."), BlogApi.Json, cancel);
        published.EnsureSuccessStatusCode();
        return (await published.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json, cancel))!;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TokenPattern();

    [GeneratedRegex("name=\"_handler\" value=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HandlerPattern();
}

/// <summary>Web as its own Program makes it, sent to an Api somewhere.</summary>
internal sealed class WebUnderTest(Uri api, string keys, int retries = 3, params IReadOnlyList<(string Name, string Value)> settings) : WebApplicationFactory<SiteProfile>
{
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("urls", "http://127.0.0.1:0");
        builder.UseSetting("services:api:http:0", api.ToString());
        builder.UseSetting("DataProtection:Path", keys);
        builder.UseSetting("HttpClients:Retries", retries.ToString(CultureInfo.InvariantCulture));
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (name, value) in settings)
        {
            builder.UseSetting(name, value);
        }
    }
}
