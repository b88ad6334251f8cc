using System.Net;
using System.Net.Http.Json;
using System.Text;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Documents;

/// <summary>Cancelling, trying again, removing and bringing back, finding.</summary>
public abstract class ReadingLifeTests(ApiFixture api)
{
    // Long enough to be seen while it is read: thousands of pages of words.
    private static readonly byte[] Long = LongPdf();

    [Fact]
    public async Task A_reading_that_is_cancelled_stops_and_can_be_tried_again()
    {
        using var client = await api.SignInAs("ada");
        var id = (await Upload(client, "long.pdf", Long)).Id;
        await Eventually.Gives(() => Get(client, id), document => document.PagesRead > 0);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync($"/api/v1/documents/{id}/cancel", null)).StatusCode);
        var cancelled = await Get(client, id);
        Assert.Equal((DocumentStatus.Failed, "cancelled"), (cancelled.Status, cancelled.ReasonCode));

        using var again = await client.PostAsync($"/api/v1/documents/{id}/retry", null);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(DocumentStatus.Queued, (await again.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!.Status);
        await Eventually.Gives(() => Get(client, id), document => document.Status == DocumentStatus.Reading);
        using var twice = await client.PostAsync($"/api/v1/documents/{id}/retry", null);
        Assert.Equal("not-failed", (await ApiFixture.Problem(twice)).More!["code"].GetString());
        await client.PostAsync($"/api/v1/documents/{id}/cancel", null);
        await Eventually.Holds(() => Task.FromResult(Directory.GetDirectories(Path.Combine(api.Folder, "files", "work"), "read-*", SearchOption.AllDirectories).Length == 0));
        Assert.Equal("cancelled", (await Get(client, id)).ReasonCode);
    }

    [Fact]
    public async Task A_removed_document_is_nowhere_until_it_is_brought_back()
    {
        using var client = await api.SignInAs("ada");
        using var eve = await api.SignInAs("eve");
        var id = (await Upload(client, "tides.txt", "The zanzibarian tide is measured by the keeper of the harbour."u8.ToArray())).Id;
        await Eventually.Gives(() => Get(client, id), document => document.Status == DocumentStatus.Ready);
        Assert.NotEmpty((await client.GetFromJsonAsync<Page<SearchHit>>("/api/v1/search?q=zanzibarian&scope=library", BlogApi.Json))!.Items);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync($"/api/v1/documents/{id}")).StatusCode);
        foreach (var path in (string[])["", "/passages", "/original"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/documents/{id}{path}")).StatusCode);
        }

        Assert.Empty((await client.GetFromJsonAsync<Page<SearchHit>>("/api/v1/search?q=zanzibarian&scope=library", BlogApi.Json))!.Items);
        Assert.Empty((await client.GetFromJsonAsync<Page<DocumentDetails>>("/api/v1/documents", BlogApi.Json))!.Items);
        using var brief = await client.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { id } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, brief.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await eve.PostAsync($"/api/v1/documents/{id}/restore", null)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/documents/{id}/restore", null)).StatusCode);
        Assert.Equal((DocumentStatus.Ready, 1), ((await Get(client, id)).Status, (await Get(client, id)).Passages));

        await client.DeleteAsync($"/api/v1/documents/{id}");
        Assert.Equal(id, (await Upload(client, "tides.txt", "The zanzibarian tide is measured by the keeper of the harbour."u8.ToArray())).Id);
        Assert.NotEmpty((await client.GetFromJsonAsync<Page<SearchHit>>("/api/v1/search?q=zanzibarian&scope=library", BlogApi.Json))!.Items);
    }

    [Fact]
    public async Task A_document_removed_while_it_is_read_is_read_when_it_comes_back()
    {
        using var client = await api.SignInAs("ada");
        var id = (await Upload(client, "long.pdf", Long)).Id;
        await Eventually.Gives(() => Get(client, id), document => document.Status == DocumentStatus.Reading);
        await client.DeleteAsync($"/api/v1/documents/{id}");
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync($"/api/v1/documents/{id}/restore", null)).StatusCode);
        await Eventually.Gives(() => Get(client, id), document => document.PagesRead > 0);
        await client.PostAsync($"/api/v1/documents/{id}/cancel", null);
    }

    [Fact]
    public async Task Documents_are_found_by_words_of_their_name_and_by_their_state()
    {
        using var client = await api.SignInAs("ada");
        foreach (var (name, content) in ((string, string)[])[("Tides of 2021_final.txt", "Heading words\n=====\n\nThe first words."), ("Harbour 100%.md", "# Low water\n\nThe second words."), ("broken.txt", "")])
        {
            var id = (await Upload(client, name, Encoding.UTF8.GetBytes(content))).Id;
            await Eventually.Gives(() => Get(client, id), document => document.Status is DocumentStatus.Ready or DocumentStatus.Failed);
        }

        async Task<string[]> Found(string query) => [.. (await client.GetFromJsonAsync<Page<DocumentDetails>>($"/api/v1/documents?{query}", BlogApi.Json))!.Items.Select(document => document.FileName)];
        Assert.Equal(["Tides of 2021_final.txt"], await Found("q=2021%20TIDES"));
        Assert.Equal(["Harbour 100%.md"], await Found("q=low%20harb"));
        Assert.Equal(["Harbour 100%.md"], await Found("q=100%25"));
        Assert.Empty(await Found("q=2021%25final"));
        Assert.Equal(["broken.txt"], await Found("status=failed"));
        Assert.Equal(2, (await Found("status=ready")).Length);
        using var bad = await client.GetAsync("/api/v1/documents?status=lost");
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task A_brief_of_tables_alone_comes_to_a_clear_end()
    {
        using var client = await api.SignInAs("ada");
        var id = (await Upload(client, "heights.csv", "harbour,high,low\nHusum,3.9,0.2\nBremen,4.1,0.4\n"u8.ToArray())).Id;
        await Eventually.Gives(() => Get(client, id), document => document.Status == DocumentStatus.Ready);
        var passages = await client.GetFromJsonAsync<Page<PassageDetails>>($"/api/v1/documents/{id}/passages", BlogApi.Json);
        Assert.Equal(("table", "harbour | high | low\nHusum | 3.9 | 0.2\nBremen | 4.1 | 0.4"), (Assert.Single(passages!.Items).Kind, passages.Items[0].Text));

        using var started = await client.PostAsJsonAsync("/api/v1/generations", new { documentIds = new[] { id } });
        var path = started.Headers.Location!.OriginalString;
        var ended = await Eventually.Gives(() => client.GetFromJsonAsync<GenerationDetails>(path, BlogApi.Json)!, generation => generation!.FinishedAt is not null);
        Assert.True(ended!.Status == GenerationStatus.Completed ? ended.PostId is not null : !string.IsNullOrWhiteSpace(ended.Error), ended.ToString());
    }

    private static Task<DocumentDetails> Get(HttpClient client, Guid id) => client.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{id}", BlogApi.Json)!;

    private static async Task<DocumentDetails> Upload(HttpClient client, string name, byte[] content)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        using var answer = await client.PostAsync("/api/v1/documents/upload", form);
        return (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!;
    }

    private static byte[] LongPdf()
    {
        var pdf = new TestPdf();
        for (var page = 1; page <= 500; page++)
        {
            pdf.Page();
            for (var line = 0; line < 40; line++)
            {
                pdf.Line($"Line {line} of page {page} tells how high the water of this harbour stood on that day of the year.", 780 - (line * 18));
            }
        }

        return pdf.Build();
    }
}

public sealed class ReadingLifeOnSqlite(ApiFixture api) : ReadingLifeTests(api), IClassFixture<ApiFixture>;

public sealed class ReadingLifeOnPostgres(PostgresApiFixture api) : ReadingLifeTests(api.OrSkip()), IClassFixture<PostgresApiFixture>;
