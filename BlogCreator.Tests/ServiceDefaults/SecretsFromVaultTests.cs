using System.Text.Json;
using System.Text.Json.Nodes;
using BlogCreator.ServiceDefaults.Secrets;
using BlogCreator.Tests.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>
/// HashiCorp Vault cannot be installed where these tests run. <see cref="VaultLookalike"/> stands for it: it answers in the forms that
/// are published at developer.hashicorp.com/vault/api-docs (auth/approle, auth/kubernetes, auth/token, secret/kv/kv-v2). That it
/// passes says nothing about a real one's policies and timing.
/// </summary>
public sealed class SecretsFromVaultTests : IDisposable
{
    private const string Canary = "canary-7f3a";
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-vault-").FullName;
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task By_AppRole_it_reads_the_entry_in_its_namespace()
    {
        await using var vault = await VaultLookalike.Start();
        using var source = Source(vault, options => options.Namespace = "team");
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
        Assert.Equal("5432", source.Read().Values["port"]);
        Assert.Equal(1, vault.Logins);
        Assert.All(vault.Namespaces, name => Assert.Equal("team", name));
    }

    [Fact]
    public async Task By_Kubernetes_it_shows_the_service_accounts_token()
    {
        await using var vault = await VaultLookalike.Start();
        using var source = Source(vault, options =>
        {
            (options.RoleId, options.SecretIdFile, options.KubernetesRole) = (null, null, "blogcreator");
            options.ServiceAccountTokenFile = Write("jwt", "service-account-jwt");
        });
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
    }

    [Fact]
    public async Task A_token_in_a_file_is_renewed_and_exchanged()
    {
        await using var vault = await VaultLookalike.Start();
        var file = Write("token", vault.NewToken(ttl: 90));
        using var source = Source(vault, options => (options.RoleId, options.SecretIdFile, options.TokenFile) = (null, null, file));
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
        Assert.Equal(1, vault.Renewals);
        vault.ForgetTokens();
        Assert.Contains("Vault__TokenFile has ended", Refused(source, passing: false), StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, vault.NewToken(ttl: 90) + "\n", TestContext.Current.CancellationToken);
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
    }

    [Fact]
    public async Task A_lease_is_renewed_before_it_ends_and_after_its_end_it_signs_in_again()
    {
        await using var vault = await VaultLookalike.Start();
        using var source = Source(vault);
        // The token lasts 30 seconds: it is time at two thirds of that.
        Assert.InRange(source.Read().GoodFor, TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(20));
        _clock.Advance(TimeSpan.FromSeconds(21));
        source.Read();
        Assert.Equal((1, 1), (vault.Logins, vault.Renewals));
        _clock.Advance(TimeSpan.FromSeconds(31));
        vault.ForgetTokens();
        source.Read();
        Assert.Equal((2, 1), (vault.Logins, vault.Renewals));
        // Renewal is refused: the longest life is over.
        vault.RefuseRenewal = true;
        _clock.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
        Assert.Equal(3, vault.Logins);
        // Revoked without our knowledge.
        vault.ForgetTokens();
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
        Assert.Equal(4, vault.Logins);
    }

    [Fact]
    public async Task Sealed_denied_absent_deleted_and_unreachable_are_told_apart()
    {
        var vault = await VaultLookalike.Start();
        using var source = Source(vault);
        vault.Sealed = true;
        Assert.Contains("is sealed (503)", Refused(source, passing: true), StringComparison.Ordinal);
        vault.Sealed = false;
        vault.Deny = true;
        Assert.Contains("refused to read secret/data/blogcreator (403)", Refused(source, passing: false), StringComparison.Ordinal);
        vault.Deny = false;
        var kept = vault.Secrets;
        vault.Secrets = null;
        Assert.Contains("nothing is at secret/data/blogcreator (404)", Refused(source, passing: false), StringComparison.Ordinal);
        vault.Deleted = true;
        Assert.Contains("was deleted (404)", Refused(source, passing: false), StringComparison.Ordinal);
        (vault.Secrets, vault.Deleted) = (kept, false);
        Assert.Equal(Canary, source.Read().Values["postgres-password"]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret-id"), "wrong", TestContext.Current.CancellationToken);
        vault.ForgetTokens();
        Assert.Contains("refused to sign in by AppRole (400)", Refused(source, passing: false), StringComparison.Ordinal);
        await vault.DisposeAsync();
        Assert.Contains("cannot be reached", Refused(source, passing: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_waits_for_a_sealed_one_and_then_says_what_is_the_matter()
    {
        await using var vault = await VaultLookalike.Start();
        vault.Sealed = true;
        var message = Assert.Throws<InvalidOperationException>(() => Host(vault, "0.6")).Message;
        Assert.Contains("postgres-password is missing, which ConnectionStrings__blogdb asks for", message, StringComparison.Ordinal);
        Assert.Contains("is sealed (503)", message, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, message, StringComparison.Ordinal);
        Assert.DoesNotContain("the-secret-id", message, StringComparison.Ordinal);

        var starting = Task.Run(() => Host(vault, "60"), TestContext.Current.CancellationToken);
        await Platform.Eventually.Holds(() => Task.FromResult(vault.Refusals > 3));
        vault.Sealed = false;
        using var host = await starting;
        Assert.Equal($"Host=db;Password={Canary}", Configuration(host).GetConnectionString("blogdb"));
    }

    [Fact]
    public async Task A_running_service_takes_the_new_one_and_keeps_the_last_one_while_vault_is_away()
    {
        await using var vault = await VaultLookalike.Start();
        using var host = Host(vault, "5");
        await host.StartAsync(TestContext.Current.CancellationToken);
        var configuration = Configuration(host);
        vault.Secrets = new() { ["postgres-password"] = "second" };
        await Platform.Eventually.Holds(() => Task.FromResult(configuration.GetConnectionString("blogdb") == "Host=db;Password=second"));
        vault.Sealed = true;
        await Platform.Eventually.Holds(() => Task.FromResult(SecretsFeature.Provider(configuration)!.Trouble?.Contains("sealed", StringComparison.Ordinal) == true));
        Assert.Equal("Host=db;Password=second", configuration.GetConnectionString("blogdb"));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_file_comes_before_vault()
    {
        await using var vault = await VaultLookalike.Start();
        Write("postgres-password", "from-file");
        using var host = Host(vault, "5");
        Assert.Equal("Host=db;Password=from-file", Configuration(host).GetConnectionString("blogdb"));
        Assert.Equal(0, vault.Logins);
    }

    [Theory]
    [InlineData("Vault__Address", "Vault:Address", "http://vault.example.org:8200")]
    [InlineData("Vault__Path", "Vault:Path", "../sys/raw")]
    [InlineData("several", "Vault:KubernetesRole", "blogcreator")]
    [InlineData("Vault__CaFile", "Vault:CaFile", "/no/such/file.pem")]
    [InlineData("Vault__PollSeconds", "Vault:PollSeconds", "0")]
    public async Task A_setting_that_cannot_be_is_named(string said, string key, string value)
    {
        await using var vault = await VaultLookalike.Start();
        Assert.Contains(said, Assert.Throws<InvalidOperationException>(() => Host(vault, "0", (key, value))).Message, StringComparison.Ordinal);
    }

    private VaultSecrets Source(VaultLookalike vault, Action<VaultOptions>? change = null)
    {
        var options = new VaultOptions { Address = vault.Address.ToString(), Path = "blogcreator", RoleId = "the-role", SecretIdFile = Write("secret-id", "the-secret-id\n") };
        change?.Invoke(options);
        return new VaultSecrets(options, _clock);
    }

    private IHost Host(VaultLookalike vault, string startSeconds, params (string Key, string Value)[] more)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new (string Key, string Value)[]
        {
            ("Secrets:Path", _folder),
            ("Secrets:PollSeconds", "0.2"),
            ("Secrets:StartSeconds", startSeconds),
            ("Vault:Address", vault.Address.ToString()),
            ("Vault:Path", "blogcreator"),
            ("Vault:RoleId", "the-role"),
            ("Vault:SecretIdFile", Write(".secret-id", "the-secret-id")),
            ("Vault:PollSeconds", "1"),
            ("ConnectionStrings:blogdb", "Host=db;Password={secret:postgres-password}"),
        }.Concat(more).GroupBy(setting => setting.Key, StringComparer.Ordinal).Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Last().Value)));
        BlogCreator.ServiceDefaults.ServiceDefaultsExtensions.AddCommandDefaults(builder);
        return builder.Build();
    }

    private static IConfiguration Configuration(IHost host) => (IConfiguration)host.Services.GetService(typeof(IConfiguration))!;

    private static string Refused(VaultSecrets source, bool passing)
    {
        var refusal = Assert.Throws<SecretSourceException>(source.Read);
        Assert.Equal(passing, refusal.IsPassing);
        Assert.DoesNotContain(Canary, refusal.Message, StringComparison.Ordinal);
        return refusal.Message;
    }

    private string Write(string name, string value)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, value);
        return file;
    }

    private sealed class VaultLookalike : IAsyncDisposable
    {
        private readonly HashSet<string> _tokens = [];
        private readonly List<string?> _namespaces = [];
        private readonly Dictionary<string, int> _lives = [];
        private Loopback? _server;
        private int _made;

        public Uri Address => _server!.Address;

        public bool Sealed { get; set; }

        public bool Deny { get; set; }

        public bool Deleted { get; set; }

        public bool RefuseRenewal { get; set; }

        public int Logins { get; private set; }

        public int Renewals { get; private set; }

        public int Refusals { get; private set; }

        public IReadOnlyList<string?> Namespaces => _namespaces;

        public JsonObject? Secrets { get; set; } = new() { ["postgres-password"] = Canary, ["port"] = 5432, ["nothing"] = null };

        public static async Task<VaultLookalike> Start()
        {
            var made = new VaultLookalike();
            made._server = await Loopback.Start(made.Answer);
            return made;
        }

        public string NewToken(int ttl)
        {
            var token = $"hvs.{++_made}";
            _tokens.Add(token);
            _lives[token] = ttl;
            return token;
        }

        public void ForgetTokens() => _tokens.Clear();

        public ValueTask DisposeAsync() => _server!.DisposeAsync();

        private Task Answer(HttpContext context, Received received)
        {
            _namespaces.Add(context.Request.Headers["X-Vault-Namespace"].FirstOrDefault());
            var token = context.Request.Headers["X-Vault-Token"].FirstOrDefault() ?? "";
            var body = received.Body.Length > 0 ? JsonNode.Parse(received.Body) : null;
            if (Sealed)
            {
                return Error(503, "Vault is sealed");
            }

            switch (received.Method, received.Target)
            {
                case ("POST", "/v1/auth/approle/login") when Sent("role_id") == "the-role" && Sent("secret_id") == "the-secret-id":
                case ("POST", "/v1/auth/kubernetes/login") when Sent("role") == "blogcreator" && Sent("jwt") == "service-account-jwt":
                    Logins++;
                    return Write(new { auth = new { client_token = NewToken(30), accessor = "a", policies = new[] { "default" }, lease_duration = 30, renewable = true } });
                case ("POST", "/v1/auth/approle/login"):
                    return Error(400, "invalid role or secret ID");
            }

            if (!_tokens.Contains(token))
            {
                return Error(403, "permission denied");
            }

            switch (received.Method, received.Target)
            {
                case ("GET", "/v1/auth/token/lookup-self"):
                    return Write(new { data = new { ttl = _lives[token], renewable = true, display_name = "token" } });
                case ("POST", "/v1/auth/token/renew-self") when !RefuseRenewal:
                    Renewals++;
                    return Write(new { auth = new { client_token = token, lease_duration = _lives[token], renewable = true } });
                case ("GET", "/v1/secret/data/blogcreator") when !Deny:
                    return Deleted ? Write(new { data = new { data = (object?)null, metadata = new { deletion_time = "2026-01-01T00:00:00Z", destroyed = false, version = 2 } } }, 404)
                        : Secrets is null ? Error(404)
                        : Write(new { request_id = "r", lease_id = "", renewable = false, lease_duration = 0, data = new { data = Secrets, metadata = new { version = 1, deletion_time = "", destroyed = false } } });
                default:
                    return Error(403, "1 error occurred:\n\t* permission denied\n\n");
            }

            string? Sent(string name) => (string?)body?[name];

            Task Error(int status, params string[] errors)
            {
                Refusals++;
                return Write(new { errors }, status);
            }

            Task Write(object answer, int status = 200)
            {
                context.Response.StatusCode = status;
                return context.Response.WriteAsJsonAsync(answer, JsonSerializerOptions.Default);
            }
        }
    }
}
