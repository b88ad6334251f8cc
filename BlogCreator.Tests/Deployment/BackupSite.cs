using System.Diagnostics;
using System.Globalization;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Deployment;

/// <summary>
/// A real PostgreSQL that archives its log, with the script <c>deploy/postgres/backup</c> beside it as in the container: a
/// repository, a key, original files and keys in a temporary folder, all as an unprivileged user.
/// </summary>
internal sealed class BackupSite : IAsyncDisposable
{
    private static readonly bool IsRoot = Environment.UserName == "root";
    private static readonly string? Programs = FindPrograms();

    private readonly Dictionary<string, string> _environment;

    private BackupSite(string? repository)
    {
        Repository = repository ?? Path.Combine(Folder, "repository");
        _environment = new()
        {
            ["HOME"] = Folder,
            ["PGDATA"] = Data,
            ["PGHOST"] = Socket,
            ["PGUSER"] = "blog",
            ["BACKUP_PG_BIN"] = Programs!,
            ["BACKUP_SECRETS"] = Path.Combine(Folder, "secrets"),
            ["BACKUP_REPOSITORY"] = Repository,
            ["BACKUP_RUN"] = Path.Combine(Folder, "run"),
            ["BACKUP_FILES"] = Originals,
            ["BACKUP_KEYS"] = Path.Combine(Folder, "keys"),
            ["BACKUP_CERTIFICATES"] = Path.Combine(Folder, "certificates"),
            ["BACKUP_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["BACKUP_TICK_SECONDS"] = "1",
            ["BACKUP_RETRY_SECONDS"] = "1",
        };
    }

    /// <summary>Why these tests cannot run here; null when they can.</summary>
    public static string? Missing { get; } =
        Programs is null ? "PostgreSQL is not installed here (Debian: apt-get install postgresql)."
        : new[] { "pgbackrest", "restic", "jq", "busybox", "flock" }.FirstOrDefault(program => !IsInstalled(program)) is { } missing
            ? $"{missing} is not installed here (Debian: apt-get install pgbackrest restic jq busybox)." : null;

    public string Folder { get; } = Directory.CreateTempSubdirectory("blogcreator-backup-").FullName;

    public string Repository { get; }

    public int Port { get; } = RunningService.FreePort();

    public string Data => Path.Combine(Folder, "data");

    public string Originals => Path.Combine(Folder, "files");

    public string Key => Path.Combine(Folder, "secrets", "backup-key");

    public string SentryDsn => Path.Combine(Folder, "secrets", "sentry-dsn");

    private string Socket => Path.Combine(Folder, "socket");

    private string Script => Path.Combine(Folder, "backup");

    public static async Task<BackupSite> Start(string? repository = null)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var site = new BackupSite(repository);
        foreach (var folder in new[] { "secrets", "files", "keys", "socket" })
        {
            Directory.CreateDirectory(Path.Combine(site.Folder, folder));
        }

        await File.WriteAllTextAsync(site.Key, "a key of this test");
        await File.WriteAllTextAsync(Path.Combine(site.Folder, "keys", "key-1.xml"), "<key/>");
        // A copy: the user of the database may not be let into the folder of the sources.
        File.Copy(Path.Combine(Architecture.Repository.Root, "deploy", "postgres", "backup"), site.Script);
        if (IsRoot)
        {
            await Run("chown", ["-R", "postgres:postgres", site.Folder, .. repository is null ? Array.Empty<string>() : [repository]]);
        }

        await site.Succeeds($"{Programs}/initdb", "-D", site.Data, "-U", "blog", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync");
        await site.StartServer();
        await site.Sql("CREATE DATABASE blogdb", "postgres");
        return site;
    }

    public Task StartServer() => Succeeds(
        $"{Programs}/pg_ctl", "-D", Data, "-w", "-s", "-l", Path.Combine(Folder, "log"), "-o",
        $"-c listen_addresses= -c unix_socket_directories={Socket} -c fsync=off -c archive_mode=on -c archive_timeout=60 -c archive_command='{Script} archive \"%p\" # pgbackrest'", "start");

    public Task StopServer() => Succeeds($"{Programs}/pg_ctl", "-D", Data, "-w", "-s", "-m", "fast", "stop");

    public async Task<string> Sql(string sql, string database = "blogdb") =>
        (await Succeeds("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql)).Trim();

    public Task<(int Status, string Output)> Backup(params string[] arguments) => Run(Script, arguments, _environment, asUser: true);

    public async Task<string> BackupSucceeds(params string[] arguments)
    {
        var (status, output) = await Backup(arguments);
        Assert.True(status == 0, output);
        return output;
    }

    /// <summary>The schedule, until it is told to stop.</summary>
    public Process Schedule() => Process.Start(Info(Script, ["schedule"], _environment, asUser: true))!;

    public async Task<string> Metrics() => await BackupSucceeds("metrics");

    /// <summary>An original as Api keeps it: under its hash.</summary>
    public async Task<string> KeepOriginal(string content)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
        var folder = Path.Combine(Originals, name[..2], name[2..4]);
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, name), bytes);
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        await Run($"{Programs}/pg_ctl", ["-D", Data, "-w", "-s", "-m", "immediate", "stop"], _environment, asUser: true);
        Directory.Delete(Folder, recursive: true);
    }

    public static async Task<(int Status, string Output)> Run(string program, string[] arguments, Dictionary<string, string>? environment = null, bool asUser = false)
    {
        using var process = Process.Start(Info(program, arguments, environment ?? [], asUser))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private async Task<string> Succeeds(string program, params string[] arguments)
    {
        // A server that goes on would keep our pipe open, so what it says goes elsewhere.
        var (status, output) = await Run(program, arguments, _environment, asUser: true);
        Assert.True(status == 0, $"{Path.GetFileName(program)}: {output}");
        return output;
    }

    private static ProcessStartInfo Info(string program, string[] arguments, Dictionary<string, string> environment, bool asUser)
    {
        var start = new ProcessStartInfo(
            asUser && IsRoot ? "setpriv" : program,
            asUser && IsRoot ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments] : arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static string? FindPrograms() => OperatingSystem.IsLinux() && Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .LastOrDefault(place => File.Exists(Path.Combine(place, "initdb")) && File.Exists(Path.Combine(place, "postgres")))
        : null;
}
