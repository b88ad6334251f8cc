namespace BlogCreator.Api.Writing.Models;

internal enum ModelProtocol
{
    OpenAI,
    Anthropic,
}

/// <summary>Where a model may run, and how it is spoken to there.</summary>
/// <param name="Endpoint">Used when none is set; null where every user has one of their own.</param>
/// <param name="JsonMode">Knows the request for an answer that is one JSON object.</param>
internal sealed record ModelProvider(string Name, ModelProtocol Protocol, string? Endpoint, bool NeedsKey, bool JsonMode)
{
    public static readonly IReadOnlyList<ModelProvider> All =
    [
        new("openai", ModelProtocol.OpenAI, "https://api.openai.com/v1", NeedsKey: true, JsonMode: true),
        new("azure", ModelProtocol.OpenAI, null, NeedsKey: true, JsonMode: true),
        new("anthropic", ModelProtocol.Anthropic, "https://api.anthropic.com", NeedsKey: true, JsonMode: false),
        new("ollama", ModelProtocol.OpenAI, "http://localhost:11434/v1", NeedsKey: false, JsonMode: true),
        new("vllm", ModelProtocol.OpenAI, "http://localhost:8000/v1", NeedsKey: false, JsonMode: true),
        new("lmstudio", ModelProtocol.OpenAI, "http://localhost:1234/v1", NeedsKey: false, JsonMode: false),
        new("openai-compatible", ModelProtocol.OpenAI, null, NeedsKey: false, JsonMode: false),
    ];

    public static ModelProvider? Find(string name) =>
        All.FirstOrDefault(provider => string.Equals(provider.Name, name.Trim(), StringComparison.OrdinalIgnoreCase));
}
