using BlogCreator.Web.Gateway;

namespace BlogCreator.Web.Studio;

/// <summary>
/// What Api's own health check says of each thing it needs. It asks nobody who one is, so it answers also while the database
/// is away, without which no owner can be told from anybody else.
/// </summary>
internal sealed class AskHealth(IHttpClientFactory http)
{
    public const string Client = "api-health";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <returns>A word for each, such as <c>unhealthy</c>; null when Api does not answer.</returns>
    public async Task<IReadOnlyDictionary<string, string>?> Run(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            using var client = http.CreateClient(Client);
            using var answer = await client.GetAsync(new Uri(GatewayFeature.Api, "/health"), limit.Token);
            // Unwell, it says so with 503 and the same words.
            return (await answer.Content.ReadFromJsonAsync<Answer>(limit.Token))?.Checks;
        }
        catch (Exception away) when (!cancel.IsCancellationRequested && away is HttpRequestException or OperationCanceledException or System.Text.Json.JsonException or Polly.ExecutionRejectedException)
        {
            return null;
        }
    }

    private sealed record Answer(IReadOnlyDictionary<string, string>? Checks);
}
