using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using BlogCreator.Tests.Architecture;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.Deployment;

/// <summary>
/// The real nginx with the configuration of <c>deploy/nginx</c>, started by its own script on ports of its own, with folders
/// that only this test knows. Without the programs on this machine the tests that need it are skipped.
/// </summary>
internal sealed class Edge : IAsyncDisposable
{
    public const string Domain = "blog.example.test";
    public const long UploadMaxBytes = 3 * 1024 * 1024;

    private static readonly string[] Places = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/sbin"];

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-edge-").FullName;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly Dictionary<string, string> _environment;
    private readonly SocketsHttpHandler _handler;
    private Process? _process;

    private Edge(string api, string web, IEnumerable<(string Name, string Value)>? settings)
    {
        Directory.CreateDirectory(Certificates);
        Directory.CreateDirectory(AcmeRoot);
        _environment = new(StringComparer.Ordinal)
        {
            ["PATH"] = string.Join(Path.PathSeparator, Places),
            ["SITE_DOMAIN"] = $"{Domain} www.example.test",
            ["UPLOAD_MAX_BYTES"] = UploadMaxBytes.ToString(CultureInfo.InvariantCulture),
            ["HTTP_LISTEN"] = Loopback(HttpPort),
            ["HTTPS_LISTEN"] = Loopback(HttpsPort),
            ["INTERNAL_LISTEN"] = Loopback(InternalPort),
            ["HTTPS_PORT"] = HttpsPort.ToString(CultureInfo.InvariantCulture),
            ["API_UPSTREAM"] = api,
            ["WEB_UPSTREAM"] = web,
            ["CERTIFICATES"] = Certificates,
            ["ACME_ROOT"] = AcmeRoot,
            ["EDGE_STATE"] = State,
            // The folders are this user's alone, and as root nginx would give up that right.
            ["EDGE_USER"] = Environment.UserName,
            ["WORKERS"] = "1",
            ["WATCH_SECONDS"] = "0.3",
            ["SHUTDOWN_SECONDS"] = "20",
        };
        foreach (var (name, value) in settings ?? [])
        {
            _environment[name] = value;
        }

        _handler = Handler();
        Http = new HttpClient(_handler) { BaseAddress = new Uri($"https://{Domain}:{HttpsPort}") };
    }

    /// <summary>Why these tests cannot run here; null when they can.</summary>
    public static string? Missing { get; } = Program("nginx") is null || Program("openssl") is null
        ? "nginx or openssl is not installed here (Debian: apt-get install nginx-light openssl)."
        : null;

    public int HttpPort { get; } = RunningService.FreePort();

    public int HttpsPort { get; } = RunningService.FreePort();

    public int InternalPort { get; } = RunningService.FreePort();

    public string Certificates => Path.Combine(_folder, "certificates");

    public string AcmeRoot => Path.Combine(_folder, "acme");

    public string State => Path.Combine(_folder, "state");

    /// <summary>What nginx and its scripts have printed so far.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Over TLS, as a browser that believes every certificate.</summary>
    public HttpClient Http { get; }

    public static string? Program(string name) => Places.Select(place => Path.Combine(place, name)).FirstOrDefault(File.Exists);

    public static string Script(string path) => Path.Combine(Repository.Root, "deploy", path);

    public static Edge NotStarted(string api = "127.0.0.1:9", string web = "127.0.0.1:9", params (string Name, string Value)[] settings) =>
        new(api, web, settings);

    public static async Task<Edge> Start(string api = "127.0.0.1:9", string web = "127.0.0.1:9", params (string Name, string Value)[] settings)
    {
        var edge = NotStarted(api, web, settings);
        await edge.Launch();
        return edge;
    }

    public async Task Launch()
    {
        var start = new ProcessStartInfo("/bin/sh", [Script("nginx/start.sh")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Fill(start, _environment);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.Holds(async () =>
        {
            Assert.False(_process.HasExited, Log);
            try
            {
                return await Internal("/healthz") == "ok\n";
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    /// <returns>The exit code.</returns>
    public async Task<int> Stop(string signal = "TERM")
    {
        await Run("kill", [$"-{signal}", _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync(CancellationToken.None);
        var code = _process.ExitCode;
        _process.Dispose();
        _process = null;
        return code;
    }

    public Task<(int Code, string Output)> Switch(params string[] arguments) =>
        Run("/bin/sh", [Script("nginx/switch.sh"), .. arguments], _environment);

    /// <summary>Only renders the configuration, and asks nginx whether it is one.</summary>
    public async Task<(int Code, string Output)> RenderAndTest(params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>(_environment, StringComparer.Ordinal);
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        var (code, output) = await Run("/bin/sh", [Script("nginx/start.sh"), "render"], environment);
        return code == 0 ? await Run("/bin/sh", ["-c", "nginx -e stderr -q -t -c \"$EDGE_STATE/nginx.conf\""], environment) : (code, output);
    }

    public async Task<string> Internal(string path)
    {
        using var handler = new SocketsHttpHandler();
        using var http = new HttpClient(handler);
        return await http.GetStringAsync($"http://127.0.0.1:{InternalPort}{path}");
    }

    /// <summary>The value of a line of <c>/metrics</c>, by everything before it.</summary>
    public async Task<double> Metric(string series) =>
        double.Parse((await Internal("/metrics")).Split('\n').Single(line => line.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], CultureInfo.InvariantCulture);

    /// <summary>Plain HTTP; the name is only said, never looked up.</summary>
    public async Task<HttpResponseMessage> Plain(HttpMethod method, string path, string host = Domain)
    {
        using var handler = Handler();
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(method, $"http://127.0.0.1:{HttpPort}{path}");
        request.Headers.Host = host;
        var answer = await http.SendAsync(request);
        await answer.Content.LoadIntoBufferAsync();
        return answer;
    }

    /// <summary>Connections go to this nginx, whatever the address says.</summary>
    public static SocketsHttpHandler Handler() => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    /// <summary>A connection of bytes over TLS, for what no client library would send.</summary>
    public async Task<SslStream> Connect(string name = Domain, SslApplicationProtocol? protocol = null)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, HttpsPort);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = name,
                ApplicationProtocols = [protocol ?? SslApplicationProtocol.Http11],
            });
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends these bytes and reads until nginx hangs up.</summary>
    public async Task<string> Raw(string request)
    {
        await using var stream = await Connect();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    public async Task<string> Serial()
    {
        await using var stream = await Connect();
        using var certificate = X509CertificateLoader.LoadCertificate(stream.RemoteCertificate!.GetRawCertData());
        return certificate.SerialNumber;
    }

    public static async Task<(int Code, string Output)> Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        if (environment is not null)
        {
            Fill(start, environment);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _handler.Dispose();
        if (_process is not null)
        {
            // Fast: what a test left open is not waited for.
            if (File.Exists(Path.Combine(State, "nginx.pid")))
            {
                await Run("kill", ["-TERM", (await File.ReadAllTextAsync(Path.Combine(State, "nginx.pid"))).Trim()]);
            }

            await Stop();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static void Fill(ProcessStartInfo start, IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
    }

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _log.Enqueue(line);
        }
    }
}
