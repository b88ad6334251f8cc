using System.Net;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>What goes when nobody looks, and what must not.</summary>
public abstract class TidyFilesTests(ApiFixture api) : IAsyncLifetime
{
    public ValueTask InitializeAsync()
    {
        api.Settings["Storage:KeepUnusedFor"] = "00:00:00";
        return api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_file_without_a_document_goes_and_that_of_a_removed_document_stays_as_long_as_it_can_be_brought_back()
    {
        using var ada = await api.SignInAs("ada");
        using var uploaded = await ada.Upload("tides.txt", Library.Text());
        var document = await ada.Read(uploaded);
        Assert.Equal(HttpStatusCode.NoContent, (await ada.DeleteAsync($"/api/v1/documents/{document.Id}")).StatusCode);
        // As an upload leaves it that is killed between keeping the file and storing its document.
        await Run(async services =>
        {
            var files = services.GetRequiredService<IFileStore>();
            await using var staged = await files.Stage(new MemoryStream([1, 2, 3]), 3, CancellationToken.None);
            await services.GetRequiredService<KeepFile>().Keep(staged, CancellationToken.None);
        });
        Assert.Equal(2, api.StoredFiles().Length);

        await Run(services => services.GetRequiredService<TidyFiles>().Run(CancellationToken.None));
        await Eventually.Holds(() => Task.FromResult(api.StoredFiles().Length == 1));
        using var restored = await ada.PostAsync($"/api/v1/documents/{document.Id}/restore", null);
        Assert.Equal(HttpStatusCode.OK, restored.StatusCode);
        Assert.Equal(Library.Text(), await ada.GetStringAsync($"/api/v1/documents/{document.Id}/original"));
    }

    [Fact]
    public async Task A_file_stored_by_a_version_that_knew_of_no_rows_gets_one()
    {
        using var ada = await api.SignInAs("ada");
        using var uploaded = await ada.Upload("tides.txt", Library.Text());
        var document = await ada.Read(uploaded);
        await Run(services => services.GetRequiredService<BlogDb>().StoredFiles.ExecuteDeleteAsync());
        Assert.Equal(Library.Text(), await ada.GetStringAsync($"/api/v1/documents/{document.Id}/original"));

        await Run(services => services.GetRequiredService<TidyFiles>().Run(CancellationToken.None));
        await Run(async services => Assert.Equal(document.Size, (await services.GetRequiredService<BlogDb>().StoredFiles.SingleAsync()).Size));
        Assert.Single(api.StoredFiles());
    }

    private async Task Run(Func<IServiceProvider, Task> work)
    {
        using var scope = api.Services.CreateScope();
        await work(scope.ServiceProvider);
    }
}

public sealed class TidyFilesOnSqlite() : TidyFilesTests(new ApiFixture());

public sealed class TidyFilesOnPostgres() : TidyFilesTests(new PostgresApiFixture().OrSkip());
