using System.Net.Http.Json;
using System.Text;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Documents.Files;

/// <summary>What a person does with documents, over HTTP.</summary>
internal static class Library
{
    public static string Text(int number = 0) => $"The harbour authority of the city has measured the tides since the year {1800 + number}.";

    public static Task<HttpResponseMessage> Upload(this HttpClient client, string name, string text) => client.Upload(name, Encoding.UTF8.GetBytes(text));

    public static async Task<HttpResponseMessage> Upload(this HttpClient client, string name, byte[] content)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        return await client.PostAsync("/api/v1/documents/upload", form);
    }

    public static async Task<DocumentDetails> Read(this HttpClient client, HttpResponseMessage uploaded)
    {
        Assert.True(uploaded.IsSuccessStatusCode, $"{uploaded.StatusCode}: {await uploaded.Content.ReadAsStringAsync()}");
        var id = (await uploaded.Content.ReadFromJsonAsync<DocumentDetails>(BlogApi.Json))!.Id;
        return await client.Read(id);
    }

    /// <summary>Waits until the document is read, or is not going to be.</summary>
    public static Task<DocumentDetails> Read(this HttpClient client, Guid id) =>
        Eventually.Gives(() => client.Document(id), document => document.Status is DocumentStatus.Ready or DocumentStatus.Failed);

    public static async Task<DocumentDetails> Document(this HttpClient client, Guid id) =>
        (await client.GetFromJsonAsync<DocumentDetails>($"/api/v1/documents/{id}", BlogApi.Json))!;

    public static async Task<string?> Code(HttpResponseMessage refused) => (await ApiFixture.Problem(refused)).More!["code"].GetString();

    /// <summary>A client of whoever runs the site.</summary>
    public static async Task<HttpClient> Owner(this ApiFixture api)
    {
        var owner = api.CreateClient();
        using var made = await owner.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"), BlogApi.Json);
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        return owner;
    }

    public static async Task<OperationsPart> FilesPart(this HttpClient owner) =>
        (await owner.GetFromJsonAsync<OperationsReport>("/api/v1/operations", BlogApi.Json))!.Parts.Single(part => part.Name == "files");
}
