using System.Net;
using BlogCreator.Api.Documents.Files;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.Extensions.DependencyInjection;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>Files that are missing or altered in the store are never given out or read, and somebody is told.</summary>
public abstract class DamagedFilesTests(ApiFixture api) : IAsyncLifetime
{
    public ValueTask InitializeAsync()
    {
        // Every file is due at every look.
        api.Settings["Storage:VerifyEvery"] = "00:00:00.001";
        return api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_damaged_file_is_not_given_out_and_not_read_and_comes_back_with_the_same_bytes()
    {
        using var owner = await api.Owner();
        using var ada = await api.SignInAs("ada");
        using var first = await ada.Upload("tides.txt", Library.Text());
        var document = await ada.Read(first);
        Assert.Equal(DocumentStatus.Ready, document.Status);
        await IsWell(owner);

        // The same length, one letter: only the hash tells.
        var file = api.StoredFiles().Single(Holds);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[5] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        await Refused(ada, document.Id, "file-altered");
        var wrong = await owner.FilesPart();
        Assert.Equal((PartState.Wrong, "1"), (wrong.State, wrong.Facts.Single(fact => fact.Name == "damaged").Value));

        File.Delete(file);
        await Refused(ada, document.Id, "file-missing");

        // Its passages were read from sound bytes.
        Assert.Equal(DocumentStatus.Ready, (await ada.Document(document.Id)).Status);
        using var again = await ada.Upload("tides.txt", Library.Text());
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(Library.Text(), await ada.GetStringAsync($"/api/v1/documents/{document.Id}/original"));
        await IsWell(owner);
    }

    [Theory]
    [InlineData(true, "file-missing")]
    [InlineData(false, "file-altered")]
    public async Task A_document_whose_file_is_damaged_before_it_is_read_fails_with_the_reason(bool gone, string code)
    {
        using var ada = await api.SignInAs("ada");
        // A kind that fails, so that it can be tried again.
        using var first = await ada.Upload("tides.pdf", Library.Text());
        var document = await ada.Read(first);
        Assert.Equal("content-mismatch", document.ReasonCode);
        var file = api.StoredFiles().Single(Holds);
        if (gone)
        {
            File.Delete(file);
        }
        else
        {
            await File.AppendAllTextAsync(file, "And more.");
        }

        using var retried = await ada.PostAsync($"/api/v1/documents/{document.Id}/retry", null);
        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        var failed = await Eventually.Gives(() => ada.Document(document.Id), found => found.Status == DocumentStatus.Failed);
        Assert.Equal(code, failed.ReasonCode);
        Assert.False(string.IsNullOrWhiteSpace(failed.Reason));

        using var right = await ada.Upload("tides.txt", Library.Text());
        Assert.Equal(DocumentStatus.Ready, (await ada.Read(right)).Status);
    }

    [Fact]
    public async Task The_check_in_the_background_finds_what_nobody_has_asked_for_and_notices_when_it_is_back()
    {
        using var owner = await api.Owner();
        using var ada = await api.SignInAs("ada");
        for (var number = 0; number < 3; number++)
        {
            using var uploaded = await ada.Upload($"tides{number}.txt", Library.Text(number));
            await ada.Read(uploaded);
        }

        var file = api.StoredFiles().First(Holds);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, [.. bytes, .. bytes]);
        await CheckAll();
        Assert.Equal("1", (await owner.FilesPart()).Facts.Single(fact => fact.Name == "damaged").Value);
        await File.WriteAllBytesAsync(file, bytes);
        await CheckAll();
        await IsWell(owner);
    }

    private Task CheckAll()
    {
        // As two replicas: each file is claimed by one of them.
        var upkeep = api.Services.GetRequiredService<FileUpkeep>();
        return Task.WhenAll(upkeep.CheckDue(CancellationToken.None), upkeep.CheckDue(CancellationToken.None));
    }

    // A bucket on a busy machine may take longer to answer than the report waits.
    private static Task IsWell(HttpClient owner) => Eventually.Holds(async () => (await owner.FilesPart()).State == PartState.Well);

    private static async Task Refused(HttpClient client, Guid id, string code)
    {
        using var original = await client.GetAsync($"/api/v1/documents/{id}/original");
        Assert.Equal(HttpStatusCode.Gone, original.StatusCode);
        Assert.Equal(code, await Library.Code(original));
    }

    private static bool Holds(string file) => Path.GetFileName(file).Split('.')[0].Length == 64;
}

public sealed class DamagedFilesInAFolder() : DamagedFilesTests(new ApiFixture());

public sealed class DamagedFilesInABucket() : DamagedFilesTests(new BucketApiFixture().OrSkip());

public sealed class DamagedFilesOnPostgres() : DamagedFilesTests(new PostgresApiFixture().OrSkip());
