using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using BlogCreator.Tests.Architecture;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.Platform;

/// <summary>
/// A real S3 server, s3rver of npm, as a process of its own with its objects in a temporary folder. Requests reach it
/// through a gateway that can refuse or hold them, that compares each body with the hash that was signed, as S3 does, and
/// that adds the two requests s3rver lacks: to give up an upload in parts and to list those that were begun.
/// </summary>
public sealed partial class S3Server : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(
        Environment.GetEnvironmentVariable("S3RVER_PATH") ?? Path.Combine(Repository.Root, "artifacts", "tools", "node_modules", "s3rver"), "bin", "s3rver.js");

    private readonly string _folder = Directory.CreateTempSubdirectory("blogcreator-s3-").FullName;
    private readonly HttpMessageInvoker _forward = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) });
    private readonly ConcurrentBag<string> _altered = [];
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _objects = new(StringComparer.Ordinal);
    private Process? _process;
    private WebApplication? _gateway;
    private Uri? _server;

    private S3Server()
    {
    }

    /// <summary>Why these tests cannot run here; null when they can.</summary>
    public static string? Missing { get; } =
        !File.Exists(Program) ? "s3rver is not installed here (npm install --prefix artifacts/tools s3rver@3.7.1)." : OperatingSystem.IsWindows() ? "The server is started by a shell." : null;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Asked before each request: a status to answer in the server's place, 0 to cut the connection, or null to let it pass.</summary>
    public Func<HttpRequest, int?> Refuse { get; set; } = _ => null;

    /// <summary>Bodies that were not what the sender had signed.</summary>
    public IReadOnlyCollection<string> Altered => _altered;

    /// <summary>Called in the constructor of a test class that needs the server.</summary>
    public static void SkipUnlessThere() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    public static async Task<S3Server> Start()
    {
        var server = new S3Server();
        await server.Run();
        return server;
    }

    public string NewBucket()
    {
        var name = $"files-{Guid.NewGuid():n}";
        Directory.CreateDirectory(Path.Combine(_folder, name));
        return name;
    }

    public Dictionary<string, string> Settings(string bucket, string prefix = "blog") => new()
    {
        ["Storage:Path"] = "",
        ["Storage:S3:Bucket"] = bucket,
        ["Storage:S3:Endpoint"] = Address.ToString(),
        ["Storage:S3:AccessKey"] = "S3RVER",
        ["Storage:S3:SecretKey"] = "S3RVER",
        ["Storage:S3:Prefix"] = prefix,
    };

    /// <summary>The files of the bucket on the server's disk: objects, and parts of uploads that have not ended.</summary>
    public string[] Objects(string bucket) => [.. Directory.GetFiles(Path.Combine(_folder, bucket), "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith("._S3rver_object", StringComparison.Ordinal) || file.Contains("._S3rver_uploads", StringComparison.Ordinal))];

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_process is { } process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _forward.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Run()
    {
        // The shell ends the server when this process is gone and with it the shell's input.
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec 2>/dev/null; node '{Program}' -d '{_folder}' -a 127.0.0.1 -p 0 -s --no-vhost-buckets & server=$!; cat >/dev/null; kill $server; wait $server"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var port = new TaskCompletionSource<string>();
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                port.TrySetException(new InvalidOperationException("s3rver did not start."));
            }
            else if (ListeningOn().Match(line.Data) is { Success: true } said)
            {
                port.TrySetResult(said.Groups["port"].Value);
            }
        };
        process.BeginOutputReadLine();
        _process = process;
        _server = new Uri($"http://127.0.0.1:{await port.Task}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _gateway = builder.Build();
        _gateway.Run(Answer);
        await _gateway.StartAsync();
        Address = new Uri(_gateway.Urls.Single());
    }

    private async Task Answer(HttpContext context)
    {
        var request = context.Request;
        if (Refuse(request) is { } status)
        {
            if (status == 0)
            {
                context.Abort();
                return;
            }

            await request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            context.Response.StatusCode = status;
            await context.Response.WriteAsync("<Error><Code>SlowDown</Code><Message>Not now.</Message></Error>", context.RequestAborted);
            return;
        }

        var begun = request.Query["uploadId"] is [{ Length: > 0 } upload] ? Uploads(request.Path.Value!.Split('/')[1], upload) : null;
        if (begun is not null && !Directory.Exists(begun))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("<Error><Code>NoSuchUpload</Code><Message>It has ended.</Message></Error>", context.RequestAborted);
            return;
        }

        if (HttpMethods.IsDelete(request.Method) && begun is not null)
        {
            Directory.Delete(begun, recursive: true);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        if (HttpMethods.IsGet(request.Method) && request.Query.ContainsKey("uploads"))
        {
            await context.Response.WriteAsync(ListUploads(request.Path.Value!.Split('/')[1]), context.RequestAborted);
            return;
        }

        // s3rver writes an object in its place, where S3 replaces it at once when it is whole.
        var alone = _objects.GetOrAdd(request.Query.ContainsKey("partNumber") ? context.TraceIdentifier : request.Path, _ => new SemaphoreSlim(1, 1));
        await alone.WaitAsync(context.RequestAborted);
        try
        {
            await Forward(context);
        }
        finally
        {
            alone.Release();
        }
    }

    private async Task Forward(HttpContext context)
    {
        var request = context.Request;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_server!, request.Path.ToUriComponent() + request.QueryString))
        {
            Content = new StreamContent(new Passing(request.Body, hash)),
        };
        // s3rver does not understand a source whose slashes are escaped, as the SDK sends it; without a signature it takes a plain one.
        var source = request.Headers["x-amz-copy-source"] is [{ } escaped] ? Uri.UnescapeDataString(escaped) : null;
        foreach (var (name, values) in request.Headers.Where(header => source is null || header.Key is not ("Authorization" or "x-amz-copy-source")))
        {
            if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                message.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        if (source is not null)
        {
            message.Headers.Add("x-amz-copy-source", source);
        }

        var (written, size) = Writes(request);
        using var answer = await _forward.SendAsync(message, context.RequestAborted);
        // s3rver answers before its file is written to the end; S3 gives what it has confirmed to whoever asks next.
        while (answer.IsSuccessStatusCode && written is not null && (!File.Exists(written) || new FileInfo(written).Length != size))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), context.RequestAborted);
        }

        if (request.Headers["x-amz-content-sha256"] is not [{ } signed] || signed != Convert.ToHexStringLower(hash.GetHashAndReset()))
        {
            _altered.Add($"{request.Method} {request.Path}");
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection")))
        {
            context.Response.Headers.Append(name, values.ToArray());
        }

        if (!HttpMethods.IsHead(request.Method))
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }

    /// <returns>The file that a request makes on the server's disk, and how long it will be.</returns>
    private (string? File, long Size) Writes(HttpRequest request)
    {
        var path = request.Path.Value!.Split('/', 2, StringSplitOptions.RemoveEmptyEntries);
        var file = path.Length < 2 ? null : Path.Combine(_folder, path[0], path[1] + "._S3rver_object");
        if (request.Query["uploadId"] is not [{ Length: > 0 } upload])
        {
            return HttpMethods.IsPut(request.Method) && !request.Headers.ContainsKey("x-amz-copy-source") ? (file, request.ContentLength ?? 0) : (null, 0);
        }

        var parts = Uploads(path[0], upload);
        return request.Query["partNumber"] is [{ } number]
            ? (Path.Combine(parts, number), request.ContentLength ?? 0)
            : (file, Directory.GetFiles(parts).Where(part => int.TryParse(Path.GetFileName(part), CultureInfo.InvariantCulture, out _)).Sum(part => new FileInfo(part).Length));
    }

    private string Uploads(string bucket, string upload) => Path.Combine(_folder, bucket, "._S3rver_uploads", Path.GetFileName(upload));

    private string ListUploads(string bucket)
    {
        var all = Path.Combine(_folder, bucket, "._S3rver_uploads");
        var answer = new StringBuilder("<ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>");
        foreach (var upload in Directory.Exists(all) ? Directory.GetDirectories(all) : [])
        {
            answer.Append(CultureInfo.InvariantCulture, $"<Upload><Key>{WebUtility.HtmlEncode(File.ReadAllText(Path.Combine(upload, "key")))}</Key><UploadId>{Path.GetFileName(upload)}</UploadId>")
                .Append(CultureInfo.InvariantCulture, $"<Initiated>{Directory.GetCreationTimeUtc(upload):yyyy-MM-ddTHH:mm:ss.fffZ}</Initiated></Upload>");
        }

        return answer.Append("</ListMultipartUploadsResult>").ToString();
    }

    [GeneratedRegex(@"listening on .*:(?<port>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListeningOn();

    /// <summary>One for all tests of a class; none where it is missing.</summary>
    public sealed class OfClass : IAsyncLifetime
    {
        public S3Server Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            if (Missing is null)
            {
                Server = await Start();
            }
        }

        public ValueTask DisposeAsync() => Server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Takes the hash of what passes.</summary>
    private sealed class Passing(Stream body, IncrementalHash hash) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await body.ReadAsync(buffer, cancellationToken);
            hash.AppendData(buffer.Span[..read]);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>The Api whose files are in a bucket.</summary>
public sealed class BucketApiFixture : ApiFixture
{
    private string _bucket = "";

    public S3Server S3 { get; private set; } = null!;

    /// <summary>For the constructor of a test class: skips its tests where the server is missing.</summary>
    public BucketApiFixture OrSkip()
    {
        S3Server.SkipUnlessThere();
        return this;
    }

    public override async ValueTask InitializeAsync()
    {
        if (S3Server.Missing is null)
        {
            S3 = await S3Server.Start();
            _bucket = S3.NewBucket();
            foreach (var (name, value) in S3.Settings(_bucket))
            {
                Settings[name] = value;
            }

            Settings["Storage:WorkPath"] = Path.Combine(Folder, "work");
            await base.InitializeAsync();
        }
    }

    public override string[] StoredFiles() => [.. S3.Objects(_bucket), .. FilesIn("work")];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (S3 is not null)
        {
            await S3.DisposeAsync();
        }
    }
}
