using System.Net.Http.Headers;
using System.Text.Json;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>
/// One secret of AWS Secrets Manager: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html.
/// </summary>
internal sealed class AwsSecrets(AwsSecretsOptions options, AwsCredentials credentials, TimeProvider clock) : ISecretSource
{
    private const string ContentType = "application/x-amz-json-1.1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly SecretsHttp _http = new(Patience);

    public string Place => $"AWS Secrets Manager in {options.Region} (secret {options.SecretId})";

    public SecretsRead Read()
    {
        var (status, body) = Ask(credentials.Key());
        if (status is 400 or 403 && Reason(body) is "ExpiredTokenException" or "UnrecognizedClientException" or "InvalidClientTokenId")
        {
            credentials.Forget();
            (status, body) = Ask(credentials.Key());
        }

        var answer = SecretsHttp.Json(body);
        if (status != 200)
        {
            throw Refusal(status, Reason(body));
        }

        if (SecretsHttp.Text(answer, "SecretString") is not { } text || SecretsHttp.Json(text) is not { } values)
        {
            throw new SecretSourceException("its text is no JSON object of names to values", passing: false);
        }

        return new(SecretsHttp.Values(values), SecretsRead.None, TimeSpan.FromSeconds(options.PollSeconds));
    }

    public void Dispose()
    {
        _http.Dispose();
        credentials.Dispose();
    }

    private (int Status, string Body) Ask(AwsKey key)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new { SecretId = options.SecretId!.Trim() });
        var signed = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Content-Type"] = ContentType,
            ["X-Amz-Target"] = "secretsmanager.GetSecretValue",
        };
        var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(ContentType);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", signed["X-Amz-Target"]);
        foreach (var (name, value) in AwsSignature.Sign("POST", options.Url, signed, body, key, options.Region!, "secretsmanager", clock.GetUtcNow()))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return _http.Send(request, "the server");
    }

    /// <summary>The name of the error, which some endpoints write with a prefix.</summary>
    private static string? Reason(string body) => SecretsHttp.Text(SecretsHttp.Json(body), "__type")?.Split('#')[^1];

    private static SecretSourceException Refusal(int status, string? reason) => reason switch
    {
        "ResourceNotFoundException" => new("there is no such secret in this region: set AwsSecrets__SecretId and AwsSecrets__Region right", passing: false),
        "AccessDeniedException" => new("access is denied: allow secretsmanager:GetSecretValue on it, and kms:Decrypt on its key", passing: false),
        "DecryptionFailure" => new("it cannot be decrypted: allow kms:Decrypt on its key", passing: false),
        "InvalidRequestException" => new("it is marked for deletion or has no value: restore it or put one", passing: false),
        "InvalidSignatureException" or "SignatureDoesNotMatch" or "RequestExpired" => new("the signature was refused: the secret access key is wrong, or this machine's clock is", passing: true),
        "UnrecognizedClientException" or "InvalidClientTokenId" or "ExpiredTokenException" => new("the credentials are not known or have ended", passing: false),
        "ThrottlingException" or "InternalServiceError" => new($"is not ready ({reason})", passing: true),
        _ => new($"gave no answer that helps ({status})", passing: status is 429 or >= 500),
    };
}
