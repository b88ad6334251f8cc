using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Posts;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Data;

/// <summary>A list of fifty asks the database as often as a list of one.</summary>
public abstract class QueryCountTests(ApiFixture api)
{
    [Fact]
    public async Task The_number_of_queries_does_not_grow_with_the_rows()
    {
        using var author = await api.SignInAs("ada");
        using var made = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("Many versions", "", "Is that so?", []), BlogApi.Json);
        var post = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        var rows = new Rows(post.Id, post.Version, Guid.Empty, 0);
        var counts = new List<Dictionary<string, int>>();
        foreach (var many in new[] { 1, 10, 50 })
        {
            rows = await GrowTo(author, rows, many);
            counts.Add(await Count(author, rows));
        }

        Assert.All(counts[0].Keys, path => Assert.True(
            counts[0][path] == counts[1][path] && counts[1][path] == counts[2][path],
            $"{path} asks {counts[0][path]} times for one row, {counts[1][path]} for ten, {counts[2][path]} for fifty"));
    }

    private async Task<Dictionary<string, int>> Count(HttpClient author, Rows rows)
    {
        var slug = (await author.GetFromJsonAsync<Page<PublicPostSummary>>("/api/v1/public/posts?limit=1", BlogApi.Json))!.Items[0].Slug;
        var paths = new Dictionary<string, string>
        {
            ["published posts"] = "/api/v1/public/posts?limit=100",
            ["published posts with their text"] = "/api/v1/public/posts?limit=100&full=true",
            ["tag"] = "/api/v1/public/posts?tag=notes&limit=100",
            ["published post"] = $"/api/v1/public/posts/{slug}",
            ["evidence"] = $"/api/v1/public/posts/{slug}/evidence",
            ["tags"] = "/api/v1/public/tags",
            ["archive"] = "/api/v1/public/archive",
            ["addresses"] = "/api/v1/public/addresses",
            ["search"] = "/api/v1/search?q=in",
            ["search in the library"] = "/api/v1/search?q=tides&scope=library",
            ["posts"] = "/api/v1/posts?limit=100",
            ["counts"] = "/api/v1/posts/counts",
            ["post"] = $"/api/v1/posts/{rows.PostId}",
            ["versions"] = $"/api/v1/posts/{rows.PostId}/versions?limit=100",
            ["documents"] = "/api/v1/documents?limit=100",
            ["document"] = $"/api/v1/documents/{rows.DocumentId}",
            ["passages"] = $"/api/v1/documents/{rows.DocumentId}/passages?limit=100",
            ["generations"] = "/api/v1/generations?limit=100",
            ["keys"] = "/api/v1/keys",
        };
        var counts = new Dictionary<string, int>();
        foreach (var (name, path) in paths)
        {
            // At the second time, when what is kept between requests is there.
            for (var time = 0; time < 2; time++)
            {
                api.Commands.Taken();
                using var answer = await author.GetAsync(path);
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {await answer.Content.ReadAsStringAsync()}");
            }

            // Once a minute a key's use is noted.
            counts[name] = api.Commands.Taken().Count(command => command.Path is not null && path.StartsWith(command.Path, StringComparison.Ordinal) && !command.Sql.StartsWith("UPDATE \"ApiKeys\"", StringComparison.Ordinal));
            Assert.NotEqual(0, counts[name]);
        }

        return counts;
    }

    /// <summary>As many rows of everything as a list may have to show.</summary>
    private async Task<Rows> GrowTo(HttpClient author, Rows rows, int many)
    {
        await api.Seed(many - rows.Many, seed: many);
        using var scope = api.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        var owner = await db.Set<Post>().Where(post => post.Id == rows.PostId).Select(post => post.OwnerId).SingleAsync();
        var (documentId, version) = (rows.DocumentId, rows.Version);
        for (var number = rows.Many; number < many; number++)
        {
            var document = Document.Create(owner, $"tides-{number}.txt", "text", $"{number:x64}", 1, now.AddMinutes(number));
            db.Add(document);
            documentId = documentId == Guid.Empty ? document.Id : documentId;
            db.Add(new Passage { Id = Guid.NewGuid(), DocumentId = documentId, Order = number, Heading = "", Kind = "paragraph", Text = "The tides were measured.", Start = 0, End = 24 });
            var generation = Generation.Create(owner, new BriefDetails(null, [document.Id], null, null, PostLength.Short, null, null), new WriterDetails("none", null, null, Judge: false, null, null, null), now.AddMinutes(number));
            generation.Fail("stopped", "For this test.", now);
            db.Add(generation);
            db.Add(new GenerationStep { GenerationId = generation.Id, Name = "read", StartedAt = now });
            db.Add(ApiKey.Create(owner, $"key {number}", now).Key);
            using var made = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest($"Post {number}", "", "Is that so?", []), BlogApi.Json);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            using var edited = await author.PutAsJsonAsync($"/api/v1/posts/{rows.PostId}", new EditPostRequest(version, "Many versions", "", $"Is that so? {number}?", null, null), BlogApi.Json);
            version = (await edited.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!.Version;
        }

        await db.SaveChangesAsync();
        return rows with { DocumentId = documentId, Version = version, Many = many };
    }

    private sealed record Rows(Guid PostId, int Version, Guid DocumentId, int Many);
}

public sealed class QueryCountOnSqlite(ApiFixture api) : QueryCountTests(api), IClassFixture<ApiFixture>;

public sealed class QueryCountOnPostgres(PostgresApiFixture api) : QueryCountTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
