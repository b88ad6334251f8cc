using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BlogCreator.Tests.Architecture;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Logs;

/// <summary>A service as a process of its own, as in production, and every line that it prints.</summary>
internal sealed class LoggedService : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Process _process;

    private LoggedService(Process process, int port, int managementPort)
    {
        (_process, Port, ManagementPort) = (process, port, managementPort);
        process.OutputDataReceived += (_, line) => Keep(_lines, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public int ManagementPort { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Standard output.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Runs it to its end, as a command.</summary>
    public static async Task<LoggedService> Run(string project, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var command = Launch(project, settings, arguments);
        await command._process.WaitForExitAsync();
        Assert.True(command._process.ExitCode == 0, string.Join('\n', command._lines.Concat(command._errors)));
        return command;
    }

    public static async Task<LoggedService> Start(string project, IReadOnlyDictionary<string, string> settings)
    {
        var service = Launch(project, settings, []);
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"http://{service.Address}") };
        await Eventually.Holds(async () =>
        {
            Assert.False(service._process.HasExited, string.Join('\n', service._lines.Concat(service._errors)));
            try
            {
                using var answer = await http.GetAsync("/health/ready");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, Patience);
        return service;
    }

    public async Task<string> Metrics()
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler);
        return await http.GetStringAsync(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ManagementPort}/metrics"));
    }

    /// <summary>As an orchestrator does, so that the last lines are written.</summary>
    public async Task Stop()
    {
        if (!_process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static LoggedService Launch(string project, IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        var (port, management) = (RunningService.FreePort(), RunningService.FreePort());
        var folder = Path.Combine(Repository.Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(folder, project + ".dll"), .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = Path.Combine(Repository.Root, project),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        if (arguments.Length == 0)
        {
            start.Environment["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
            start.Environment["Management__Port"] = management.ToString(CultureInfo.InvariantCulture);
        }

        return new LoggedService(Process.Start(start)!, port, management);
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }
}
