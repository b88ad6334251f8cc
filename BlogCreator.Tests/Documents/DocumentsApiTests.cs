using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Documents;

public abstract class DocumentsApiTests : IAsyncLifetime
{
    private const string Text = "The harbour authority of the city has measured the tides since the year 1874.\n\nIt publishes its tables every winter.";
    private const int MaxBytes = 200_000;

    private readonly ApiFixture _api;

    protected DocumentsApiTests(ApiFixture api)
    {
        _api = api;
        _api.Settings["Uploads:MaxBytes"] = "200000";
        _api.Settings["Documents:KeepDeletedFor"] = "00:00:00";
    }

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_uploaded_file_is_read_and_its_passages_and_bytes_are_given_back()
    {
        using var client = await _api.SignInAs("ada");
        using var answer = await Upload(client, "tides – notes.txt", Encoding.UTF8.GetBytes(Text));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var made = await Details(answer);
        Assert.Equal($"/api/v1/documents/{made.Id}", answer.Headers.Location?.OriginalString);
        Assert.Equal(("tides – notes.txt", "text"), (made.FileName, made.FileType));

        var ready = await Final(client, made.Id);
        Assert.Equal((DocumentStatus.Ready, 1, "en"), (ready.Status, ready.Passages, ready.Language ?? "en"));
        var passages = await client.GetFromJsonAsync<Page<PassageDetails>>($"/api/v1/documents/{made.Id}/passages", BlogApi.Json);
        Assert.Equal(Text, Assert.Single(passages!.Items).Text);
        Assert.Contains((await client.GetFromJsonAsync<Page<DocumentDetails>>("/api/v1/documents", BlogApi.Json))!.Items, document => document.Id == made.Id);

        using var original = await client.GetAsync($"/api/v1/documents/{made.Id}/original");
        Assert.Equal(Text, await original.Content.ReadAsStringAsync());
        Assert.Equal("attachment", original.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("tides – notes.txt", original.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.StartsWith("sandbox", original.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", original.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", original.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
    }

    [Fact]
    public async Task The_same_bytes_are_the_same_document_also_when_sent_at_once()
    {
        using var client = await _api.SignInAs("ada");
        var bytes = Encoding.UTF8.GetBytes(Text);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Upload(client, $"tides{number}.txt", bytes)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        var ids = new HashSet<Guid>();
        foreach (var answer in answers)
        {
            ids.Add((await Details(answer)).Id);
            answer.Dispose();
        }

        Assert.Single(ids);
        await Final(client, ids.Single());
    }

    [Fact]
    public async Task A_document_belongs_to_its_owner_alone()
    {
        using var ada = await _api.SignInAs("ada");
        using var eve = await _api.SignInAs("eve");
        using var nobody = _api.CreateClient();
        using var answer = await Upload(ada, "tides.txt", Encoding.UTF8.GetBytes(Text));
        var id = (await Details(answer)).Id;
        foreach (var path in (string[])["", "/passages", "/original"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await eve.GetAsync($"/api/v1/documents/{id}{path}")).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync($"/api/v1/documents/{id}{path}")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await eve.DeleteAsync($"/api/v1/documents/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.DeleteAsync($"/api/v1/documents/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Upload(nobody, "tides.txt", [1])).StatusCode);
        Assert.Empty((await eve.GetFromJsonAsync<Page<DocumentDetails>>("/api/v1/documents", BlogApi.Json))!.Items);
        await Final(ada, id);
    }

    [Fact]
    public async Task A_removed_document_is_purged_after_its_time_and_its_file_goes_with_the_last_that_uses_it()
    {
        using var ada = await _api.SignInAs("ada");
        using var bea = await _api.SignInAs("bea");
        using var first = await Upload(ada, "tides.txt", Encoding.UTF8.GetBytes(Text));
        using var second = await Upload(bea, "tides.txt", Encoding.UTF8.GetBytes(Text));
        var (mine, hers) = ((await Details(first)).Id, (await Details(second)).Id);
        Assert.NotEqual(mine, hers);
        await Final(ada, mine);
        await Final(bea, hers);

        Assert.Equal(HttpStatusCode.NoContent, (await ada.DeleteAsync($"/api/v1/documents/{mine}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await ada.GetAsync($"/api/v1/documents/{mine}")).StatusCode);
        await Eventually.Holds(async () => (await ada.PostAsync($"/api/v1/documents/{mine}/restore", null)).StatusCode == HttpStatusCode.NotFound);
        Assert.Equal(Text, await bea.GetStringAsync($"/api/v1/documents/{hers}/original"));
        Assert.Equal(HttpStatusCode.NoContent, (await bea.DeleteAsync($"/api/v1/documents/{hers}")).StatusCode);
        await Eventually.Holds(() => Task.FromResult(StoredFiles().Length == 0));
    }

    [Theory]
    [InlineData("empty.txt", "", "empty-file")]
    [InlineData("words.pdf", "These are only words.", "content-mismatch")]
    [InlineData("binary.txt", "a\0b\0\0\0c", "content-mismatch")]
    [InlineData("blank.md", " \n\n ", "no-text")]
    public async Task A_file_that_cannot_be_read_ends_failed_with_its_reason(string name, string content, string code)
    {
        using var client = await _api.SignInAs("ada");
        using var answer = await Upload(client, name, Encoding.UTF8.GetBytes(content));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var failed = await Final(client, (await Details(answer)).Id);
        Assert.Equal((DocumentStatus.Failed, code), (failed.Status, failed.ReasonCode));
        Assert.False(string.IsNullOrWhiteSpace(failed.Reason));

        using var again = await Upload(client, name, Encoding.UTF8.GetBytes(content));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(failed.Id, (await Details(again)).Id);
        Assert.Equal(code, (await Final(client, failed.Id)).ReasonCode);
    }

    [Fact]
    public async Task A_failed_file_is_read_again_under_the_ending_that_fits()
    {
        using var client = await _api.SignInAs("ada");
        using var wrong = await Upload(client, "tides.pdf", Encoding.UTF8.GetBytes(Text));
        var failed = await Final(client, (await Details(wrong)).Id);
        using var right = await Upload(client, "tides.txt", Encoding.UTF8.GetBytes(Text));
        Assert.Equal(failed.Id, (await Details(right)).Id);
        Assert.Equal(DocumentStatus.Ready, (await Final(client, failed.Id)).Status);
    }

    [Fact]
    public async Task Broken_and_protected_pdfs_end_failed_with_their_reason()
    {
        using var client = await _api.SignInAs("ada");
        var whole = new TestPdf().Page().Lines(700, "A page of a file that is cut off.").Build();
        foreach (var (name, bytes, code) in ((string, byte[], string)[])
            [("cut.pdf", whole[..^200], "damaged"), ("locked.pdf", TestPdf.Encrypted(), "encrypted"), ("none.pdf", TestPdf.NoPages(), "no-pages"), ("scan.pdf", TestPdf.Scan(), "no-text")])
        {
            using var answer = await Upload(client, name, bytes);
            Assert.Equal(code, (await Final(client, (await Details(answer)).Id)).ReasonCode);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5_000_000)]
    public async Task A_file_over_the_limit_is_refused_and_leaves_nothing(int over)
    {
        using var client = await _api.SignInAs("ada");
        using var answer = await Upload(client, "large.txt", new byte[MaxBytes + over]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("too-large", (await ApiFixture.Problem(answer)).More!["code"].GetString());
        Assert.Empty(StoredFiles());
    }

    [Fact]
    public async Task A_file_of_just_the_limit_is_taken()
    {
        using var client = await _api.SignInAs("ada");
        using var answer = await Upload(client, "large.txt", Enumerable.Repeat((byte)'a', MaxBytes).ToArray());
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        await Final(client, (await Details(answer)).Id);
    }

    [Theory]
    [InlineData("letter.doc")]
    [InlineData("all.zip")]
    [InlineData("page.pdf.exe")]
    [InlineData("noending")]
    public async Task A_kind_that_is_not_read_is_refused_with_what_is(string name)
    {
        using var client = await _api.SignInAs("ada");
        using var answer = await Upload(client, name, "PK"u8.ToArray());
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains(".pdf", (await ApiFixture.Problem(answer)).Detail, StringComparison.Ordinal);
        Assert.Empty(StoredFiles());
    }

    [Fact]
    public async Task A_request_without_a_file_is_told_how_to_send_one()
    {
        using var client = await _api.SignInAs("ada");
        using var json = await client.PostAsJsonAsync("/api/v1/documents/upload", new { file = "x" });
        Assert.Equal(HttpStatusCode.BadRequest, json.StatusCode);
        using var form = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        using var other = await client.PostAsync("/api/v1/documents/upload", form);
        Assert.Equal("no-file", (await ApiFixture.Problem(other)).More!["code"].GetString());
    }

    [Fact]
    public async Task A_body_that_ends_early_leaves_nothing()
    {
        using var client = await _api.SignInAs("ada");
        using var content = new StringContent("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nonly a part");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        using var answer = await client.PostAsync("/api/v1/documents/upload", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("incomplete-upload", (await ApiFixture.Problem(answer)).More!["code"].GetString());
        Assert.Empty(StoredFiles());
    }

    [Theory]
    [InlineData("../../etc/passwd.txt", "passwd.txt")]
    [InlineData("..\\..\\boot.txt", "boot.txt")]
    [InlineData("CON.pdf", "_CON.pdf")]
    [InlineData("gpj\u202Etxt.pdf", "gpjtxt.pdf")]
    [InlineData("line\nbreak\u0007.md", "linebreak.md")]
    [InlineData(".pdf", "document.pdf")]
    [InlineData("Größe & \"more\".txt", "Größe & more.txt")]
    public void A_name_is_made_safe(string sent, string stored) => Assert.Equal(stored, Api.Documents.UploadedName.Clean(sent));

    [Fact]
    public void A_long_name_keeps_its_ending()
    {
        var clean = Api.Documents.UploadedName.Clean(new string('a', 400) + ".pdf");
        Assert.Equal(255, clean.Length);
        Assert.EndsWith(".pdf", clean, StringComparison.Ordinal);
    }

    private string[] StoredFiles() => Directory.Exists(Path.Combine(_api.Folder, "files"))
        ? Directory.GetFiles(Path.Combine(_api.Folder, "files"), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToArray()
        : [];

    private static async Task<HttpResponseMessage> Upload(HttpClient client, string name, byte[] content)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        return await client.PostAsync("/api/v1/documents/upload", form);
    }

    private static async Task<DocumentDetails> Details(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!;

    private static async Task<DocumentDetails> Final(HttpClient client, Guid id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var document = (await client.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{id}", BlogApi.Json, patience.Token))!;
            if (document.Status is DocumentStatus.Ready or DocumentStatus.Failed)
            {
                return document;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}

public sealed class DocumentsApiOnSqlite() : DocumentsApiTests(new ApiFixture());

public sealed class DocumentsApiOnPostgres() : DocumentsApiTests(new PostgresApiFixture().OrSkip());
