using System.Net.Http.Json;
using System.Text.Json;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>
/// One entry of HashiCorp Vault's engine KV version 2: https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2.
/// The token is renewed while Vault lets it be, then a new one is asked for.
/// </summary>
internal sealed class VaultSecrets(VaultOptions options, TimeProvider clock) : ISecretSource
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);

    private readonly SecretsHttp _http = new(Patience, string.IsNullOrWhiteSpace(options.CaFile) ? null : options.CaFile);
    private Token? _token;

    public string Place => $"Vault at {options.Url} ({Entry})";

    private string Entry => $"{options.Mount.Trim('/')}/data/{options.Path!.Trim('/')}";

    private bool SignsIn => string.IsNullOrWhiteSpace(options.TokenFile);

    public SecretsRead Read()
    {
        var token = CurrentToken();
        var (status, body) = Send(HttpMethod.Get, Entry, token.Text);
        if (status == 403 && SignsIn)
        {
            // It was revoked, or ended while this machine's clock thought otherwise.
            token = SignIn();
            (status, body) = Send(HttpMethod.Get, Entry, token.Text);
        }

        if (status != 200)
        {
            if (status is 403)
            {
                _token = null;
            }

            throw status switch
            {
                403 => new SecretSourceException(
                    SignsIn
                        ? $"refused to read {Entry} (403): the policy of the role must allow 'read' there"
                        : $"refused to read {Entry} (403): the token in Vault__TokenFile has ended, or its policy does not allow 'read' there",
                    passing: false),
                404 when SecretsHttp.Member(SecretsHttp.Json(body), "data") is not null => new SecretSourceException($"the newest version of {Entry} was deleted (404): undelete it, or put a new one", passing: false),
                404 => new SecretSourceException($"nothing is at {Entry} (404): put the secrets there, or set Vault__Mount and Vault__Path right", passing: false),
                _ => Unexpected(status, body),
            };
        }

        var answer = SecretsHttp.Json(body);
        if (SecretsHttp.Member(SecretsHttp.Member(answer, "data"), "data") is not { ValueKind: JsonValueKind.Object } values)
        {
            throw new SecretSourceException($"what is at {Entry} is no entry of KV version 2: Vault__Mount must name an engine of that version", passing: false);
        }

        var lease = Seconds(answer, "lease_duration");
        var goodFor = TimeSpan.FromSeconds(options.PollSeconds);
        foreach (var earlier in new[] { lease > TimeSpan.Zero ? lease * 2 / 3 : goodFor, token.RenewAt is { } renew ? renew - clock.GetUtcNow() : goodFor })
        {
            goodFor = earlier < goodFor ? earlier : goodFor;
        }

        return new(SecretsHttp.Values(values), SecretsRead.None, goodFor < Soonest ? Soonest : goodFor);
    }

    public void Dispose() => _http.Dispose();

    private Token CurrentToken()
    {
        var now = clock.GetUtcNow();
        if (!SignsIn)
        {
            var text = FromFile(options.TokenFile!, "Vault__TokenFile");
            if (text != _token?.Text)
            {
                // A token that may not look at itself is used as it is.
                var (status, body) = Send(HttpMethod.Get, "auth/token/lookup-self", text);
                var data = status == 200 ? SecretsHttp.Member(SecretsHttp.Json(body), "data") : null;
                if (status is 429 or >= 500)
                {
                    throw Unexpected(status, body);
                }

                _token = Described(text, Seconds(data, "ttl"), SecretsHttp.Member(data, "renewable"), now);
            }
        }
        else if (_token is null || _token.EndsAt <= now)
        {
            return SignIn();
        }

        if (_token!.RenewAt <= now)
        {
            Renew(_token);
        }

        return _token ?? SignIn();
    }

    private void Renew(Token token)
    {
        var (status, body) = Send(HttpMethod.Post, "auth/token/renew-self", token.Text, JsonContent.Create(new { }));
        if (status == 200 && SecretsHttp.Member(SecretsHttp.Json(body), "auth") is { } auth)
        {
            _token = Described(token.Text, Seconds(auth, "lease_duration"), SecretsHttp.Member(auth, "renewable"), clock.GetUtcNow());
        }
        else if (status is 429 or >= 500)
        {
            throw Unexpected(status, body);
        }
        else
        {
            // It may not be renewed any more. Where we sign in ourselves, we do so again; else it is used until it ends.
            _token = SignsIn ? null : token with { RenewAt = null };
        }
    }

    private Token SignIn()
    {
        _token = null;
        var kubernetes = !string.IsNullOrWhiteSpace(options.KubernetesRole);
        var mount = (options.AuthMount ?? (kubernetes ? "kubernetes" : "approle")).Trim('/');
        object asked = kubernetes
            ? new { role = options.KubernetesRole, jwt = FromFile(options.ServiceAccountTokenFile, "Vault__ServiceAccountTokenFile") }
            : new { role_id = options.RoleId!.Trim(), secret_id = FromFile(options.SecretIdFile!, "Vault__SecretIdFile") };
        var (status, body) = Send(HttpMethod.Post, $"auth/{mount}/login", token: null, JsonContent.Create(asked));
        var auth = SecretsHttp.Member(SecretsHttp.Json(body), "auth");
        if (status != 200 || SecretsHttp.Text(auth, "client_token") is not { Length: > 0 } text)
        {
            throw status switch
            {
                400 or 401 or 403 => new SecretSourceException(
                    kubernetes
                        ? $"refused to sign in by Kubernetes ({status}): the role in Vault__KubernetesRole must be bound to this service account and namespace"
                        : $"refused to sign in by AppRole ({status}): Vault__RoleId or the secret id in Vault__SecretIdFile is wrong, used up or has ended",
                    passing: false),
                404 => new SecretSourceException($"knows no way to sign in at auth/{mount} (404): enable it there, or set Vault__AuthMount", passing: false),
                _ => Unexpected(status, body),
            };
        }

        return _token = Described(text, Seconds(auth, "lease_duration"), SecretsHttp.Member(auth, "renewable"), clock.GetUtcNow());
    }

    /// <summary>A token without an end (a lease of 0) needs no renewal.</summary>
    private static Token Described(string text, TimeSpan lease, JsonElement? renewable, DateTimeOffset now) => lease <= TimeSpan.Zero
        ? new(text, null, null)
        : new(text, renewable is { ValueKind: JsonValueKind.True } ? now + (lease * 2 / 3) : null, now + lease);

    private static SecretSourceException Unexpected(int status, string body) => status switch
    {
        503 when body.Contains("sealed", StringComparison.OrdinalIgnoreCase) => new("is sealed (503): somebody with its keys must unseal it", passing: true),
        429 or 472 or 473 or >= 500 => new($"is not ready ({status})", passing: true),
        >= 300 and < 400 => new($"answered {status} and names another address: set Vault__Address to that of the active server or of the whole cluster", passing: true),
        _ => new($"gave an answer that Vault does not give ({status}): Vault__Address may name something else", passing: false),
    };

    private (int Status, string Body) Send(HttpMethod method, string path, string? token, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, new Uri(options.Url, "v1/" + path)) { Content = content };
        request.Headers.Add("X-Vault-Request", "true");
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Vault-Token", token);
        }

        if (!string.IsNullOrWhiteSpace(options.Namespace))
        {
            request.Headers.Add("X-Vault-Namespace", options.Namespace.Trim());
        }

        return _http.Send(request, "the server");
    }

    private static string FromFile(string file, string setting)
    {
        try
        {
            if (File.ReadAllText(file).Trim() is { Length: > 0 } text && !text.Any(char.IsControl))
            {
                return text;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SecretSourceException($"the file that {setting} names cannot be read ({failure.GetType().Name})", passing: failure is IOException);
        }

        throw new SecretSourceException($"the file that {setting} names is empty or has several lines", passing: true);
    }

    private static TimeSpan Seconds(JsonElement? from, string name) =>
        SecretsHttp.Member(from, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var seconds) ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 10_000_000)) : TimeSpan.Zero;

    private sealed record Token(string Text, DateTimeOffset? RenewAt, DateTimeOffset? EndsAt);
}
