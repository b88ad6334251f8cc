using System.Net;
using System.Net.Http.Json;
using System.Text;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.MainJob;

/// <summary>Briefs that cannot be written as asked: refused, or answered honestly.</summary>
public abstract class BadBriefTests(ApiFixture api)
{
    [Fact]
    public async Task A_brief_without_documents_is_refused()
    {
        using var author = await api.SignInAs("ada");
        using var answer = await author.PostAsJsonAsync("/api/v1/generations", new { topic = "Anything" });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("no-documents", (await ApiFixture.Problem(answer)).More!["code"].GetString());
    }

    [Fact]
    public async Task A_brief_with_a_document_of_someone_else_is_refused()
    {
        using var ada = await api.SignInAs("ada");
        using var eve = await api.SignInAs("eve");
        var document = await Upload(ada, "harbour.md", SampleDocuments.Harbour);
        using var answer = await eve.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("unknown-documents", (await ApiFixture.Problem(answer)).More!["code"].GetString());
    }

    [Fact]
    public async Task A_brief_whose_documents_could_not_be_read_is_refused_with_the_reason()
    {
        using var author = await api.SignInAs("ada");
        var document = await Upload(author, "empty.txt", "");
        await Eventually.Holds(async () => (await author.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{document.Id}", BlogApi.Json))!.Status == DocumentStatus.Failed);
        using var answer = await author.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = await ApiFixture.Problem(answer);
        Assert.Equal("no-usable-documents", problem.More!["code"].GetString());
        Assert.Contains("empty.txt", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_brief_that_is_taken_before_its_documents_fail_ends_failed_with_the_reason()
    {
        using var author = await api.SignInAs("ada");
        var document = await Upload(author, "nothing.txt", " \n ");
        using var answer = await author.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id } });
        if (answer.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            // Reading was faster than the brief.
            return;
        }

        var generation = await WaitUntilOver(author, (await answer.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!.Id);
        Assert.Equal((GenerationStatus.Failed, "no-usable-documents"), (generation.Status, generation.ErrorCode));
        Assert.Contains("nothing.txt", generation.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_the_documents_do_not_speak_about_is_not_invented()
    {
        using var author = await api.SignInAs("ada");
        var document = await Upload(author, "harbour.md", SampleDocuments.Harbour + $"\n\nThe file was kept as number {Guid.NewGuid():n}.");
        using var answer = await author.PostAsJsonAsync("/api/v1/generations", new { topic = "Quantum cryptography in banking", documentIds = new[] { document.Id } });
        var generation = await WaitUntilOver(author, (await answer.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!.Id);
        Assert.Equal(GenerationStatus.Completed, generation.Status);
        var post = (await author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{generation.PostId}", BlogApi.Json))!;
        Assert.Contains("not speak about", post.Markdown, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(post.Check.Checked, post.Check.Supported);
        Assert.DoesNotContain(post.Claims, claim => claim.Verdict == Verdict.Supported && claim.Sentence.Contains("cryptography", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_generation_that_is_called_off_ends_cancelled_and_writes_no_post()
    {
        using var author = await api.SignInAs("ada");
        var session = (await author.GetFromJsonAsync<SessionDetails>("/api/v1/session", BlogApi.Json))!;
        // Nobody will ever read this document, so that the generation waits for as long as it may.
        var document = Document.Create(session.PersonId, "tides.md", "markdown", new string('0', 64), 1, TimeProvider.System.GetUtcNow());
        using (var scope = api.Services.CreateScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
            db.Documents.Add(document);
            await db.SaveChangesAsync();
        }

        using var answer = await author.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id } });
        var id = (await answer.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!.Id;
        using var stopped = await author.PostAsync($"/api/v1/generations/{id}/cancel", null);
        Assert.Equal(HttpStatusCode.Accepted, stopped.StatusCode);
        var generation = await WaitUntilOver(author, id);
        Assert.Equal(GenerationStatus.Cancelled, generation.Status);
        Assert.Null(generation.PostId);
        Assert.Empty((await author.GetFromJsonAsync<Page<PostSummary>>("/api/v1/posts", BlogApi.Json))!.Items);
    }

    [Fact]
    public async Task A_generation_of_someone_else_does_not_exist()
    {
        using var ada = await api.SignInAs("ada");
        using var eve = await api.SignInAs("eve");
        var document = await Upload(ada, "harbour.md", SampleDocuments.Harbour);
        using var answer = await ada.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { document.Id } });
        var address = $"/api/v1/generations/{(await answer.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!.Id}";
        Assert.Equal(HttpStatusCode.NotFound, (await eve.GetAsync(address)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.GetAsync(address + "/events")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.PostAsync(address + "/cancel", null)).StatusCode);
    }

    private static async Task<DocumentDetails> Upload(HttpClient author, string fileName, string text)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", fileName } };
        using var answer = await author.PostAsync("/api/v1/documents/upload", form);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!;
    }

    private static Task<GenerationDetails> WaitUntilOver(HttpClient author, Guid id) => Eventually.Gives(
        async () => (await author.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{id}", BlogApi.Json))!,
        found => found.Status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled);
}

public sealed class BadBriefOnSqlite(ApiFixture api) : BadBriefTests(api), IClassFixture<ApiFixture>;

public sealed class BadBriefOnPostgres(PostgresApiFixture api) : BadBriefTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
