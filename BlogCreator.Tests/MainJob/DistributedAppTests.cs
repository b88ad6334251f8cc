using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Aspire.Hosting.Testing;
using BlogCreator.Contracts;
using BlogCreator.Tests.AppHost;
using BlogCreator.Tests.AppHost.LocalEngine;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.MainJob;

/// <summary>The main job on PostgreSQL and Redis, with two processes of Api and of Web.</summary>
[Collection(WholeApps.Name)]
public sealed class DistributedAppTests
{
    public DistributedAppTests() => Processes.RequireServers();

    [Fact]
    public async Task A_document_becomes_a_post_while_one_replica_of_each_service_is_killed()
    {
        await using var app = await RunningApp.Start("--services", "native", "--replicas", "2");
        foreach (var replica in new[] { "api-1", "api-2", "web-1", "web-2" })
        {
            await app.App.ResourceNotifications.WaitForResourceHealthyAsync(replica);
        }

        Assert.StartsWith("Host=127.0.0.1;Port=", await app.App.GetConnectionStringAsync("blogdb"), StringComparison.Ordinal);
        await app.SetUp();
        var documents = new List<Guid> { (await app.Upload("harbour.pdf", SampleDocuments.Pdf(SampleDocuments.Harbour))).Id };
        for (var number = 1; number <= 3; number++)
        {
            documents.Add((await app.Upload($"report-{number}.md", SampleDocuments.LongMarkdown(number, 120))).Id);
        }

        var generation = await app.Generate("Tides at the measuring stations", documents);
        await Eventually.Gives(
            async () => (await app.Client.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{generation.Id}", BlogApi.Json))!,
            found => found.Status == GenerationStatus.Running && found.Steps[1].Status != StepStatus.Waiting);
        var lost = (Api: app.App.GetProcessId("api-2"), Web: app.App.GetProcessId("web-1"));
        Processes.Kill(lost.Api);
        Processes.Kill(lost.Web);
        var ended = await app.WaitUntilOver(generation.Id);
        Assert.Equal((GenerationStatus.Completed, null), (ended.Status, ended.Error));
        await app.App.WaitForRestartAsync("api-2", lost.Api);
        await app.App.WaitForRestartAsync("web-1", lost.Web);

        var posts = (await app.Client.GetFromJsonAsync<Page<PostSummary>>("/api/v1/posts", BlogApi.Json))!;
        var post = Assert.Single(posts.Items);
        Assert.Equal(ended.PostId, post.Id);
        using var published = await app.Client.PutAsJsonAsync($"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, null), BlogApi.Json);
        Assert.Equal(HttpStatusCode.OK, published.StatusCode);
        foreach (var replica in new[] { "web-1", "web-2" })
        {
            using var reader = app.App.CreateHttpClient(replica);
            await Eventually.Holds(async () => (await reader.GetStringAsync("/")).Contains(post.Slug, StringComparison.Ordinal));
            Assert.Contains("<article", await reader.GetStringAsync($"/posts/{post.Slug}"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_large_file_passes_and_one_that_is_too_large_is_refused_with_a_reason()
    {
        await using var app = await RunningApp.Start("--services", "native");
        await app.SetUp();

        // No PDF at all, so that nobody spends the time to read it.
        var large = await app.Upload("large.pdf", RandomNumberGenerator.GetBytes(99 * 1024 * 1024));
        Assert.Equal(99 * 1024 * 1024, large.Size);

        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[110 * 1024 * 1024]), "file", "huge.pdf" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/documents/upload") { Content = form, Headers = { ExpectContinue = true } };
        using var refused = await app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
        Assert.Contains("too-large", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
