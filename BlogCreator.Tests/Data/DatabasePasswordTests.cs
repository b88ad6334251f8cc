using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BlogCreator.Tests.Data;

/// <summary>The password of a real PostgreSQL, which comes from a file and is exchanged while the service runs.</summary>
public sealed class DatabasePasswordTests : IAsyncLifetime
{
    private const string Canary = "canary-4e1d";
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-password-").FullName;
    private PostgresServer _server = null!;
    private string _administrator = "";
    private int _passwords;

    public DatabasePasswordTests() => PostgresServer.SkipUnlessThere();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string SecretFile => Path.Combine(_folder, "secrets", "postgres-password");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "secrets"));
        _server = await PostgresServer.StartOwn(durable: false);
        _administrator = await _server.NewMigratedDatabase();
        await _server.Run($"CREATE ROLE app LOGIN SUPERUSER PASSWORD '{NewPassword()}'");
        await File.WriteAllTextAsync(SecretFile, Password() + "\n", Cancel);
        // Everybody but the service's own user goes on without a password.
        await _server.Run("""
            DO $$ BEGIN EXECUTE format('COPY (VALUES (''host all app 127.0.0.1/32 scram-sha-256''), (''host all all 127.0.0.1/32 trust'')) TO %L', current_setting('hba_file')); END $$;
            SELECT pg_reload_conf()
            """);
        await Eventually.Holds(async () =>
        {
            try
            {
                await using var wrong = new NpgsqlConnection(Text("wrong") + ";Pooling=false");
                await wrong.OpenAsync(Cancel);
                return false;
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InvalidPassword)
            {
                return true;
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_exchanged_under_load_in_either_order_and_no_request_fails(bool serverFirst)
    {
        // Connections live for a second, so that new ones are made all the time.
        var settings = Settings(Text("{secret:postgres-password}") + ";Connection Lifetime=1;Connection Idle Lifetime=1;Connection Pruning Interval=1;Maximum Pool Size=8");
        var key = await AddAuthor();
        await using var api = await ApiProcess.Start(settings);
        api.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var ended = new CancellationTokenSource();
        var failures = new ConcurrentQueue<string>();
        var answered = 0;
        var asking = Enumerable.Range(0, 6).Select(number => Task.Run(async () =>
        {
            for (var time = 0; !ended.IsCancellationRequested; time++)
            {
                using var answer = (number % 3) switch
                {
                    // The middle one is in a transaction of its own.
                    0 => await api.Client.GetAsync("/api/v1/posts", Cancel),
                    1 => await api.Client.PostAsJsonAsync("/api/v1/posts", new CreatePostRequest($"Post {number} {time}", "", "Words.", []), BlogApi.Json, Cancel),
                    _ => await api.Client.GetAsync("/api/v1/public/posts", Cancel),
                };
                Interlocked.Increment(ref answered);
                if (!answer.IsSuccessStatusCode)
                {
                    failures.Enqueue($"{answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancel)}");
                }
            }
        }, Cancel)).ToList();
        try
        {
            for (var time = 0; time < 2; time++)
            {
                await Answers(40);
                var password = NewPassword();
                await (serverFirst ? ChangeServer(password) : ChangeFile(password));
                // The gap that is asked for, during which every connection is made anew.
                await Cut();
                await Task.Delay(TimeSpan.FromSeconds(1), Cancel);
                await (serverFirst ? ChangeFile(password) : ChangeServer(password));
                await Cut();
                await Answers(40);
            }
        }
        finally
        {
            await ended.CancelAsync();
        }

        await Task.WhenAll(asking);
        TestContext.Current.TestOutputHelper?.WriteLine($"{answered} requests, {failures.Count} failed");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {answered} failed: {failures.FirstOrDefault()}\n{api.Output}");

        // Nothing of it is to be seen from outside.
        var seen = new[]
        {
            api.Output,
            await api.Client.GetStringAsync("/health", Cancel),
            await File.ReadAllTextAsync($"/proc/{api.ProcessId}/environ", Cancel),
            await File.ReadAllTextAsync($"/proc/{api.ProcessId}/cmdline", Cancel),
        };
        Assert.All(seen, text => Assert.DoesNotContain("canary", text, StringComparison.Ordinal));
        Assert.Contains("{secret:postgres-password}", seen[2], StringComparison.Ordinal);

        async Task Answers(int more)
        {
            var until = Volatile.Read(ref answered) + more;
            await Eventually.Holds(() => Task.FromResult(Volatile.Read(ref answered) >= until || asking.Any(task => task.IsFaulted)));
        }
    }

    [Fact]
    public async Task Migrate_says_nothing_of_it_when_it_talks_most_and_when_it_is_refused()
    {
        var settings = Settings(Text("{secret:postgres-password}"));
        settings["Logging__LogLevel__Default"] = "Trace";
        settings["ASPNETCORE_ENVIRONMENT"] = "Production";
        var (exitCode, output) = await ApiProcess.Run(settings, "migrate");
        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(SecretFile, Canary + "-wrong", Cancel);
        (exitCode, output) = await ApiProcess.Run(settings, "migrate");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("28P01", output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);

        File.Delete(SecretFile);
        (exitCode, output) = await ApiProcess.Run(settings, "migrate");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("postgres-password is missing, which ConnectionStrings__blogdb asks for", output, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder, "secrets"), output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_as_a_database_that_is_away()
    {
        await using var api = await ApiProcess.Start(Settings(Text("{secret:postgres-password}") + ";Connection Lifetime=1"));
        await ChangeServer(NewPassword());
        await Cut();
        using var refused = await api.Client.GetAsync("/api/v1/public/posts", Cancel);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("database-away", (await ApiFixture.Problem(refused)).More!["code"].GetString());
        Assert.DoesNotContain("canary", api.Output, StringComparison.Ordinal);
        await ChangeFile(Password());
        await Eventually.Holds(async () => (await api.Client.GetAsync("/health/ready", Cancel)).IsSuccessStatusCode && (await api.Client.GetAsync("/api/v1/public/posts", Cancel)).IsSuccessStatusCode);
    }

    private Dictionary<string, string> Settings(string connection) => new()
    {
        ["ConnectionStrings__blogdb"] = connection,
        ["Secrets__Path"] = Path.Combine(_folder, "secrets"),
        ["Storage__Path"] = Path.Combine(_folder, "files"),
        ["DataProtection__Path"] = Path.Combine(_folder, "keys"),
        ["Logging__LogLevel__Default"] = "Warning",
    };

    private string Text(string password) => _administrator.Replace("Username=blog;", $"Username=app;Password={password};", StringComparison.Ordinal);

    private string NewPassword() => string.Create(CultureInfo.InvariantCulture, $"{Canary}-{++_passwords}");

    private string Password() => string.Create(CultureInfo.InvariantCulture, $"{Canary}-{_passwords}");

    private Task ChangeServer(string password) => _server.Run($"ALTER ROLE app PASSWORD '{password}'");

    /// <summary>In place, as where the file is mounted by itself.</summary>
    private async Task ChangeFile(string password)
    {
        await using var file = new FileStream(SecretFile, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
        await file.WriteAsync(System.Text.Encoding.ASCII.GetBytes(password + "\n"), Cancel);
    }

    private Task Cut() => _server.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");

    private async Task<string> AddAuthor()
    {
        await using var db = new PostgresBlogDb(new DbContextOptionsBuilder<PostgresBlogDb>().UseNpgsql(_administrator).Options);
        var now = TimeProvider.System.GetUtcNow();
        var person = Person.CreateOwner("ada@example.org", now);
        db.People.Add(person);
        var (key, text) = ApiKey.Create(person.Id, "test", now);
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(Cancel);
        return text;
    }
}
