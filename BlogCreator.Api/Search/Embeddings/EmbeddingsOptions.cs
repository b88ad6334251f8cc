using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search.Embeddings;

/// <summary>Settings <c>Embeddings__*</c>. Nothing set: search goes by words alone. An empty value counts as not set.</summary>
public sealed class EmbeddingsOptions
{
    /// <summary>An address that speaks OpenAI's protocol, up to and with <c>/v1</c>. Texts of documents and posts are sent there, and nowhere else.</summary>
    public string? Endpoint { get; set; }

    public string? Model { get; set; }

    public string? ApiKey { get; set; }

    /// <summary>Texts in one message.</summary>
    public int Batch { get; set; } = 32;

    /// <summary>The longest text that is sent; what comes after counts for words only.</summary>
    public int MaxCharacters { get; set; } = 6000;

    /// <summary>For one message while indexing.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For the words of a search, for which a reader waits.</summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromMilliseconds(800);

    /// <summary>How near a text has to come (cosine, -1 to 1) to be found by its meaning alone. Models differ much in this.</summary>
    public double MinSimilarity { get; set; } = 0.4;

    internal bool IsSet => !string.IsNullOrWhiteSpace(Endpoint) && !string.IsNullOrWhiteSpace(Model);

    internal Uri? Address => Uri.TryCreate(Endpoint?.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;
}

/// <summary>Refuses to start on half a setting or a wrong one, and names it.</summary>
internal sealed class CheckEmbeddingsOptions : IValidateOptions<EmbeddingsOptions>
{
    public ValidateOptionsResult Validate(string? name, EmbeddingsOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(EmbeddingsOptions options)
    {
        var (endpoint, model) = (!string.IsNullOrWhiteSpace(options.Endpoint), !string.IsNullOrWhiteSpace(options.Model));
        if (endpoint != model || (!endpoint && !string.IsNullOrWhiteSpace(options.ApiKey)))
        {
            yield return "Embeddings__Endpoint and Embeddings__Model belong together. Set both, or unset both and Embeddings__ApiKey.";
        }

        if (endpoint && options.Address is null)
        {
            yield return "Embeddings__Endpoint is no address. It begins with http:// or https://.";
        }

        if (options.Batch is < 1 or > 2048)
        {
            yield return "Embeddings__Batch must be from 1 to 2048.";
        }

        if (options.MaxCharacters is < 200 or > 100_000)
        {
            yield return "Embeddings__MaxCharacters must be from 200 to 100000.";
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(5))
        {
            yield return "Embeddings__Timeout must be from 00:00:01 to 00:05:00.";
        }

        if (options.QueryTimeout < TimeSpan.FromMilliseconds(50) || options.QueryTimeout > TimeSpan.FromSeconds(30))
        {
            yield return "Embeddings__QueryTimeout must be from 00:00:00.050 to 00:00:30.";
        }

        if (!(options.MinSimilarity >= -1 && options.MinSimilarity <= 1))
        {
            yield return "Embeddings__MinSimilarity must be from -1 to 1.";
        }
    }
}
