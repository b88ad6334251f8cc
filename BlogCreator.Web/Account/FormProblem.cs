using System.Text.Json;
using BlogCreator.Contracts;

namespace BlogCreator.Web.Account;

/// <summary>What Api found wrong with a form: one sentence for the whole, and one for each field it names.</summary>
public sealed record FormProblem(string Summary, IReadOnlyDictionary<string, string> Fields)
{
    public string? For(string field) => Fields.GetValueOrDefault(field);

    public static FormProblem Of(ApiProblem? problem, string otherwise)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (problem?.More?.TryGetValue("errors", out var errors) is true && errors.ValueKind is JsonValueKind.Object)
        {
            foreach (var field in errors.EnumerateObject().Where(field => field.Value.ValueKind is JsonValueKind.Array))
            {
                fields[field.Name] = string.Join(' ', field.Value.EnumerateArray().Where(text => text.ValueKind is JsonValueKind.String).Select(text => text.GetString()));
            }
        }

        var summary = problem?.Detail ?? (fields.Count > 0 ? "Some of it cannot be used yet; see beside the fields." : problem?.Title);
        return new FormProblem(string.IsNullOrWhiteSpace(summary) ? otherwise : summary, fields);
    }

    public static async Task<FormProblem> Of(HttpResponseMessage answer, string otherwise, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (answer.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
        {
            return Of(null, otherwise);
        }

        try
        {
            return Of(await answer.Content.ReadFromJsonAsync<ApiProblem>(BlogApi.Json, cancel), otherwise);
        }
        catch (JsonException)
        {
            return Of(null, otherwise);
        }
    }
}
