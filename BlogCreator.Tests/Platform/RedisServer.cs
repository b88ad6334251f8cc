using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Platform;

/// <summary>
/// A real Redis of a test's own, in a temporary folder and on a port that stays the same over restarts. Without the program
/// on this machine the tests that need it are skipped.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Password = "test-password";
    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(place => Path.Combine(place, "redis-server")).FirstOrDefault(File.Exists);

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-redis-").FullName;
    private readonly int _port = RunningService.FreePort();
    private Process? _process;

    private RedisServer()
    {
    }

    /// <summary>Why these tests cannot run here; null when they can.</summary>
    public static string? Missing { get; } = Program is null ? "redis-server is not installed here (Debian: apt-get install redis-server)." : null;

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port},password={Password}");

    /// <summary>Called in the constructor of a test class that needs the server.</summary>
    public static void SkipUnlessThere() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    public static async Task<RedisServer> StartOwn()
    {
        var server = new RedisServer();
        await server.Start();
        return server;
    }

    /// <summary>A place for a server that is not running yet.</summary>
    public static RedisServer NotStarted() => new();

    public async Task Start()
    {
        // The shell ends the server when this process is gone and with it the shell's input. What it holds is on the disk
        // within a second, as where the keys of the cookies live in production.
        _process = Process.Start(new ProcessStartInfo("sh", ["-c", $"'{Program}' --port {_port} --bind 127.0.0.1 --requirepass {Password} --dir '{_folder}' --appendonly yes --appendfsync everysec --save '' --pidfile '{_folder}/pid' --daemonize no >>'{_folder}/log' 2>&1 & echo $! >'{_folder}/process'; cat >/dev/null; kill -KILL $! 2>/dev/null"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        })!;
        await Eventually.Holds(async () =>
        {
            try
            {
                return await Command("PING") == "+PONG";
            }
            catch (Exception notYet) when (notYet is SocketException or IOException)
            {
                return false;
            }
        });
    }

    /// <summary>An orderly end: what it holds is kept.</summary>
    public async Task Stop()
    {
        try
        {
            await Command("SHUTDOWN NOSAVE");
        }
        catch (IOException)
        {
            // It hung up, as asked.
        }

        await Gone();
    }

    /// <summary>As a power cut does: without a word.</summary>
    public async Task Kill()
    {
        await Signal("KILL");
        await Gone();
    }

    /// <summary>It takes connections and answers nothing.</summary>
    public Task Hang() => Signal("STOP");

    public Task Resume() => Signal("CONT");

    /// <returns>The first line of the answer.</returns>
    public async Task<string> Command(string command)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {Password}\r\n{command}\r\n"));
        using var reader = new StreamReader(stream);
        await reader.ReadLineAsync();
        return await reader.ReadLineAsync() ?? "";
    }

    /// <returns>Every line that the server writes for the command, until it has been silent for a moment.</returns>
    public async Task<string> Ask(string command)
    {
        using var tool = Process.Start(new ProcessStartInfo("redis-cli", ["-p", _port.ToString(CultureInfo.InvariantCulture), "-a", Password, "--no-auth-warning", .. command.Split(' ')])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var answer = await tool.StandardOutput.ReadToEndAsync();
        await tool.WaitForExitAsync();
        return answer.TrimEnd();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await Signal("KILL");
            await Gone();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task Signal(string name)
    {
        var process = await File.ReadAllTextAsync(Path.Combine(_folder, "process"));
        using var kill = Process.Start("kill", [$"-{name}", process.Trim()]);
        await kill.WaitForExitAsync();
    }

    private async Task Gone()
    {
        if (_process is { } shell)
        {
            shell.StandardInput.Close();
            await shell.WaitForExitAsync();
            shell.Dispose();
            _process = null;
        }
    }
}
