using System.Net;
using System.Net.Http.Json;
using System.Text;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Data;

/// <summary>What is no text, or too much of it, in every field and address that takes text: an answer, never a mistake of ours.</summary>
public abstract class HostileTextTests(ApiFixture api)
{
    // As JSON says them: the character zero, half a character, both in a text, and more than any column holds.
    private static readonly string[] Hostile =
        ["\\u0000", "a\\u0000b", "\\ud800", "a\\udc00b", "\\u202e\\ufffe", new('x', 5000), string.Concat(Enumerable.Repeat("\\ud83d\\ude00", 700)), "'; DROP TABLE \\\"Posts\\\"; --"];

    [Fact]
    public async Task No_text_in_any_field_is_a_mistake_of_ours()
    {
        using var author = await api.SignInAs("ada");
        using var made = await author.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest("A post", "", "Is that so?", []), BlogApi.Json);
        var post = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!;
        var failed = new List<string>();
        foreach (var text in Hostile)
        {
            var version = (await author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{post.Id}", BlogApi.Json))!.Version;
            foreach (var (method, path, body) in new[]
            {
                ("POST", "setup", """{"email":"@","password":"correct horse","siteName":"Notes"}"""),
                ("POST", "setup", """{"email":"a@example.org","password":"@","siteName":"@","token":"@"}"""),
                ("POST", "session", """{"email":"@","password":"@"}"""),
                ("PUT", "profile", """{"name":"@","handle":"ada-x","bio":"@"}"""),
                ("PUT", "profile", """{"name":"Ada","handle":"@","bio":""}"""),
                ("POST", "keys", """{"name":"@"}"""),
                ("POST", "posts", """{"title":"@","summary":"@","markdown":"@","tags":["@"]}"""),
                ("PUT", $"posts/{post.Id}", $$"""{"version":{{version}},"title":"T @","summary":"@","markdown":"Is @?","tags":["@"],"slug":"@"}"""),
                ("POST", $"posts/{post.Id}/preview", """{"markdown":"@"}"""),
                ("PUT", $"posts/{post.Id}/publication", """{"override":"@"}"""),
                ("DELETE", $"posts/{post.Id}/publication", ""),
                ("POST", "generations", """{"topic":"@","documentIds":["01900000-0000-7000-8000-000000000000"],"audience":"@","tone":"@","language":"@","instructions":"@"}"""),
                ("POST", $"posts/{post.Id}/rewrites", $$"""{"version":{{version}},"section":0,"instructions":"@"}"""),
                ("PUT", "generations/01900000-0000-7000-8000-000000000000/outline", """{"title":"@","sections":[{"heading":"@"}]}"""),
            })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/" + path);
                request.Content = body.Length > 0 ? new StringContent(body.Replace("@", text, StringComparison.Ordinal), Encoding.UTF8, "application/json") : null;
                await Expect(request);
            }
        }

        foreach (var text in new[] { "%00", "a%00b", "%ED%A0%80", "%FF", new string('x', 3000), "%25_%5C", "'--" })
        {
            foreach (var path in new[] { "public/posts?tag=@", "public/posts?author=@", "public/posts?after=@", "public/posts/@", "public/withdrawn/@", "public/authors/@", "search?q=@", "search?q=tides+@&scope=library", "posts?q=@", "posts?status=@", "documents?q=@", "documents?status=@" }
                // The web server itself refuses the character zero in a path.
                .Where(path => path.Contains('?', StringComparison.Ordinal) || !text.Contains("%00", StringComparison.Ordinal)))
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/" + path.Replace("@", text, StringComparison.Ordinal));
                await Expect(request);
            }
        }

        foreach (var name in new[] { "a\0b.txt", new string('x', 400) + ".txt", "\u202Etxt.exe.txt", "..\\..\\x.txt" })
        {
            using var form = new MultipartFormDataContent();
            var file = new ByteArrayContent(Encoding.UTF8.GetBytes("The tides of " + name + " were measured in 1874.\n\0\n"));
            file.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(name)}");
            form.Add(file);
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/documents/upload") { Content = form };
            await Expect(request);
        }

        Assert.True(failed.Count == 0, string.Join('\n', failed));

        async Task Expect(HttpRequestMessage request)
        {
            using var answer = await author.SendAsync(request);
            if ((int)answer.StatusCode >= 500)
            {
                failed.Add($"{request.Method} {request.RequestUri}: {answer.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task What_is_no_text_is_left_out_of_what_is_stored()
    {
        using var author = await api.SignInAs("ada");
        using var body = new StringContent("""{"title":"A\u0000 title","summary":"","markdown":"Is\u0000 that so?","tags":["one\u0000"]}""", Encoding.UTF8, "application/json");
        using var made = await author.PostAsync("/api/v1/posts", body);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var id = (await made.Content.ReadFromJsonAsync<PostDetails>(BlogApi.Json))!.Id;
        var stored = (await author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{id}", BlogApi.Json))!;
        Assert.Equal(("A title", "Is that so?", "one"), (stored.Title, stored.Markdown, Assert.Single(stored.Tags)));
        using var published = await author.PutAsJsonAsync($"/api/v1/posts/{id}/publication", new PublishRequest(null, null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        Assert.Contains((await author.GetFromJsonAsync<Page<PublicPostSummary>>("/api/v1/public/posts?tag=one%00", BlogApi.Json))!.Items, post => post.Slug == stored.Slug);
    }
}

public sealed class HostileTextOnSqlite(ApiFixture api) : HostileTextTests(api), IClassFixture<ApiFixture>;

public sealed class HostileTextOnPostgres(PostgresApiFixture api) : HostileTextTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
