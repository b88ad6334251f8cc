using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>
/// How servers are asked for secrets: before there are services, hence without their factory of clients, and by threads that
/// wait, because configuration is read that way.
/// </summary>
internal sealed class SecretsHttp : IDisposable
{
    private const int MostBytes = 1_048_576;
    private readonly HttpClient _http;

    public SecretsHttp(TimeSpan patience, string? caFile = null, bool proxy = true)
    {
        var handler = new SocketsHttpHandler
        {
            // What is sent is for this address and no other.
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = proxy,
            ConnectTimeout = patience,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (caFile is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(caFile);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        _http = new HttpClient(handler) { Timeout = patience, MaxResponseContentBufferSize = MostBytes };
    }

    /// <exception cref="SecretSourceException">There was no answer.</exception>
    public (int Status, string Body) Send(HttpRequestMessage request, string whom)
    {
        try
        {
            using (request)
            {
                using var answer = _http.Send(request);
                using var reader = new StreamReader(answer.Content.ReadAsStream());
                return ((int)answer.StatusCode, reader.ReadToEnd());
            }
        }
        catch (HttpRequestException failure)
        {
            throw new SecretSourceException(
                failure.HttpRequestError is HttpRequestError.SecureConnectionError
                    ? $"{whom} has a certificate that is not trusted here, or speaks no TLS"
                    : $"{whom} cannot be reached ({failure.HttpRequestError})",
                passing: true);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            throw new SecretSourceException($"{whom} did not answer in time", passing: true);
        }
    }

    public static JsonElement? Json(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static JsonElement? Member(JsonElement? from, string name) =>
        from is { ValueKind: JsonValueKind.Object } whole && whole.TryGetProperty(name, out var found) && found.ValueKind is not JsonValueKind.Null ? found : null;

    public static string? Text(JsonElement? from, string name) =>
        Member(from, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Names to values, where a number or a boolean is what it is written as.</summary>
    public static Dictionary<string, string> Values(JsonElement whole) => whole.EnumerateObject()
        .Where(member => member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        .GroupBy(member => member.Name, StringComparer.Ordinal)
        .ToDictionary(
            member => member.Key,
            member => member.Last().Value is { ValueKind: JsonValueKind.String } text ? text.GetString()! : member.Last().Value.GetRawText(),
            StringComparer.Ordinal);

    public void Dispose() => _http.Dispose();
}
