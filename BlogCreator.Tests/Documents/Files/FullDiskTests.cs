using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>A disk without room refuses what is new, keeps what is there, and is well again when there is room.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly TinyDisk _disk = TinyDisk.OrSkip(megabytes: 16);
    private ApiFixture _api = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _disk.Dispose();
    }

    [Fact]
    public async Task A_full_disk_of_files_refuses_uploads_and_nothing_else()
    {
        _api.Settings["Storage:Path"] = Path.Combine(_disk.Path, "files");
        await _api.InitializeAsync();
        using var owner = await _api.Owner();
        using var first = await owner.Upload("tides.txt", Library.Text());
        var document = await owner.Read(first);

        // More than there is room for, and then not one byte of room.
        using var large = await owner.Upload("large.pdf", RandomNumberGenerator.GetBytes(20_000_000));
        await Refused(large);
        Assert.Empty(Arriving());
        _disk.Fill();
        using var small = await owner.Upload("small.txt", Library.Text(1));
        await Refused(small);
        Assert.Empty(Arriving());

        var part = await owner.FilesPart();
        Assert.Equal(PartState.Wrong, part.State);
        Assert.Contains("full", part.Words, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(Library.Text(), await owner.GetStringAsync($"/api/v1/documents/{document.Id}/original"));
        Assert.Equal(document.Id, Assert.Single((await owner.GetFromJsonAsync<Page<DocumentDetails>>("/api/v1/documents", BlogApi.Json))!.Items).Id);

        _disk.MakeRoom();
        using var later = await owner.Upload("small.txt", Library.Text(1));
        Assert.Equal(HttpStatusCode.Created, later.StatusCode);
        Assert.Equal(DocumentStatus.Ready, (await owner.Read(later)).Status);
    }

    [Fact]
    public async Task A_full_disk_of_the_database_refuses_changes_and_loses_and_doubles_nothing()
    {
        _api = new OnTinyDisk(_disk.Path);
        await _api.InitializeAsync();
        using var owner = await _api.Owner();
        using var first = await owner.Upload("tides.txt", Library.Text());
        var document = await owner.Read(first);
        _disk.Fill();

        // Some room may be left in the files of the database: only what is stored may be called stored.
        var stored = new List<Guid> { document.Id };
        HttpResponseMessage? refused = null;
        for (var number = 1; refused is null && number < 2000; number++)
        {
            var answer = await owner.Upload($"tides{number}.txt", string.Join(' ', Enumerable.Range(0, 400).Select(part => Library.Text(part * number))));
            if (answer.IsSuccessStatusCode)
            {
                stored.Add((await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!.Id);
                answer.Dispose();
            }
            else
            {
                refused = answer;
            }
        }

        await Refused(refused!);
        refused!.Dispose();
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(Library.Text(), await owner.GetStringAsync($"/api/v1/documents/{document.Id}/original"));

        _disk.MakeRoom();
        using var later = await owner.Upload("later.txt", Library.Text(9));
        Assert.Equal(HttpStatusCode.Created, later.StatusCode);
        stored.Add((await owner.Read(later)).Id);
        foreach (var id in stored)
        {
            Assert.Equal(DocumentStatus.Ready, (await owner.Read(id)).Status);
        }

        var listed = new List<Guid>();
        for (string? next = ""; next is not null;)
        {
            var page = (await owner.GetFromJsonAsync<Page<DocumentDetails>>($"/api/v1/documents?limit=100{next}", BlogApi.Json))!;
            listed.AddRange(page.Items.Select(item => item.Id));
            next = page.Next is null ? null : "&after=" + page.Next;
        }

        Assert.Equal(stored.Order(), listed.Order());
    }

    private string[] Arriving() => Directory.GetFiles(Path.Combine(_disk.Path, "files", "incoming"));

    private static async Task Refused(HttpResponseMessage answer)
    {
        Assert.Equal((HttpStatusCode.InsufficientStorage, "storage-full"), (answer.StatusCode, await Library.Code(answer)));
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private sealed class OnTinyDisk(string disk) : ApiFixture
    {
        protected override async Task<string> CreateDatabase()
        {
            var connection = $"Data Source={Path.Combine(disk, "blogdb.db")}";
            await using var db = new SqliteBlogDb(new DbContextOptionsBuilder<SqliteBlogDb>().UseSqlite(connection).Options);
            await db.Database.MigrateAsync();
            return connection;
        }
    }
}
