using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>A bucket that does not answer for a while: nothing is lost, nothing is doubled, and work goes on by itself.</summary>
public sealed class BucketAwayTests : IAsyncLifetime
{
    private readonly BucketApiFixture _api = new BucketApiFixture().OrSkip();

    public ValueTask InitializeAsync() => _api.InitializeAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData(503)]
    [InlineData(0)]
    public async Task An_upload_is_refused_clearly_and_leaves_nothing(int status)
    {
        using var owner = await _api.Owner();
        _api.S3.Refuse = _ => status;
        using var refused = await owner.Upload("tides.txt", Library.Text());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("storage-away", await Library.Code(refused));
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Empty((await owner.GetFromJsonAsync<Page<DocumentDetails>>("/api/v1/documents", BlogApi.Json))!.Items);
        Assert.Equal(PartState.Wrong, (await owner.FilesPart()).State);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/health/ready")).StatusCode);

        _api.S3.Refuse = _ => null;
        Assert.Empty(_api.StoredFiles());
        using var uploaded = await owner.Upload("tides.txt", Library.Text());
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        Assert.Equal(DocumentStatus.Ready, (await owner.Read(uploaded)).Status);
        await Eventually.Holds(async () => (await owner.FilesPart()).State == PartState.Well);
    }

    [Fact]
    public async Task A_bucket_that_goes_away_in_the_middle_of_an_upload_takes_nothing_with_it()
    {
        using var ada = await _api.SignInAs("ada");
        var bytes = RandomNumberGenerator.GetBytes(20_000_000);
        _api.S3.Refuse = request => request.Query["partNumber"] == "2" ? 503 : null;
        using var refused = await ada.Upload("tides.pdf", bytes);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Empty(_api.StoredFiles());

        _api.S3.Refuse = _ => null;
        using var uploaded = await ada.Upload("tides.pdf", bytes);
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);
        var document = await ada.Read(uploaded);
        Assert.Equal(bytes, await ada.GetByteArrayAsync($"/api/v1/documents/{document.Id}/original"));
        Assert.Single(_api.StoredFiles());
    }

    [Fact]
    public async Task Reading_waits_for_the_bucket_and_goes_on_by_itself()
    {
        using var ada = await _api.SignInAs("ada");
        var asked = 0;
        _api.S3.Refuse = request => request.Method == "GET" && Interlocked.Increment(ref asked) > 0 ? 503 : null;
        using var uploaded = await ada.Upload("tides.txt", Library.Text());
        var id = (await uploaded.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!.Id;
        using var original = await ada.GetAsync($"/api/v1/documents/{id}/original");
        Assert.Equal("storage-away", await Library.Code(original));
        await Eventually.Holds(() => Task.FromResult(Volatile.Read(ref asked) > 8));
        Assert.True((await ada.Document(id)).Status is DocumentStatus.Queued or DocumentStatus.Reading);

        _api.S3.Refuse = _ => null;
        Assert.Equal(DocumentStatus.Ready, (await ada.Read(id)).Status);
    }
}
