using System.ClientModel;
using System.ClientModel.Primitives;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Search.Elastic;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using OpenAI;

namespace BlogCreator.Api.Search.Embeddings;

/// <summary>
/// Turns texts into vectors at the endpoint that is set, where one is. Whatever goes wrong there costs vectors and nothing
/// else: words are searched as ever.
/// </summary>
internal sealed partial class EmbedTexts(IOptions<EmbeddingsOptions> options, IHttpClientFactory http, TimeProvider clock, ILogger<EmbedTexts> logger) : IDisposable
{
    public const string ClientName = "embeddings";

    // What dense_vector takes.
    private const int MostDimensions = 4096;
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(30);
    private readonly Lazy<IEmbeddingGenerator<string, Embedding<float>>> _generator = new(() => Connect(options.Value, http));
    private long _restUntil;
    private int _failing;

    public bool IsSet => options.Value.IsSet;

    public bool IsFailing => Volatile.Read(ref _failing) != 0;

    public double MinSimilarity => options.Value.MinSimilarity;

    /// <summary>What its vectors look like, learned from an answer; null when it is not set or does not answer.</summary>
    public VectorShape? Shape { get; private set; }

    /// <summary>The sign of the model, known without asking it.</summary>
    public string Sign => VectorShape.Sign(options.Value.Address?.ToString() ?? "", options.Value.Model?.Trim() ?? "");

    /// <summary>Asks for one vector, to learn how long they are.</summary>
    public async Task<VectorShape?> Learn(CancellationToken cancel)
    {
        if (Shape is null && IsSet && await Ask(["search"], options.Value.Timeout, cancel) is [{ } vector])
        {
            Shape = new VectorShape(Sign, vector.Length);
        }

        return Shape;
    }

    /// <summary>What it looked like when it last answered, after a start during which it does not.</summary>
    public void Remember(VectorShape shape) => Shape ??= shape;

    /// <returns>One vector a text, null for a text that has none; null when the endpoint failed.</returns>
    public async Task<IReadOnlyList<float[]?>?> Documents(IReadOnlyList<string> texts, CancellationToken cancel)
    {
        var vectors = new List<float[]?>(texts.Count);
        foreach (var batch in texts.Chunk(options.Value.Batch))
        {
            if (await Ask([.. batch.Select(Shorten)], options.Value.Timeout, cancel) is not { } some)
            {
                return null;
            }

            vectors.AddRange(some.Select(vector => vector?.Length == Shape?.Dimensions ? vector : null));
        }

        return vectors;
    }

    /// <summary>The vector of what a reader typed; null when it cannot be had in the time that a reader waits.</summary>
    public async Task<float[]?> Query(string typed, CancellationToken cancel) =>
        Shape is { } shape && await Ask([Shorten(typed)], options.Value.QueryTimeout, cancel) is [{ } vector] && vector.Length == shape.Dimensions ? vector : null;

    private string Shorten(string text)
    {
        var most = options.Value.MaxCharacters;
        var cut = WellFormed.Of(text.Length <= most ? text : text[..most]);
        // Endpoints refuse an empty text, and all others of the message with it.
        return string.IsNullOrWhiteSpace(cut) ? "." : cut;
    }

    private async Task<IReadOnlyList<float[]?>?> Ask(IReadOnlyList<string> texts, TimeSpan budget, CancellationToken cancel)
    {
        if (clock.GetUtcNow().ToUnixTimeMilliseconds() < Interlocked.Read(ref _restUntil))
        {
            return null;
        }

        using var time = new CancellationTokenSource(budget, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        try
        {
            var answer = await _generator.Value.GenerateAsync(texts, cancellationToken: limit.Token);
            if (answer.Count != texts.Count)
            {
                throw new InvalidDataException("The answer does not have one vector for each text.");
            }

            Interlocked.Exchange(ref _failing, 0);
            return [.. answer.Select(embedding => Usable(embedding.Vector))];
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            // Whatever it was: a reader must not wait for the next failure, and a job has other things to do.
            Interlocked.Exchange(ref _restUntil, (clock.GetUtcNow() + RestAfterFailure).ToUnixTimeMilliseconds());
            if (Interlocked.Exchange(ref _failing, 1) == 0)
            {
                // Its message may hold the text that was sent.
                LogFailed(logger, failure.GetType().Name);
            }

            return null;
        }
    }

    /// <summary>Elasticsearch refuses a vector without a direction, and the document with it.</summary>
    private static float[]? Usable(ReadOnlyMemory<float> vector)
    {
        var numbers = vector.ToArray();
        return numbers.Length is > 0 and <= MostDimensions && Array.TrueForAll(numbers, float.IsFinite) && numbers.Sum(number => (double)number * number) is > 1e-12 and < 1e30 ? numbers : null;
    }

    private static IEmbeddingGenerator<string, Embedding<float>> Connect(EmbeddingsOptions options, IHttpClientFactory http)
    {
        var client = http.CreateClient(ClientName);
        client.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
        return new OpenAIClient(
            // A local server asks for no key; the client insists on some.
            new ApiKeyCredential(string.IsNullOrWhiteSpace(options.ApiKey) ? "none" : options.ApiKey.Trim()),
            new OpenAIClientOptions
            {
                Endpoint = options.Address,
                Transport = new HttpClientPipelineTransport(client),
                RetryPolicy = new ClientRetryPolicy(0),
                NetworkTimeout = TimeSpan.FromMinutes(10),
                // Bodies must never reach a log.
                ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
            }).GetEmbeddingClient(options.Model!.Trim()).AsIEmbeddingGenerator();
    }

    public void Dispose()
    {
        if (_generator.IsValueCreated)
        {
            _generator.Value.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Asked for vectors in vain ({Failure}); search goes by words alone until the endpoint answers")]
    private static partial void LogFailed(ILogger logger, string failure);
}

/// <summary>Ends an answer that is larger than any that was asked for.</summary>
internal sealed class LimitVectors : DelegatingHandler
{
    // 2048 vectors of 4096 numbers are far below it as base64; nobody asks for so many.
    private const int MostBytes = 64 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        await answer.Content.LoadIntoBufferAsync(MostBytes, cancellationToken);
        return answer;
    }
}
