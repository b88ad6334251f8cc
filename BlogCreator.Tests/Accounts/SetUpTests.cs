using System.Net;
using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Accounts;

public abstract class SetUpTests(ApiFixture api) : IAsyncLifetime
{
    private readonly ApiFixture _api = api;

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_new_site_is_set_up_once_and_its_owner_is_signed_in()
    {
        using var client = _api.CreateClient();
        var before = await client.GetFromJsonAsync<SiteDetails>("/api/v1/site", BlogApi.Json);
        Assert.False(before!.SetUp);

        using var made = await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada.lovelace@example.org", "correct horse battery", "Notes"));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var session = await client.GetFromJsonAsync<SessionDetails>("/api/v1/session", BlogApi.Json);
        Assert.Equal("Ada Lovelace", session!.Name);
        Assert.Equal("Notes", (await client.GetFromJsonAsync<SiteDetails>("/api/v1/site", BlogApi.Json))!.Name);

        using var again = await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest("eve@example.org", "correct horse battery", "Mine"));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal("already-set-up", (await ApiFixture.Problem(again)).More!["code"].GetString());
    }

    [Fact]
    public async Task Two_set_ups_at_once_make_one_owner()
    {
        using var client = _api.CreateClient();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number =>
            client.PostAsJsonAsync("/api/v1/setup", new SetupRequest($"person{number}@example.org", "correct horse battery", "Notes"))));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("not an address", "correct horse battery", "Notes")]
    [InlineData("ada@example.org", "short", "Notes")]
    [InlineData("ada@example.org", "correct horse battery", "")]
    public async Task A_set_up_that_lacks_something_says_what(string email, string password, string siteName)
    {
        using var client = _api.CreateClient();
        using var answer = await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest(email, password, siteName));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await ApiFixture.Problem(answer)).More!.ContainsKey("errors"));
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_person_get_the_same_answer()
    {
        using var client = _api.CreateClient();
        (await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"))).Dispose();
        using var wrong = await client.PostAsJsonAsync("/api/v1/session", new SignInRequest("ada@example.org", "wrong horse battery"));
        using var unknown = await client.PostAsJsonAsync("/api/v1/session", new SignInRequest("eve@example.org", "wrong horse battery"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        Assert.Equal((await ApiFixture.Problem(wrong)).Detail, (await ApiFixture.Problem(unknown)).Detail);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server()
    {
        using var client = _api.CreateClient(new() { HandleCookies = false });
        using var made = await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"));
        var cookie = made.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        client.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/session")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v1/session")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/v1/session")).StatusCode);
    }

    [Fact]
    public async Task An_API_key_works_until_it_is_revoked()
    {
        using var client = _api.CreateClient();
        (await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"))).Dispose();
        using var made = await client.PostAsJsonAsync("/api/v1/keys", new CreateKeyRequest("script"));
        var key = (await made.Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json))!;

        using var program = _api.CreateClient();
        program.DefaultRequestHeaders.Authorization = new("Bearer", key.Key);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/session")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/v1/keys/{key.Id}")).StatusCode);
        using var refused = await program.GetAsync("/api/v1/session");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("unknown-key", (await ApiFixture.Problem(refused)).More!["code"].GetString());
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task A_foreign_page_cannot_act_for_a_signed_in_person(string header, string value)
    {
        using var client = _api.CreateClient();
        (await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"))).Dispose();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = JsonContent.Create(new CreateKeyRequest("stolen")) };
        request.Headers.Add(header, value);
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }
}

public sealed class SetUpOnSqlite() : SetUpTests(new ApiFixture());

public sealed class SetUpOnPostgres() : SetUpTests(new PostgresApiFixture().OrSkip());
