using BlogCreator.ServiceDefaults.Secrets;
using BlogCreator.Tests.Platform;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace BlogCreator.Tests.ServiceDefaults;

/// <summary>Secrets in files, and how they get into settings.</summary>
public sealed class SecretsTests : IDisposable
{
    // Stands for every password: it must appear in no message.
    private const string Canary = "canary;'7\"x, =y";

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-secrets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_gives_a_setting_its_secret_without_the_line_end()
    {
        Write("language-model-key", "sk-1\n");
        Assert.Equal("sk-1", Configure(("LanguageModel:ApiKey", "{secret:language-model-key}"))["LanguageModel:ApiKey"]);
    }

    [Fact]
    public void A_file_that_is_named_like_a_setting_is_that_setting_and_may_ask_for_secrets()
    {
        Write("ConnectionStrings__redis", "redis:6379,password={secret:redis-password}\n");
        Write("redis-password", "hush\r\n");
        var configuration = Configure(("ConnectionStrings:redis", "localhost"));
        Assert.Equal("redis:6379,password=hush", configuration.GetConnectionString("redis"));
    }

    [Fact]
    public void An_empty_file_is_an_empty_value()
    {
        Write("sentry-dsn", "");
        Assert.Equal("", Configure(("Sentry:Dsn", "{secret:sentry-dsn}"))["Sentry:Dsn"]);
    }

    [Fact]
    public void What_a_secret_holds_is_not_looked_at_again()
    {
        Write("one", "{secret:two}");
        Assert.Equal("{secret:two}", Configure(("A:B", "{secret:one}"))["A:B"]);
    }

    [Fact]
    public void All_that_is_missing_is_named_with_who_asks_for_it_and_where_it_was_looked_for()
    {
        Write("there", Canary);
        var message = Refused(
            ("ConnectionStrings:blogdb", "Host=postgres;Password={secret:postgres-password}"),
            ("ConnectionStrings:other", "Host=postgres;Password={secret:postgres-password};User={secret:there}"),
            ("Setup:Token", "{secret:setup-token}"));
        Assert.Contains("postgres-password is missing, which ConnectionStrings__blogdb, ConnectionStrings__other asks for", message, StringComparison.Ordinal);
        Assert.Contains("setup-token is missing, which Setup__Token asks for", message, StringComparison.Ordinal);
        Assert.Contains(_folder, message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{secret:}")]
    [InlineData("{secret:../etc/passwd}")]
    [InlineData("{secret:there:url}")]
    [InlineData("{Secret:there}")]
    [InlineData("{secret:there} and {secret:there")]
    public void A_placeholder_that_is_none_is_named_by_its_setting(string text)
    {
        Write("there", Canary);
        var message = Refused(("Some:Thing", text));
        Assert.Contains("Some__Thing has a placeholder that is none", message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_secrets_come_from_is_no_secret()
    {
        Write("there", Canary);
        Assert.Contains("AwsSecrets__Endpoint", Refused(("AwsSecrets:Endpoint", "{secret:there}"), ("AwsSecrets:SecretId", "blog"), ("AwsSecrets:Region", "eu-central-1")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain-1")]
    [InlineData("semi;colon")]
    [InlineData("a'b;c")]
    [InlineData("a\"b;c")]
    [InlineData("'a\"b'; Host=evil")]
    [InlineData(" in spaces ")]
    [InlineData("e=q")]
    [InlineData("{braces}")]
    public void A_database_gets_the_very_password_whatever_is_in_it(string password)
    {
        Write("postgres-password", password);
        var text = Configure(("ConnectionStrings:blogdb", "Host=postgres;Password={secret:postgres-password};Database=blogdb")).GetConnectionString("blogdb");
        var read = new Npgsql.NpgsqlConnectionStringBuilder(text);
        Assert.Equal(password, read.Password);
        Assert.Equal("postgres", read.Host);
        Assert.Equal("blogdb", read.Database);
    }

    [Fact]
    public void Inside_of_a_value_what_would_need_quotes_is_refused()
    {
        Write("part", Canary);
        var message = Refused(("ConnectionStrings:blogdb", "Host=postgres;Password='x{secret:part}'"));
        Assert.Contains("ConnectionStrings__blogdb: the secret part", message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
        Write("part", "simple");
        Assert.Equal("Host=postgres;Password='xsimple'", Configure(("ConnectionStrings:blogdb", "Host=postgres;Password='x{secret:part}'")).GetConnectionString("blogdb"));
    }

    [Fact]
    public void Redis_gets_the_very_password_and_a_comma_is_refused_by_name()
    {
        Write("redis-password", "a=b;c'd\"e");
        var text = Configure(("ConnectionStrings:redis", "redis:6379,password={secret:redis-password},ssl=true")).GetConnectionString("redis")!;
        Assert.Equal("a=b;c'd\"e", ConfigurationOptions.Parse(text).Password);
        Write("redis-password", Canary);
        var message = Refused(("ConnectionStrings:redis", "redis:6379,password={secret:redis-password}"));
        Assert.Contains("ConnectionStrings__redis: the secret redis-password has a comma", message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_an_address_it_is_encoded_and_asked_to_be()
    {
        Write("elasticsearch-password", "p@ss/w:rd?#ü");
        var text = Configure(("ConnectionStrings:elasticsearch", "http://elastic:{secret:elasticsearch-password:uri}@search:9200")).GetConnectionString("elasticsearch")!;
        Assert.Equal("elastic:p@ss/w:rd?#ü", Uri.UnescapeDataString(new Uri(text).UserInfo));
        Assert.Equal("search", new Uri(text).Host);
        Assert.Contains("write {secret:elasticsearch-password:uri}", Refused(("ConnectionStrings:elasticsearch", "http://elastic:{secret:elasticsearch-password}@search:9200")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_large_is_said_to_be()
    {
        Write("big", new string('c', 70_000));
        Assert.Contains("the file is larger than", Refused(("A:B", "{secret:big}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Secrets:PollSeconds", "0")]
    [InlineData("Secrets:StartSeconds", "-1")]
    [InlineData("Vault:Mount", "kv")]
    [InlineData("AwsSecrets:Region", "eu-central-1")]
    public void A_setting_that_cannot_be_is_named(string key, string value) =>
        Assert.Contains(key.Split(':')[0] + "__", Refused((key, value)), StringComparison.Ordinal);

    [Fact]
    public async Task A_file_that_is_rewritten_in_place_or_exchanged_is_noticed_and_one_that_is_gone_is_not_missed()
    {
        Write("postgres-password", "first");
        using var host = Host(("ConnectionStrings:blogdb", "Host=postgres;Password={secret:postgres-password}"), ("Secrets:PollSeconds", "0.2"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        var configuration = (IConfiguration)host.Services.GetService(typeof(IConfiguration))!;
        var told = 0;
        using var watching = Microsoft.Extensions.Primitives.ChangeToken.OnChange(configuration.GetReloadToken, () => Interlocked.Increment(ref told));

        await using (var same = new FileStream(Path.Combine(_folder, "postgres-password"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            await same.WriteAsync("other"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        await Eventually.Holds(() => Task.FromResult(configuration.GetConnectionString("blogdb") == "Host=postgres;Password=other"));
        await Eventually.Holds(() => Task.FromResult(Volatile.Read(ref told) > 0));

        var next = Path.Combine(_folder, ".next");
        await File.WriteAllTextAsync(next, "third", TestContext.Current.CancellationToken);
        File.Move(next, Path.Combine(_folder, "postgres-password"), overwrite: true);
        await Eventually.Holds(() => Task.FromResult(configuration.GetConnectionString("blogdb") == "Host=postgres;Password=third"));

        File.Delete(Path.Combine(_folder, "postgres-password"));
        var secrets = SecretsFeature.Provider(configuration)!;
        await Eventually.Holds(() => Task.FromResult(secrets.Trouble?.Contains("postgres-password", StringComparison.Ordinal) == true));
        Assert.Equal("Host=postgres;Password=third", configuration.GetConnectionString("blogdb"));
        Assert.DoesNotContain("third", secrets.Trouble, StringComparison.Ordinal);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_file_that_is_empty_for_the_moment_of_a_rewrite_is_not_believed()
    {
        Write("key", "long");
        var configuration = Configure(("A:B", "{secret:key}"));
        Write("key", "");
        configuration.ReadSecretsAgain();
        Assert.Equal("long", configuration["A:B"]);
        configuration.ReadSecretsAgain();
        Assert.Equal("", configuration["A:B"]);
    }

    [Fact]
    public void What_a_program_sets_by_itself_holds_and_is_no_changed_secret()
    {
        Write("key", "hush");
        var configuration = Configure(("A:B", "{secret:key}"), ("urls", "http://*:8080"));
        configuration["urls"] = "http://*:8080;http://*:9464";
        Assert.Empty(SecretsFeature.Provider(configuration)!.ReadAgain(atOnce: true));
        Assert.Equal("http://*:8080;http://*:9464", configuration["urls"]);
    }

    [Fact]
    public async Task Redis_is_given_the_new_password_at_the_next_connection()
    {
        RedisServer.SkipUnlessThere();
        await using var redis = await RedisServer.StartOwn();
        var parts = redis.ConnectionString.Split(",password=");
        Write("redis-password", parts[1]);
        await using var service = await RunningService.Start(
            settings: [$"--Secrets:Path={_folder}", "--Secrets:PollSeconds=0.2", $"--ConnectionStrings:redis={parts[0]},password={{secret:redis-password}}"],
            build: builder => builder.AddRedisClient("redis"));
        var client = (IConnectionMultiplexer)service.App.Services.GetService(typeof(IConnectionMultiplexer))!;
        await Eventually.Holds(async () => await Answers());

        Write("redis-password", "another-one");
        await Eventually.Holds(() => Task.FromResult(service.App.Configuration.GetConnectionString("redis")!.EndsWith("another-one", StringComparison.Ordinal)));
        // Open connections would stay; they are cut, so that new ones must be made.
        await redis.Command("CONFIG SET requirepass another-one\r\nCLIENT KILL TYPE normal\r\nCLIENT KILL TYPE pubsub");
        await Eventually.Holds(async () => await Answers());

        async Task<bool> Answers()
        {
            try
            {
                await client.GetDatabase().PingAsync();
                return true;
            }
            catch (Exception away) when (away is RedisException or TimeoutException)
            {
                return false;
            }
        }
    }

    private void Write(string name, string value) => File.WriteAllText(Path.Combine(_folder, name), value);

    private IHost Host(params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(settings.Append(("Secrets:Path", _folder)).GroupBy(setting => setting.Item1, StringComparer.Ordinal)
            .Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Last().Item2)));
        BlogCreator.ServiceDefaults.ServiceDefaultsExtensions.AddCommandDefaults(builder);
        return builder.Build();
    }

    private IConfiguration Configure(params (string Key, string Value)[] settings) => (IConfiguration)Host(settings).Services.GetService(typeof(IConfiguration))!;

    private string Refused(params (string Key, string Value)[] settings) => Assert.Throws<InvalidOperationException>(() => Host([("Secrets:StartSeconds", "0"), .. settings])).Message;
}
