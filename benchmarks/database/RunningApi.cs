using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Reflection;

namespace BlogCreator.Benchmarks.Database;

/// <summary>The Api in production on a free port, on a database that was brought to its version and filled.</summary>
internal sealed class RunningApi : IAsyncDisposable
{
    private readonly Process _process;

    private RunningApi(Process process, Uri address)
    {
        _process = process;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = address };
    }

    public HttpClient Client { get; }

    public static async Task<RunningApi> Start(int posts)
    {
        await Run("migrate");
        // Says no where these posts are already.
        await Run("seed", "--posts", posts.ToString(CultureInfo.InvariantCulture), "--seed", "2", "--yes");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        listener.Stop();
        var api = new RunningApi(Process.Start(Command(address))!, address);
        for (var wait = 0; wait < 300; wait++)
        {
            try
            {
                using var answer = await api.Client.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode)
                {
                    return api;
                }
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }

            await Task.Delay(100);
        }

        await api.DisposeAsync();
        throw new InvalidOperationException("The Api did not start.");
    }

    /// <returns>Milliseconds until the whole answer was there.</returns>
    public async Task<double> Time(string path)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await Client.GetAsync(path);
        await answer.Content.LoadIntoBufferAsync();
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return answer.IsSuccessStatusCode ? took : throw new InvalidOperationException($"{path} answered {answer.StatusCode}.");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task Run(params string[] arguments)
    {
        using var process = Process.Start(Command(null, arguments))!;
        await process.WaitForExitAsync();
    }

    private static ProcessStartInfo Command(Uri? address, params string[] arguments)
    {
        var configuration = typeof(RunningApi).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration.ToLowerInvariant();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "..", "..", "BlogCreator.Api", configuration, "BlogCreator.Api.dll"), .. arguments]) { UseShellExecute = false };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        // Nobody reads so fast; here somebody does.
        start.Environment["RateLimits__ReadsPerMinute"] = "100000";
        var folder = Path.Combine(Path.GetTempPath(), "blogcreator-benchmark");
        start.Environment["Storage__Path"] = Path.Combine(folder, "files");
        start.Environment["DataProtection__Path"] = Path.Combine(folder, "keys");
        if (address is not null)
        {
            start.Environment["ASPNETCORE_URLS"] = address.ToString();
        }

        return start;
    }
}
