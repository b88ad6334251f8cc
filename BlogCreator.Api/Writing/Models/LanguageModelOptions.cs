using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Writing.Models;

/// <summary>Settings <c>LanguageModel__*</c>. Nothing set: posts are written without a model. An empty value counts as not set.</summary>
public sealed class LanguageModelOptions
{
    public string? Provider { get; set; }

    public string? Endpoint { get; set; }

    public string? Model { get; set; }

    public string? ApiKey { get; set; }

    /// <summary>For a million tokens, in <see cref="Currency"/>.</summary>
    public decimal? InputPrice { get; set; }

    public decimal? OutputPrice { get; set; }

    public string? Currency { get; set; }

    /// <summary>Sent and received together; before a call that could exceed it, the rest is written without the model.</summary>
    public int MaxTokensPerGeneration { get; set; } = 300_000;

    public decimal? MaxMoneyPerGeneration { get; set; }

    /// <summary>The longest silence: until the first word of an answer, and between two.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Of one answer.</summary>
    public int MaxOutputTokens { get; set; } = 4000;

    /// <summary>Whether the model may say that a paraphrase means what its passage means.</summary>
    public bool Judge { get; set; } = true;

    internal bool IsSet => !string.IsNullOrWhiteSpace(Provider);

    internal ModelProvider? Known => IsSet ? ModelProvider.Find(Provider!) : null;

    internal bool HasPrice => InputPrice is not null || OutputPrice is not null;

    internal string? ShownCurrency => HasPrice ? string.IsNullOrWhiteSpace(Currency) ? "USD" : Currency.Trim() : null;

    internal Uri? Address
    {
        get
        {
            var text = string.IsNullOrWhiteSpace(Endpoint) ? Known?.Endpoint : Endpoint.Trim();
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                return null;
            }

            // What the portal of Azure shows is the resource; its OpenAI protocol stands below it.
            return Known is { Name: "azure" } && address.AbsolutePath is "/" ? new Uri(address, "/openai/v1") : address;
        }
    }
}

/// <summary>Refuses to start on half a setting or a wrong one, and names it.</summary>
internal sealed class CheckLanguageModelOptions : IValidateOptions<LanguageModelOptions>
{
    public ValidateOptionsResult Validate(string? name, LanguageModelOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Problems(LanguageModelOptions options)
    {
        var known = string.Join(", ", ModelProvider.All.Select(provider => provider.Name));
        if (!options.IsSet)
        {
            foreach (var (setting, value) in new[] { ("Endpoint", options.Endpoint), ("Model", options.Model), ("ApiKey", options.ApiKey) })
            {
                if (!string.IsNullOrWhiteSpace(value))
                {
                    yield return $"LanguageModel__{setting} is set and LanguageModel__Provider is not. Set it to one of {known}, or unset both.";
                }
            }
        }
        else if (options.Known is not { } provider)
        {
            yield return $"LanguageModel__Provider is \"{options.Provider}\". Known are {known}.";
        }
        else
        {
            if (string.IsNullOrWhiteSpace(options.Model))
            {
                yield return "LanguageModel__Model is not set: name the model that LanguageModel__Provider is to run.";
            }

            if (provider.NeedsKey && string.IsNullOrWhiteSpace(options.ApiKey))
            {
                yield return $"LanguageModel__ApiKey is not set; {provider.Name} asks for one.";
            }

            if (options.Address is null)
            {
                yield return string.IsNullOrWhiteSpace(options.Endpoint)
                    ? $"LanguageModel__Endpoint is not set; {provider.Name} has no address of its own."
                    : "LanguageModel__Endpoint is no address. It begins with http:// or https://.";
            }
        }

        foreach (var (setting, value) in new[] { ("InputPrice", options.InputPrice), ("OutputPrice", options.OutputPrice), ("MaxMoneyPerGeneration", options.MaxMoneyPerGeneration) })
        {
            if (value is < 0)
            {
                yield return $"LanguageModel__{setting} is less than 0.";
            }
        }

        if (options.MaxMoneyPerGeneration is not null && !options.HasPrice)
        {
            yield return "LanguageModel__MaxMoneyPerGeneration is set without a price. Set LanguageModel__InputPrice and LanguageModel__OutputPrice, for a million tokens each.";
        }

        if (options.Currency is { } currency && !string.IsNullOrWhiteSpace(currency) && (currency.Trim() is not { Length: 3 } code || !code.All(char.IsAsciiLetterUpper)))
        {
            yield return "LanguageModel__Currency is a code of three capital letters, such as EUR.";
        }

        if (options.MaxTokensPerGeneration < 1000)
        {
            yield return "LanguageModel__MaxTokensPerGeneration must be 1000 or more.";
        }

        if (options.MaxOutputTokens is < 200 or > 64_000)
        {
            yield return "LanguageModel__MaxOutputTokens must be from 200 to 64000.";
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromMinutes(10))
        {
            yield return "LanguageModel__Timeout must be from 00:00:01 to 00:10:00.";
        }
    }
}
