using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Writing;

/// <summary>The real Api with a language model set, which is <see cref="ModelStub"/>, and a person who writes with it.</summary>
internal sealed class ModelApi : IAsyncDisposable
{
    /// <summary>Enough for a post in which no section has to repeat another.</summary>
    public const string Harbour = MainJob.SampleDocuments.Harbour + """


        ## Fishing

        Forty boats fished from Brenholt in 1920, most of them for herring. Cod became the main catch after the herring moved north in the fifties. The last cannery of the town closed its doors in 1987. Today eleven boats land crab and lobster at the eastern quay. A cooperative of the fishers sells half of the catch to restaurants in the region. Young people learn the trade in a course of two years on the training boat Sigrid.
        """;

    public const string Key = "sk-secret-4711";
    private readonly ApiFixture _api;

    private ModelApi(ApiFixture api, ModelStub stub, HttpClient author) => (_api, Stub, Author) = (api, stub, author);

    public ModelStub Stub { get; }

    public HttpClient Author { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<ModelApi> Start(string behaviour, string protocol = "openai", params (string Name, string Value)[] settings)
    {
        var stub = await ModelStub.Start();
        var api = new ApiFixture();
        api.Settings["LanguageModel:Provider"] = protocol;
        api.Settings["LanguageModel:Endpoint"] = protocol == "anthropic" ? stub.Address.ToString() : stub.Address + "v1";
        api.Settings["LanguageModel:Model"] = behaviour;
        api.Settings["LanguageModel:ApiKey"] = Key;
        foreach (var (name, value) in settings)
        {
            api.Settings["LanguageModel:" + name] = value;
        }

        await api.InitializeAsync();
        return new ModelApi(api, stub, await api.SignInAs("ada"));
    }

    /// <summary>With no model set.</summary>
    public static async Task<ModelApi> StartWithout()
    {
        var api = new ApiFixture();
        await api.InitializeAsync();
        return new ModelApi(api, await ModelStub.Start(), await api.SignInAs("ada"));
    }

    public async Task<Guid> Upload(string name, string text)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", name } };
        using var answer = await Author.PostAsync("/api/v1/documents/upload", form, Cancel);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json, Cancel))!.Id;
    }

    public async Task<GenerationDetails> Begin(Guid document, bool reviewOutline = false, string? language = null, PostLength length = PostLength.Medium)
    {
        using var answer = await Author.PostAsJsonAsync("/api/v1/generations", new StartGenerationRequest(null, [document], "Sailors", "dry", length, language, "Do not forget the seals.", reviewOutline), BlogApi.Json, Cancel);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<GenerationDetails>(BlogApi.Json, Cancel))!;
    }

    public Task<GenerationDetails> Until(Guid id, Func<GenerationDetails, bool> enough) =>
        Eventually.Gives(async () => (await Author.GetFromJsonAsync<GenerationDetails>($"/api/v1/generations/{id}", BlogApi.Json, Cancel))!, enough);

    public Task<GenerationDetails> UntilOver(Guid id) => Until(id, found => found.FinishedAt is not null);

    /// <summary>A post about the harbour, or about <paramref name="text"/>.</summary>
    public async Task<(GenerationDetails Generation, PostDetails Post)> Write(string? text = null, PostLength length = PostLength.Medium)
    {
        var begun = await Begin(await Upload("harbour.md", text ?? Harbour), length: length);
        var generation = await UntilOver(begun.Id);
        Assert.Equal((GenerationStatus.Completed, null), (generation.Status, generation.Error));
        return (generation, await Post(generation.PostId!.Value));
    }

    public async Task<PostDetails> Post(Guid id) => (await Author.GetFromJsonAsync<PostDetails>($"/api/v1/posts/{id}", BlogApi.Json, Cancel))!;

    /// <summary>All stored events of a generation that is over.</summary>
    public async Task<List<GenerationEventDetails>> Events(Guid id) =>
        [.. (await Author.GetStringAsync($"/api/v1/generations/{id}/events", Cancel)).Split('\n')
            .Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
            .Select(line => JsonSerializer.Deserialize<GenerationEventDetails>(line[6..], BlogApi.Json)!)];

    public async Task<List<string>> Notices(Guid id) =>
        [.. (await Events(id)).Where(told => told.Type == "notice").Select(told => $"{told.Data.GetProperty("code").GetString()}: {told.Data.GetProperty("text").GetString()}")];

    public async ValueTask DisposeAsync()
    {
        Author.Dispose();
        await _api.DisposeAsync();
        await Stub.DisposeAsync();
    }
}
