using System.Net.Http.Headers;
using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.MainJob;

/// <summary>The whole app on the Local engine, on random ports and a data directory of its own, and what a person does with it through Web.</summary>
public sealed class RunningApp : IAsyncDisposable
{
    public const string Email = "ada.lovelace@example.org";
    public const string Password = "correct horse battery";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private RunningApp(IDistributedApplicationTestingBuilder builder, DistributedApplication app)
    {
        (Builder, App) = (builder, app);
        Client = app.CreateHttpClient("web");
    }

    private IDistributedApplicationTestingBuilder Builder { get; }

    public DistributedApplication App { get; }

    /// <summary>Speaks to Web only, as a person's browser does.</summary>
    public HttpClient Client { get; }

    /// <param name="args">Options of the engine, such as real servers and replicas.</param>
    public static async Task<RunningApp> Start(params string[] args)
    {
        using var patience = new CancellationTokenSource(Patience);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.BlogCreator_AppHost>(args, patience.Token);
        var app = await builder.BuildAsync(patience.Token);
        await app.StartAsync(patience.Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("web", patience.Token);
        return new RunningApp(builder, app);
    }

    /// <summary>Sets the site up and goes on with an API key, which needs no cookie over the restarts of a test.</summary>
    public async Task SetUp()
    {
        using var made = await Client.PostAsJsonAsync("/api/v1/setup", new SetupRequest(Email, Password, "Field Notes"), BlogApi.Json);
        made.EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/keys") { Content = JsonContent.Create(new CreateKeyRequest("test")) };
        request.Headers.Add("Cookie", made.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        using var answer = await Client.SendAsync(request);
        var key = (await answer.Content.ReadFromJsonAsync<CreatedKey>(BlogApi.Json))!;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key.Key);
    }

    public async Task<DocumentDetails> Upload(string fileName, byte[] bytes)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", fileName } };
        using var answer = await Client.PostAsync("/api/v1/documents/upload", form);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!;
    }

    public async Task<GenerationDetails> Generate(string? topic, params IEnumerable<Guid> documents)
    {
        using var answer = await Client.PostAsJsonAsync("/api/v1/generations", new { topic, documentIds = documents }, BlogApi.Json);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json))!;
    }

    public Task<GenerationDetails> WaitUntilOver(Guid generation) => Eventually.Gives(
        async () => (await Client.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{generation}", BlogApi.Json))!,
        found => found.Status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Builder.DisposeAsync();
    }
}
