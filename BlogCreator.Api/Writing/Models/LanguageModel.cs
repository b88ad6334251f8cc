using System.ClientModel;
using System.ClientModel.Primitives;
using Anthropic;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using OpenAI;

namespace BlogCreator.Api.Writing.Models;

/// <summary>The model that is set, if one is.</summary>
internal sealed class LanguageModel(IOptions<LanguageModelOptions> options, IHttpClientFactory http) : IDisposable
{
    public const string ClientName = "language-model";

    /// <summary>Its meter and its spans, in the names that OpenTelemetry has for models.</summary>
    private const string TelemetryName = "BlogCreator.LanguageModel";

    private readonly Lazy<IChatClient> _client = new(() => Connect(options.Value, http));

    public LanguageModelOptions Options { get; } = options.Value;

    public bool IsSet => Options.IsSet;

    public IChatClient Client => _client.Value;

    /// <summary>What is shown as the writer.</summary>
    public string Name => Options.Known is { } provider && Options.Model is { } model
        ? $"{provider.Name}: {(model.Length > 60 ? model[..60] : model)}"
        : "";

    public ChatResponseFormat? Json => Options.Known is { JsonMode: true } ? ChatResponseFormat.Json : null;

    private static IChatClient Connect(LanguageModelOptions options, IHttpClientFactory http)
    {
        var provider = options.Known!;
        var client = http.CreateClient(ClientName);
        // Silence is timed by the one who listens; a long answer is no fault.
        client.Timeout = Timeout.InfiniteTimeSpan;
        if (provider.Protocol is ModelProtocol.Anthropic)
        {
            // Where the provider's reference wants the key; its client sends it as a bearer token only.
            client.DefaultRequestHeaders.Add("x-api-key", options.ApiKey!.Trim());
        }

        IChatClient chat = provider.Protocol switch
        {
            ModelProtocol.Anthropic => new AnthropicClient
            {
                ApiKey = options.ApiKey!.Trim(),
                AuthToken = null,
                BaseUrl = options.Address!.ToString().TrimEnd('/'),
                HttpClient = client,
                MaxRetries = 0,
                Timeout = TimeSpan.FromHours(1),
            }.AsIChatClient(options.Model!.Trim(), options.MaxOutputTokens),
            _ => new OpenAIClient(
                // A local server asks for no key; the client insists on some.
                new ApiKeyCredential(string.IsNullOrWhiteSpace(options.ApiKey) ? "none" : options.ApiKey.Trim()),
                new OpenAIClientOptions
                {
                    Endpoint = options.Address,
                    Transport = new HttpClientPipelineTransport(client),
                    RetryPolicy = new ClientRetryPolicy(0),
                    NetworkTimeout = TimeSpan.FromHours(1),
                    // Bodies must never reach a log.
                    ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
                }).GetChatClient(options.Model!.Trim()).AsIChatClient(),
        };
        return chat.AsBuilder().UseOpenTelemetry(sourceName: TelemetryName, configure: told => told.EnableSensitiveData = false).Build();
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }
}
