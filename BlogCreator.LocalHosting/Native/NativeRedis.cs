using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace BlogCreator.LocalHosting.Native;

/// <summary>
/// A Redis in the data folder, which writes down what it is told and forgets nothing to make room; or Garnet, which speaks the
/// same language and comes as a tool of .NET.
/// </summary>
internal sealed class NativeRedis(NativePlace place, string program, string version, bool isGarnet) : NativeServer(place)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public override string Product => isGarnet ? "Garnet" : $"Redis {version}";

    private string SettingsFile => Path.Combine(Place.Folder, isGarnet ? "garnet.json" : "redis.conf");

    public static async Task<NativeRedis> Find(NativePlace place, IReadOnlyList<string> folders, CancellationToken cancel) =>
        Programs.Find(folders, "redis-server") is { } program ? new NativeRedis(place, program, await Programs.Version(program, cancel), isGarnet: false)
            : Programs.Tool(folders, "garnet-server", "GarnetServer.dll") is { } garnet ? new NativeRedis(place, garnet, "", isGarnet: true)
            : throw new EngineError(
                $"{place.Name} cannot start: no Redis is installed here.",
                "Install the package redis-server or the .NET tool garnet-server, or leave out --services native: then the services keep in memory what they would keep in it.");

    public override Task Prepare(RunTool run, CancellationToken cancel)
    {
        // In a file: the command line of a process is for everybody to read.
        Place.Made(Place.Folder);
        Place.Write(SettingsFile, isGarnet ? Garnet() : string.Create(CultureInfo.InvariantCulture, $"""
            # Written by the engine at each start.
            bind 127.0.0.1
            port {Place.Port}
            protected-mode yes
            requirepass {Quoted(Place.Password)}
            dir {Quoted(Place.Folder)}
            daemonize no
            logfile ""
            appendonly yes
            appendfsync everysec
            maxmemory-policy noeviction

            """));
        Place.Memory.Keep(Place.Name, new KeptServer(Place.Port, Place.Password, []));
        return Task.CompletedTask;
    }

    public override ProcessStartInfo Start() =>
        isGarnet ? Place.Command(OperatingSystemProcess.DotnetPath, program, "--config-import-path", SettingsFile) : Place.Command(program, SettingsFile);

    public override async Task<string?> Complaint(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient(AddressFamily.InterNetwork);
            await client.ConnectAsync(IPAddress.Loopback, Place.Port, patience.Token);
            var stream = client.GetStream();
            var password = Encoding.UTF8.GetBytes(Place.Password);
            byte[] words = [.. "*2\r\n$4\r\nAUTH\r\n"u8, .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${password.Length}\r\n")), .. password, .. "\r\n*1\r\n$4\r\nPING\r\n"u8];
            await stream.WriteAsync(words, patience.Token);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var (login, ping) = (await reader.ReadLineAsync(patience.Token), await reader.ReadLineAsync(patience.Token));
            return (login, ping) is ("+OK", "+PONG") ? null : $"{Silence} as it should: {(login == "+OK" ? ping : login)}";
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

    // Its own way to the disk needs a library that is not everywhere.
    private string Garnet() => JsonSerializer.Serialize(new
    {
        Address = "127.0.0.1",
        Place.Port,
        AuthenticationMode = "Password",
        Place.Password,
        CheckpointDir = Place.Folder,
        EnableAOF = true,
        CommitFrequencyMs = 0,
        Recover = true,
        DeviceType = "RandomAccess",
        EnableLua = true,
        QuietMode = true,
        MemorySize = "64m",
        IndexSize = "4m",
    });

    private static string Quoted(string text) =>
        text.Any(char.IsControl)
            ? throw new EngineError("A path or password for Redis has a line break or the like in it.", "Choose another.")
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
