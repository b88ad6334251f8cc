using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Posts.Seeding;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.Tests.Platform;

/// <summary>
/// The real Api over HTTP on a database and a file store of its own in a temporary folder. Its workers run. Use it as a
/// class fixture; <see cref="SignInAs"/> gives each test people of its own. This one runs on SQLite,
/// <see cref="PostgresApiFixture"/> on PostgreSQL.
/// </summary>
public class ApiFixture : WebApplicationFactory<BlogDb>, IAsyncLifetime
{
    private string? _database;

    /// <summary>Another Api on the same database and the same files: two replicas of one service.</summary>
    public ApiFixture? ReplicaOf { get; init; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("blogcreator-test-").FullName;

    /// <summary>Settings such as <c>Uploads:MaxBytes</c>; set before the first request.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    public virtual ValueTask InitializeAsync()
    {
        // Starts the host, so that the first request of a test does not.
        _ = Services;
        return ValueTask.CompletedTask;
    }

    /// <summary>A client that sends the API key of a new person. The first person asked for as owner goes through set-up.</summary>
    public async Task<HttpClient> SignInAs(string name)
    {
        using var scope = Services.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var now = scope.ServiceProvider.GetRequiredService<TimeProvider>().GetUtcNow();
        var person = Person.CreateOwner($"{name}.{Guid.NewGuid():n}@example.org", now);
        db.People.Add(person);
        // Only one person may own a site; the others of a test are plain people.
        db.Entry(person).Property(nameof(Person.IsOwner)).CurrentValue = false;
        var (key, text) = ApiKey.Create(person.Id, "test", now);
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync();
        var client = CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", text);
        return client;
    }

    /// <summary>The owner of the site, who is set up by the first call.</summary>
    public async Task<HttpClient> SignInAsOwner()
    {
        const string Email = "owner@example.org", Password = "correct horse battery";
        var client = CreateClient();
        using var made = await client.PostAsJsonAsync("/api/v1/setup", new SetupRequest(Email, Password, "Notes"), BlogApi.Json);
        if (!made.IsSuccessStatusCode)
        {
            using var session = await client.PostAsJsonAsync("/api/v1/session", new SignInRequest(Email, Password), BlogApi.Json);
            session.EnsureSuccessStatusCode();
        }

        return client;
    }

    /// <summary>Whatever lies where files are kept, arrive and are read.</summary>
    public virtual string[] StoredFiles() => FilesIn("files");

    protected string[] FilesIn(string folder) => Directory.Exists(Path.Combine(Folder, folder))
        ? [.. Directory.GetFiles(Path.Combine(Folder, folder), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))]
        : [];

    /// <summary>What was asked of the database since it was last asked for.</summary>
    public RequestCommands Commands => Services.GetRequiredService<RequestCommands>();

    /// <summary>Published posts made up by the same code as the command <c>seed</c>.</summary>
    public async Task Seed(int posts, int seed = 1)
    {
        Assert.Equal(0, await SeedPosts.Command(["seed", "--posts", posts.ToString(CultureInfo.InvariantCulture), "--seed", seed.ToString(CultureInfo.InvariantCulture)], Services, TextWriter.Null, CancellationToken.None));
    }

    public static async Task<ApiProblem> Problem(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (await answer.Content.ReadFromJsonAsync<ApiProblem>(BlogApi.Json))!;
    }


    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        // A setting and not UseKestrel(0), which sets the port while the program may have started already.
        builder.UseSetting("urls", "http://127.0.0.1:0");
        builder.UseSetting("ConnectionStrings:blogdb", _database ??= ReplicaOf?._database ?? Task.Run(CreateDatabase).GetAwaiter().GetResult());
        builder.UseSetting("Logging:LogLevel:Default", "Critical");
        builder.UseSetting("Logging:LogLevel:Microsoft.EntityFrameworkCore", "None");
        builder.UseSetting("Logging:Console:LogLevel:BlogCreator.Security", "None");
        builder.UseSetting("Storage:Path", Path.Combine(Folder, "files"));
        builder.UseSetting("DataProtection:Path", Path.Combine(Folder, "keys"));
        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureServices(services => services.AddSingleton<RequestCommands>().AddSingleton<IInterceptor>(provider => provider.GetRequiredService<RequestCommands>()));
        if (ReplicaOf is not null)
        {
            builder.UseSetting("Storage:Path", Path.Combine(ReplicaOf.Folder, "files"));
            builder.UseSetting("DataProtection:Path", Path.Combine(ReplicaOf.Folder, "keys"));
        }
    }

    /// <summary>A database with this version's tables, before the workers start, as the migrate step makes it in a run.</summary>
    protected virtual async Task<string> CreateDatabase()
    {
        var connection = $"Data Source={Path.Combine(Folder, "blogdb.db")}";
        await using var db = new SqliteBlogDb(new DbContextOptionsBuilder<SqliteBlogDb>().UseSqlite(connection).Options);
        await db.Database.MigrateAsync();
        return connection;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same on a database of its own on a real PostgreSQL.</summary>
public sealed class PostgresApiFixture : ApiFixture
{
    /// <summary>Asked for the database instead, by tests that have a server of their own.</summary>
    public Func<Task<string>>? Database { get; init; }

    /// <summary>For the constructor of a test class: skips its tests where PostgreSQL is missing.</summary>
    public PostgresApiFixture OrSkip()
    {
        PostgresServer.SkipUnlessThere();
        return this;
    }

    public override ValueTask InitializeAsync() => PostgresServer.Missing is null ? base.InitializeAsync() : ValueTask.CompletedTask;

    protected override Task<string> CreateDatabase() => Database?.Invoke() ?? PostgresServer.NewDatabase();
}
