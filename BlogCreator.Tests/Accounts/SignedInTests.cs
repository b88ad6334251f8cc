using System.Net;
using System.Net.Http.Json;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Accounts;

public abstract class SignedInTests(ApiFixture api)
{
    [Fact]
    public async Task What_a_person_who_is_signed_in_gets_is_kept_by_no_cache()
    {
        using var author = await api.SignInAs("ada");
        foreach (var path in new[] { "posts", "documents", "session", $"posts/{Guid.NewGuid()}", "site" })
        {
            using var answer = await author.GetAsync($"/api/v1/{path}");
            Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        }

        using var nobody = api.CreateClient();
        using var open = await nobody.GetAsync("/api/v1/public/posts");
        Assert.NotEqual("no-store", open.Headers.CacheControl?.ToString());
    }

    [Theory]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    public void One_household_is_counted_as_one(string first, string second, bool same) =>
        Assert.Equal(same, VisitorAddress.Of(IPAddress.Parse(first)) == VisitorAddress.Of(IPAddress.Parse(second)));

    [Fact]
    public async Task A_key_that_is_taken_away_while_it_is_used_is_refused_and_breaks_nothing()
    {
        using var author = await api.SignInAs("ada");
        for (var round = 0; round < 10; round++)
        {
            var made = (await (await author.PostAsJsonAsync("/api/v1/keys", new CreateKeyRequest("short"), BlogApi.Json)).Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json))!;
            using var program = api.CreateClient();
            program.DefaultRequestHeaders.Authorization = new("Bearer", made.Key);
            var uses = Enumerable.Range(0, 4).Select(_ => program.GetAsync("/api/v1/session")).Append(author.DeleteAsync($"/api/v1/keys/{made.Id}")).ToList();
            foreach (var answer in await Task.WhenAll(uses))
            {
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NoContent or HttpStatusCode.Unauthorized, answer.StatusCode.ToString());
            }
        }
    }

    [Fact]
    public async Task An_author_changes_what_readers_learn_and_not_another_authors_address()
    {
        using var ada = await api.SignInAs("ada");
        using var eve = await api.SignInAs("eve");
        var handle = $"ada-{Guid.NewGuid():n}";
        var changed = await Put(ada, new EditProfileRequest("Ada\nLovelace", $" {handle.ToUpperInvariant()}! ", "Writes about engines."));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var profile = (await changed.Content.ReadFromJsonAsync<SessionDetails>(BlogApi.Json))!;
        Assert.Equal(("Ada Lovelace", handle, "Writes about engines."), (profile.Name, profile.Handle, profile.Bio));
        Assert.Equal(HttpStatusCode.Conflict, (await Put(eve, new EditProfileRequest("Eve", handle, null))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await Put(eve, new EditProfileRequest("Eve", "//", null))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await eve.PutAsJsonAsync("/api/v1/site", new EditSiteRequest("Mine now", null), BlogApi.Json)).StatusCode);

        static Task<HttpResponseMessage> Put(HttpClient client, EditProfileRequest request) => client.PutAsJsonAsync("/api/v1/profile", request, BlogApi.Json);
    }
}

public sealed class SignedInOnSqlite(ApiFixture api) : SignedInTests(api), IClassFixture<ApiFixture>;

public sealed class SignedInOnPostgres(PostgresApiFixture api) : SignedInTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
