using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace BlogCreator.Tests.Data;

/// <summary>
/// PostgreSQL's plan for what is asked most, on a database with many rows: none reads a large table from its beginning to its
/// end. What is asked is taken from the requests themselves.
/// </summary>
public sealed class HotQueriesTests(PostgresApiFixture api) : IClassFixture<PostgresApiFixture>
{
    private const int Posts = 10_000;

    private static readonly HashSet<string> Large = ["Posts", "PostVersions", "PostTags", "PostSlugs", "PostIndex", "PostCitations", "Documents", "Passages", "Generations", "Jobs", "ContentChanges", "Sessions", "ApiKeys"];

    private readonly PostgresApiFixture _api = api.OrSkip();

    [Fact]
    public async Task None_reads_a_large_table_whole()
    {
        using var author = await _api.SignInAs("ada");
        using var reader = _api.CreateClient();
        using var setUp = await reader.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"));
        Assert.Equal(HttpStatusCode.Created, setUp.StatusCode);
        await _api.Seed(Posts);
        await using var connection = await Fill();

        var newest = (await reader.GetFromJsonAsync<Page<PublicPostSummary>>("/api/v1/public/posts", BlogApi.Json))!;
        var post = newest.Items[0];
        var place = post.Title.Split(' ', ':').MaxBy(word => word.Length)!;
        var found = new List<string>();
        foreach (var path in new[]
        {
            "/api/v1/public/posts?limit=20",
            $"/api/v1/public/posts?limit=20&after={newest.Next}",
            "/api/v1/public/posts?limit=20&tag=history",
            $"/api/v1/public/posts?limit=20&tag={place.ToLowerInvariant()}",
            $"/api/v1/public/posts?limit=20&author={post.Author.Handle}",
            "/api/v1/public/posts?limit=20&year=2020",
            $"/api/v1/public/posts/{post.Slug}",
            $"/api/v1/public/posts/{post.Slug}/evidence",
            $"/api/v1/search?q={place}",
            "/api/v1/search?q=bridge",
            "/api/v1/search?q=old+bridge+visitors",
            "/api/v1/search?q=br",
            "/api/v1/posts",
            "/api/v1/posts?status=draft",
            "/api/v1/documents",
            "/api/v1/generations",
            "/api/v1/keys",
            "/api/v1/session",
            "/api/v1/public/changes",
        })
        {
            // Twice: what is worked out once for each change is not what is asked most.
            foreach (var client in path.StartsWith("/api/v1/public", StringComparison.Ordinal) || path is "/api/v1/session" ? new[] { reader, reader } : [author, author])
            {
                _api.Commands.Taken();
                using var answer = await client.GetAsync(path, path.EndsWith("/changes", StringComparison.Ordinal) ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }

            var asked = _api.Commands.Taken().Where(command => command.Path is not null && path.StartsWith(command.Path, StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(asked);
            found.AddRange(await WholeTables(connection, path, asked));
        }

        // The workers look for jobs all the time.
        var looks = await Eventually.Gives(() => Task.FromResult(_api.Commands.Taken().Where(command => command.Path is null && command.Sql.Contains("\"RunAfter\"", StringComparison.Ordinal)).ToList()), asked => asked.Count > 0);
        found.AddRange(await WholeTables(connection, "the next job", looks.Take(1)));
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>So many rows everywhere that an index is worth it.</summary>
    private async Task<NpgsqlConnection> Fill()
    {
        using var scope = _api.Services.CreateScope();
        var connection = new NpgsqlConnection(scope.ServiceProvider.GetRequiredService<BlogDb>().Database.GetConnectionString());
        await connection.OpenAsync();
        await using var fill = new NpgsqlCommand(
            """
            INSERT INTO "Sessions" ("Id", "PersonId", "CreatedAt", "LastSeenAt") SELECT gen_random_uuid(), (SELECT "Id" FROM "People" LIMIT 1), 1, 1 FROM generate_series(1, 20000);
            INSERT INTO "ApiKeys" ("Id", "PersonId", "Name", "Hash", "CreatedAt") SELECT gen_random_uuid(), p."Id", 'key', '\x00', 1 FROM "People" p, generate_series(1, 1000) n WHERE p."Handle" LIKE 'author-%';
            INSERT INTO "ContentChanges" ("Kind", "At") SELECT 'posts.published', n FROM generate_series(1, 20000) n;
            INSERT INTO "Jobs" ("Id", "Kind", "Subject", "Status", "RunAfter", "Attempts", "CreatedAt") SELECT gen_random_uuid(), 'posts.publish', gen_random_uuid(), 2, n, 1, 1 FROM generate_series(1, 20000) n;
            INSERT INTO "Documents" ("Id", "OwnerId", "FileName", "FileType", "Sha256", "Size", "Status", "PassageCount", "CreatedAt", "UpdatedAt")
                SELECT gen_random_uuid(), p."Id", 'file.txt', 'text', n::text, 1, 2, 0, 1, 1 FROM "People" p, generate_series(1, 1000) n WHERE p."Handle" LIKE 'author-%';
            INSERT INTO "Generations" ("Id", "OwnerId", "Brief", "Status", "Writer", "CancelRequested", "InputTokens", "OutputTokens", "Money", "ReviewOutline", "CreatedAt")
                SELECT gen_random_uuid(), p."Id", '{}', 3, 'x', false, 0, 0, 0, false, 1 FROM "People" p, generate_series(1, 1000) n WHERE p."Handle" LIKE 'author-%';
            ANALYZE;
            """,
            connection);
        await fill.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task<IEnumerable<string>> WholeTables(NpgsqlConnection connection, string what, IEnumerable<RequestCommands.Asked> asked)
    {
        var found = new List<string>();
        foreach (var command in asked)
        {
            await using var explain = new NpgsqlCommand("EXPLAIN (FORMAT JSON) " + command.Sql, connection);
            explain.Parameters.AddRange(command.Parameters.Select(parameter => ((ICloneable)parameter).Clone()).ToArray());
            using var plan = JsonDocument.Parse((string)(await explain.ExecuteScalarAsync())!);
            found.AddRange(Nodes(plan.RootElement[0].GetProperty("Plan"))
                .Where(node => node.GetProperty("Node Type").GetString() == "Seq Scan" && Large.Contains(node.GetProperty("Relation Name").GetString()!))
                .Select(node => $"{what} reads all of {node.GetProperty("Relation Name").GetString()}: {command.Sql}"));
        }

        return found;
    }

    private static IEnumerable<JsonElement> Nodes(JsonElement plan) =>
        plan.TryGetProperty("Plans", out var parts) ? parts.EnumerateArray().SelectMany(Nodes).Append(plan) : [plan];
}
