using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using BlogCreator.Contracts;

namespace BlogCreator.Benchmarks.Blog;

/// <summary>Api and Web as they are deployed, in production, on free ports, with one published post.</summary>
internal sealed class RunningSite : IAsyncDisposable
{
    private const string Token = "benchmark";
    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-benchmark-").FullName;
    private readonly List<Process> _started = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.None });
    private readonly Uri _api = FreeAddress();

    private string _redis = "";
    private IReadOnlyDictionary<string, string> _settings = new Dictionary<string, string>();

    public Uri Web { get; } = FreeAddress();

    public Uri Api => _api;

    public string PostPath { get; private set; } = "";

    /// <param name="settings">Of both services, beside those that every measurement needs.</param>
    public static async Task<RunningSite> Start(string redis = "", IReadOnlyDictionary<string, string>? settings = null)
    {
        var site = new RunningSite { _redis = redis, _settings = settings ?? new Dictionary<string, string>() };
        try
        {
            using (var migrate = site.Run("BlogCreator.Api", site._api, "migrate"))
            {
                await migrate.WaitForExitAsync();
            }

            site._started.Add(site.Run("BlogCreator.Api", site._api));
            site._started.Add(site.Run("BlogCreator.Web", site.Web));
            await site.UntilReady(new Uri(site._api, "/health/ready"));
            await site.UntilReady(new Uri(site.Web, "/health/ready"));
            await site.Publish();
            return site;
        }
        catch
        {
            // Nobody else could stop what was started.
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>The other program, with the bytes that ours sends for a page.</summary>
    public async Task<Bare> StartBare(Uri page)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, page);
        request.Headers.AcceptEncoding.ParseAdd("br");
        using var answer = await _http.SendAsync(request);
        var file = Path.Combine(_folder, "page.br");
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync());
        var address = FreeAddress();
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, ArgumentList = { typeof(BarePage).Assembly.Location, "bare", file, address.ToString().TrimEnd('/') } };
        var process = Process.Start(start)!;
        await UntilReady(address);
        return new Bare(process, address);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Uri FreeAddress()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new Uri($"http://{probe.LocalEndpoint}");
    }

    private Process Run(string project, Uri address, params string[] arguments)
    {
        // artifacts/bin/blog/release -> artifacts/bin/PROJECT/release
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(here.Parent!.Parent!.FullName, project, here.Name, project + ".dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = address.ToString();
        start.Environment["ConnectionStrings__blogdb"] = $"Data Source={Path.Combine(_folder, "blog.db")}";
        start.Environment["Storage__Path"] = Path.Combine(_folder, "files");
        start.Environment["DataProtection__Path"] = Path.Combine(_folder, "keys");
        start.Environment["ConnectionStrings__redis"] = _redis;
        // Whoever measures asks more often than a reader.
        start.Environment["RateLimits__ReadsPerMinute"] = "100000";
        start.Environment["Setup__Token"] = Token;
        start.Environment["Shutdown__DrainSeconds"] = "0";
        start.Environment["services__api__http__0"] = _api.ToString();
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        // Read, so that nobody waits for a full pipe.
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private async Task UntilReady(Uri address)
    {
        for (var attempt = 0; attempt < 1200; attempt++)
        {
            try
            {
                using var answer = await _http.GetAsync(address);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"{address} does not answer.");
    }

    private async Task Publish()
    {
        using var made = await _http.PostAsJsonAsync(new Uri(Web, "/api/v1/setup"), new SetupRequest("ada@example.org", "correct horse battery", "Harbour Notes", Token));
        made.EnsureSuccessStatusCode();
        var cookie = made.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var markdown = new StringBuilder();
        for (var section = 1; section <= 6; section++)
        {
            markdown.Append("## What the papers say, part ").Append(section).Append("\n\n");
            for (var sentence = 0; sentence < 12; sentence++)
            {
                markdown.Append("I like to walk along the harbour, past pier ").Append((section * 7) + (sentence * 13)).Append(", and to think of those who built it. ");
            }

            markdown.Append("\n\n");
        }

        var post = await Send<PostDetails>(HttpMethod.Post, "/api/v1/posts", new CreatePostRequest("The harbour and its papers", "What they say.", markdown.ToString(), ["harbours", "history"]), cookie);
        await Send<PostDetails>(HttpMethod.Put, $"/api/v1/posts/{post.Id}/publication", new PublishRequest(null, "A benchmark."), cookie);
        PostPath = "/posts/" + post.Slug;
    }

    private async Task<T> Send<T>(HttpMethod method, string path, object body, string cookie)
    {
        using var request = new HttpRequestMessage(method, new Uri(Web, path)) { Content = JsonContent.Create(body, body.GetType(), options: BlogApi.Json) };
        request.Headers.Add("Cookie", cookie);
        using var answer = await _http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<T>(BlogApi.Json))!;
    }

    internal sealed class Bare(Process process, Uri address) : IAsyncDisposable
    {
        public Uri Address => address;

        public async ValueTask DisposeAsync()
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
