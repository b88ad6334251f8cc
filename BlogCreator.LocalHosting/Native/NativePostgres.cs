using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace BlogCreator.LocalHosting.Native;

/// <summary>A PostgreSQL in the data folder: reachable from this machine only, with a password, and as durable as any.</summary>
internal sealed class NativePostgres(NativePlace place, string programs, string version, string superuser, IReadOnlyList<string> databases) : NativeServer(place)
{
    private const string VersionFile = "PG_VERSION";
    private const int ProtocolVersion = 3 << 16;

    // Every replica has a pool of its own.
    private const int MostConnections = 300;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public override string Product => $"PostgreSQL {version}";

    // "Fast": who is connected is cut off, and what was committed is written.
    public override int StopSignal => OperatingSystemProcess.Interrupt;

    /// <summary>The newest, unless there is data already that another one made.</summary>
    public static async Task<NativePostgres> Find(
        NativePlace place, IEnumerable<string> folders, string superuser, IReadOnlyList<string> databases, CancellationToken cancel)
    {
        var installed = new List<(string Folder, string Version)>();
        foreach (var folder in folders)
        {
            if (Programs.In(folder, "postgres") is { } server && Programs.In(folder, "initdb") is not null)
            {
                installed.Add((folder, await Programs.Version(server, cancel)));
            }
        }

        if (installed.Count == 0)
        {
            throw new EngineError(
                $"{place.Name} cannot start: no PostgreSQL is installed here.",
                "Install the package postgresql, or leave out --services native: then SQLite stands in for it.");
        }

        var data = Path.Combine(place.Folder, VersionFile);
        var made = File.Exists(data) ? (await File.ReadAllTextAsync(data, cancel)).Trim() : null;
        var (programs, version) = installed.OrderByDescending(found => Major(found.Version))
            .FirstOrDefault(found => made is null || Text(Major(found.Version)) == made);
        return programs is not null
            ? new NativePostgres(place, programs, version, superuser, databases)
            : throw new EngineError(
                $"{place.Name} cannot start: the data in {place.Folder} was made by PostgreSQL {made}, and this machine has {string.Join(" and ", installed.Select(found => found.Version))}.",
                $"Install PostgreSQL {made}, move the data with pg_dump and pg_restore, or start on other data: --data DIR");
    }

    public override async Task Prepare(RunTool run, CancellationToken cancel)
    {
        var kept = Place.Memory.Find(Place.Name);
        var cluster = Place.Folder;
        if (!File.Exists(Path.Combine(cluster, VersionFile)))
        {
            // Beside it first: what was left half made by a power cut would look like data.
            kept = null;
            cluster = $"{Place.Folder}.new";
            if (Directory.Exists(cluster))
            {
                Directory.Delete(cluster, recursive: true);
            }

            await run(
                Place.Command(
                    Path.Combine(programs, "initdb"),
                    ["-D", Place.Made(cluster), "-U", superuser, "-E", "UTF8", .. Locale(), "--data-checksums", "--auth-local=reject", "--auth-host=reject"]),
                "",
                cancel);
        }

        List<string> words = [.. databases.Except(kept?.Databases ?? []).Select(name => $"CREATE DATABASE {Quoted(name, '"')};\n")];
        if (kept?.Password != Place.Password)
        {
            words.Add($"ALTER ROLE {Quoted(superuser, '"')} PASSWORD {Quoted(Place.Password, '\'')};\n");
        }

        if (words.Count > 0)
        {
            // Alone with its data, before anybody can connect: the only way in that needs no password.
            var said = await run(
                Place.Command(Path.Combine(programs, "postgres"), ["--single", "-D", cluster, .. Settings(), "postgres"]), string.Concat(words), cancel);
            if (said.FirstOrDefault(line => line.StartsWith("ERROR:", StringComparison.Ordinal) && !line.EndsWith("already exists", StringComparison.Ordinal)) is { } wrong)
            {
                throw new EngineError($"{Place.Name} cannot be prepared: {wrong}", "Its log has the rest.");
            }
        }

        if (cluster != Place.Folder)
        {
            await File.WriteAllTextAsync(Path.Combine(cluster, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n", cancel);
            Directory.Move(cluster, Place.Folder);
        }

        ForgetTheDead();
        Place.Memory.Keep(Place.Name, new KeptServer(Place.Port, Place.Password, databases));
    }

    public override ProcessStartInfo Start() => Place.Command(
        Path.Combine(programs, "postgres"),
        [
            "-D", Place.Folder, "-p", Text(Place.Port), .. Settings(),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", $"max_connections={Text(MostConnections)}",
        ]);

    /// <summary>As a client begins: it must be ready to ask for a password.</summary>
    public override async Task<string?> Complaint(CancellationToken cancel)
    {
        if (!IsStarted())
        {
            return "it is starting";
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            await client.ConnectAsync(IPAddress.Loopback, Place.Port, patience.Token);
            var stream = client.GetStream();
            var names = Encoding.UTF8.GetBytes($"user\0{superuser}\0database\0postgres\0\0");
            var packet = new byte[8 + names.Length];
            BinaryPrimitives.WriteInt32BigEndian(packet, packet.Length);
            BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), ProtocolVersion);
            names.CopyTo(packet, 8);
            await stream.WriteAsync(packet, patience.Token);
            var answer = new byte[512];
            var length = await stream.ReadAsync(answer, patience.Token);
            return length > 0 && answer[0] == 'R' ? null : $"{Silence} as it should: {Message(answer.AsSpan(0, length))}";
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return Silence;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Silence;
        }
    }

    /// <summary>After a power cut its number may be another program's, for which it would wait without end.</summary>
    private void ForgetTheDead()
    {
        var file = Path.Combine(Place.Folder, "postmaster.pid");
        try
        {
            using var process = Process.GetProcessById(int.Parse(File.ReadLines(file).First(), NumberStyles.None, CultureInfo.InvariantCulture));
            if (process.ProcessName != "postgres")
            {
                File.Delete(file);
            }
        }
        catch (Exception none) when (none is IOException or ArgumentException or InvalidOperationException or FormatException)
        {
            // Nothing was left, or it sees by itself that nobody has the number.
        }
    }

    /// <summary>As its own tools see it: whoever connects before that is complained of in its log.</summary>
    private bool IsStarted()
    {
        try
        {
            return File.ReadAllText(Path.Combine(Place.Folder, "postmaster.pid")).TrimEnd().EndsWith("ready", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The field M of an error: what it says to people.</summary>
    private static string Message(ReadOnlySpan<byte> answer) =>
        Encoding.UTF8.GetString(answer).Split('\0').FirstOrDefault(field => field.StartsWith('M'))?[1..] ?? "it closed the connection";

    private static IEnumerable<string> Settings() =>
        [
            "-c", "password_encryption=scram-sha-256", "-c", "log_line_prefix=", "-c", "lc_messages=C", "-c", "log_destination=stderr", "-c", "logging_collector=off", "-c", "log_checkpoints=off",
            // What a statement holds is somebody's text, and the service that sent it says what went wrong.
            "-c", "log_min_error_statement=panic", "-c", "log_error_verbosity=terse",
        ];

    // Sorts and folds the same on every machine. The servers before 17 have to borrow that from the system.
    private IEnumerable<string> Locale() =>
        Major(version) >= 17 ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        : OperatingSystem.IsLinux() ? ["--locale=C.UTF-8"]
        : ["--no-locale"];

    private static string Quoted(string text, char mark) =>
        text.Any(char.IsControl)
            ? throw new EngineError("A name or password for PostgreSQL has a line break or the like in it.", "Choose another.")
            : $"{mark}{text.Replace($"{mark}", $"{mark}{mark}", StringComparison.Ordinal)}{mark}";

    private static int Major(string version) => int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
