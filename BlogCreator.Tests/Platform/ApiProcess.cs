using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using BlogCreator.Tests.Architecture;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Platform;

/// <summary>
/// One Api as a process of its own, as in production: to have two replicas of it, and to kill one. Its port stays the same
/// over restarts.
/// </summary>
public sealed class ApiProcess : IAsyncDisposable
{
    // A machine that builds and tests other things at the same time needs its time for a cold start.
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private ApiProcess(Dictionary<string, string> settings)
    {
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RunningService.FreePort()}"));
        _settings = settings;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>What it has written so far, for the message of a test that fails.</summary>
    public string Output => string.Join('\n', _output);

    public int ProcessId => _process!.Id;

    /// <param name="settings">Like <c>ConnectionStrings__blogdb</c>; the environment's own settings do not reach it.</param>
    public static async Task<ApiProcess> Start(IReadOnlyDictionary<string, string> settings)
    {
        var api = new ApiProcess(new(settings));
        await api.Start();
        return api;
    }

    /// <summary>Runs a command such as <c>migrate</c> to its end.</summary>
    public static async Task<(int ExitCode, string Output)> Run(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(settings, arguments))!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    public async Task Start()
    {
        _settings["ASPNETCORE_URLS"] = Address.ToString();
        var process = Process.Start(StartInfo(_settings, []))!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await Eventually.Holds(async () =>
        {
            Assert.False(process.HasExited, "Api ended: " + Output);
            try
            {
                using var answer = await Client.GetAsync("/health/ready");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, StartsWithin);
    }

    /// <summary>As a power cut does: without a word.</summary>
    public async Task Kill()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        Client.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
            if (_output.Count > 400)
            {
                _output.TryDequeue(out _);
            }
        }
    }

    private static ProcessStartInfo StartInfo(IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(Repository.Root, "artifacts", "bin", "BlogCreator.Api", Configuration, "BlogCreator.Api.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>The folder that this test's own assembly was built to: debug or release.</summary>
    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name;
}
