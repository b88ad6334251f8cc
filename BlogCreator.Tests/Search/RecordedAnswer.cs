using System.Text.Json;
using System.Text.Json.Nodes;
using BlogCreator.Tests.Architecture;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.Tests.Search;

/// <summary>An answer in the shape that Elasticsearch's documentation shows, from a file that names where.</summary>
internal sealed record RecordedAnswer(string Name, string Source, int Status, Dictionary<string, string>? Headers, JsonNode? Body, string? Text)
{
    public static IReadOnlyList<RecordedAnswer> All(string file) =>
        JsonSerializer.Deserialize<List<RecordedAnswer>>(Repository.Read($"BlogCreator.Tests/Search/Recorded/{file}.json"), JsonSerializerOptions.Web)!;

    public static RecordedAnswer Of(string file, string name) => All(file).Single(answer => answer.Name == name);

    public async Task Write(HttpContext context)
    {
        context.Response.StatusCode = Status;
        foreach (var (name, value) in Headers ?? [])
        {
            context.Response.Headers[name] = value;
        }

        context.Response.Headers["X-Elastic-Product"] = "Elasticsearch";
        context.Response.ContentType = Text is null ? "application/json" : "text/html";
        await context.Response.WriteAsync(Text ?? Body!.ToJsonString());
    }
}
