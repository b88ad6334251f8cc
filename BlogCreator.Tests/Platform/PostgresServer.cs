using System.Diagnostics;
using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresServer.Shared))]

namespace BlogCreator.Tests.Platform;

/// <summary>
/// A real PostgreSQL of a test's own, in a temporary folder and on a port of its own. Without its programs on this machine
/// the tests that need it are skipped.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // PostgreSQL does not run as root.
    private static readonly bool IsRoot = Environment.UserName == "root";
    private static readonly string? Programs = FindPrograms();
    private static readonly SemaphoreSlim Starting = new(1, 1);
    private static PostgresServer? _shared;

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-postgres-").FullName;
    private readonly bool _durable;
    private Process? _process;

    private PostgresServer(bool durable)
    {
        _durable = durable;
        Port = RunningService.FreePort();
    }

    public int Port { get; }

    /// <summary>Why these tests cannot run here; null when they can.</summary>
    public static string? Missing { get; } = Programs is null ? "PostgreSQL is not installed here (Debian: apt-get install postgresql)." : null;

    /// <summary>Called in the constructor of a test class that needs the server.</summary>
    public static void SkipUnlessThere() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <summary>A server of its own, for tests that kill it. <paramref name="durable"/>: nothing committed is lost by that.</summary>
    public static async Task<PostgresServer> StartOwn(bool durable = true)
    {
        var server = new PostgresServer(durable);
        await server.Create();
        await server.Start();
        return server;
    }

    /// <summary>A new database with this version's tables, on the server that all tests share.</summary>
    public static async Task<string> NewDatabase(bool empty = false)
    {
        await Starting.WaitAsync();
        try
        {
            if (_shared is null)
            {
                _shared = await StartOwn(durable: false);
                await _shared.Run("CREATE DATABASE blog_template");
                await _shared.Migrate("blog_template");
            }

            var name = $"blog_{Guid.NewGuid():n}";
            await _shared.Run($"CREATE DATABASE {name} TEMPLATE {(empty ? "template0" : "blog_template")}");
            return _shared.ConnectionString(name);
        }
        finally
        {
            Starting.Release();
        }
    }

    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Database={database};Username=blog;Maximum Pool Size=20;Timeout=10";

    public async Task<string> NewMigratedDatabase()
    {
        var name = $"blog_{Guid.NewGuid():n}";
        await Run($"CREATE DATABASE {name}");
        await Migrate(name);
        return ConnectionString(name);
    }

    public async Task Run(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task Start()
    {
        // The shell ends the server when this process is gone and with it the shell's input.
        var durability = _durable ? "" : "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";
        _process = Spawn($"'{Programs}/postgres' -D '{_folder}/data' -p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200 {durability} >>'{_folder}/log' 2>&1 & server=$!; cat >/dev/null; kill -INT $server; wait $server");
        await Eventually.Holds(async () =>
        {
            try
            {
                await Run("SELECT 1");
                return true;
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }, TimeSpan.FromMinutes(5));
    }

    /// <summary>Fast shutdown: connections are cut, nothing committed is lost.</summary>
    public async Task Stop()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>As a power cut does, all its processes at once: it recovers from its log at the next start.</summary>
    public async Task Kill()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
            await Gone();
        }
    }

    /// <summary>
    /// The number that a killed server leaves is of a process that may not be cleared away yet, and would be taken for a
    /// server that runs: after a power cut there is no such process.
    /// </summary>
    private async Task Gone()
    {
        var left = Path.Combine(_folder, "data", "postmaster.pid");
        if (File.Exists(left))
        {
            var status = Path.Combine("/proc", (await File.ReadAllLinesAsync(left))[0].Trim(), "status");
            await Eventually.Holds(async () =>
            {
                try
                {
                    return (await File.ReadAllTextAsync(status)).Contains("\nState:\tZ", StringComparison.Ordinal);
                }
                catch (IOException)
                {
                    return true;
                }
            });
            File.Delete(left);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        NpgsqlConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Create()
    {
        if (IsRoot)
        {
            using var owned = Process.Start("chown", ["postgres", _folder]);
            await owned.WaitForExitAsync();
        }

        using var init = Spawn($"'{Programs}/initdb' -D '{_folder}/data' -U blog --auth=trust --encoding=UTF8 --locale=C.UTF-8 {(_durable ? "" : "--no-sync")} >'{_folder}/init' 2>&1");
        await init.WaitForExitAsync();
        Assert.True(init.ExitCode == 0, File.Exists(Path.Combine(_folder, "init")) ? await File.ReadAllTextAsync(Path.Combine(_folder, "init")) : "initdb did not start");
    }

    private async Task Migrate(string database)
    {
        await using var db = new PostgresBlogDb(new DbContextOptionsBuilder<PostgresBlogDb>().UseNpgsql(ConnectionString(database) + ";Pooling=false").Options);
        Assert.True(await new Migrate(db, BlogDbConnection.Postgres(ConnectionString(database)), NullLogger<Migrate>.Instance).Run(null, CancellationToken.None));
    }

    private static Process Spawn(string script) => Process.Start(new ProcessStartInfo(IsRoot ? "setpriv" : "sh", IsRoot
        ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh", "-c", script]
        : ["-c", script])
    { UseShellExecute = false, RedirectStandardInput = true })!;

    private static string? FindPrograms()
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(Directory.Exists("/usr/lib/postgresql")
                ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(version => int.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out var number) ? number : 0).Select(version => Path.Combine(version, "bin"))
                : []);
        return OperatingSystem.IsWindows() ? null : places.FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb")) && File.Exists(Path.Combine(place, "postgres")));
    }

    /// <summary>Stops the shared server after the last test.</summary>
    public sealed class Shared : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => _shared?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
