using System.Net;
using System.Net.Http.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>Two services on one database and one store.</summary>
public abstract class SharedStoreTests : IAsyncLifetime
{
    private const int Rounds = 15;
    private const int People = 4;

    private readonly ApiFixture _first;
    private readonly ApiFixture _second = new();

    protected SharedStoreTests(ApiFixture first)
    {
        _first = first;
        _first.Settings["Documents:KeepDeletedFor"] = "00:00:00";
        _first.Settings["Storage:KeepUnusedFor"] = "00:00:00";
    }

    public async ValueTask InitializeAsync()
    {
        await _first.InitializeAsync();
        var settings = _first.Services.GetRequiredService<IConfiguration>();
        foreach (var (name, value) in settings.AsEnumerable().Where(setting => setting.Key.StartsWith("Storage:", StringComparison.Ordinal) || setting.Key is "ConnectionStrings:blogdb" or "Documents:KeepDeletedFor"))
        {
            if (value is not null)
            {
                _second.Settings[name] = value;
            }
        }

        await _second.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _second.DisposeAsync();
        await _first.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Some bring the same bytes while others have them removed: whoever was told that they are stored finds them.</summary>
    [Fact]
    public async Task Bytes_that_one_brings_while_another_has_them_removed_are_there_for_whoever_was_told_so()
    {
        await Task.WhenAll(Enumerable.Range(0, People).Select(number => BringAndRemove(number % 2 == 0 ? _first : _second)));

        // At last nobody has them, and they go, with all that was known of them.
        await Eventually.Holds(() => Task.FromResult(_first.StoredFiles().Length == 0));
        using var scope = _first.Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        await Eventually.Holds(async () => !await db.StoredFiles.AnyAsync());
        Assert.False(await db.Documents.IgnoreQueryFilters().AnyAsync());
    }

    private static async Task BringAndRemove(ApiFixture api)
    {
        using var client = await api.SignInAs("ada");
        for (var round = 0; round < Rounds; round++)
        {
            // A kind that ends before anything reads it, so that removing follows close on bringing.
            using var uploaded = await client.Upload("tides.pdf", Library.Text());
            Assert.True(uploaded.IsSuccessStatusCode, await uploaded.Content.ReadAsStringAsync());
            var document = (await uploaded.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!;
            using var original = await client.GetAsync($"/api/v1/documents/{document.Id}/original");
            Assert.Equal((HttpStatusCode.OK, Library.Text()), (original.StatusCode, await original.Content.ReadAsStringAsync()));
            using var removed = await client.DeleteAsync($"/api/v1/documents/{document.Id}");
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }
    }
}

public sealed class SharedFolderOnSqlite() : SharedStoreTests(new ApiFixture());

public sealed class SharedFolderOnPostgres() : SharedStoreTests(new PostgresApiFixture().OrSkip());

public sealed class SharedBucketOnSqlite() : SharedStoreTests(new BucketApiFixture().OrSkip());
