using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace BlogCreator.LocalHosting.Telemetry;

/// <summary>Where the services are to send their telemetry, when nobody named a collector.</summary>
internal sealed record CollectorAnnotation(string Address, string Header) : IResourceAnnotation;

/// <summary>Takes what the services tell of themselves, by the OpenTelemetry protocol over HTTP, on this machine only.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private const string Protobuf = "application/x-protobuf";
    private const string KeyHeader = "x-otlp-api-key";

    // An exporter sends some hundred kilobytes at most. What is packed is bounded unpacked as well.
    private const int MostSent = 4 * 1024 * 1024;
    private const int MostUnpacked = 16 * 1024 * 1024;
    private const int AtOnce = 2;

    private readonly byte[] key = Encoding.UTF8.GetBytes(RandomNumberGenerator.GetHexString(32, lowercase: true));
    private readonly SemaphoreSlim turns = new(AtOnce);
    private readonly Otlp otlp;

    private OtlpReceiver(Socket socket, Secrets secrets, TimeProvider clock)
    {
        Socket = socket;
        Endpoint = (IPEndPoint)socket.LocalEndPoint!;
        Book = new TelemetryBook(clock);
        otlp = new Otlp(secrets, clock);
        Collector = new CollectorAnnotation($"http://{Endpoint}", $"{KeyHeader}={Encoding.UTF8.GetString(key)}");
        secrets.Learn(Encoding.UTF8.GetString(key));
    }

    public Socket Socket { get; }

    public IPEndPoint Endpoint { get; }

    public TelemetryBook Book { get; }

    public CollectorAnnotation Collector { get; }

    /// <summary>Its port is taken at once, so that the services can be told of it; null when none is to be had.</summary>
    public static OtlpReceiver? Reserve(Secrets secrets, TimeProvider clock)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            socket.Listen();
            return new OtlpReceiver(socket, secrets, clock);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    public async Task Receive(HttpContext context)
    {
        var request = context.Request;
        Action<byte[]>? take = request.Path.Value switch
        {
            "/v1/traces" => body => Book.Traces.Add(otlp.Traces(body)),
            "/v1/logs" => body => Book.Records.Add(otlp.Logs(body)),
            "/v1/metrics" => body => Book.Metrics.Add(otlp.Metrics(body)),
            _ => null,
        };

        // Without the key nothing is read: any page of a browser and any program may send here.
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers[KeyHeader].ToString()), key))
        {
            await Refuse(context, StatusCodes.Status401Unauthorized, "The key is not the one of this run.");
        }
        else if (take is null)
        {
            await Refuse(context, StatusCodes.Status404NotFound, "There are /v1/traces, /v1/metrics and /v1/logs.");
        }
        else if (!HttpMethods.IsPost(request.Method))
        {
            await Refuse(context, StatusCodes.Status405MethodNotAllowed, "It is sent by POST.");
        }
        else if (request.ContentType?.Split(';')[0].Trim() != Protobuf)
        {
            await Refuse(context, StatusCodes.Status415UnsupportedMediaType, "Set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf.");
        }
        else
        {
            await Take(context, take);
        }
    }

    public void Dispose() => turns.Dispose();

    private async Task Take(HttpContext context, Action<byte[]> take)
    {
        await turns.WaitAsync(context.RequestAborted);
        try
        {
            take(await Body(context));
            // An empty message: all of it was taken.
            context.Response.ContentType = Protobuf;
        }
        catch (BadHttpRequestException refused)
        {
            await Refuse(context, refused.StatusCode, refused.Message);
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or InvalidDataException)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, "It is not what the OpenTelemetry protocol describes.");
        }
        finally
        {
            turns.Release();
        }
    }

    private static async Task<byte[]> Body(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostSent;
        }

        await using var content = context.Request.Headers.ContentEncoding.ToString() switch
        {
            "" or "identity" => context.Request.Body,
            "gzip" => new GZipStream(context.Request.Body, CompressionMode.Decompress),
            _ => throw new BadHttpRequestException("It may be packed with gzip, or not.", StatusCodes.Status415UnsupportedMediaType),
        };
        using var all = new MemoryStream();
        var piece = new byte[64 * 1024];
        while (await content.ReadAsync(piece, context.RequestAborted) is var count and > 0)
        {
            if (all.Length + count > MostUnpacked)
            {
                throw new BadHttpRequestException("It is too large.", StatusCodes.Status413PayloadTooLarge);
            }

            await all.WriteAsync(piece.AsMemory(0, count), context.RequestAborted);
        }

        return all.ToArray();
    }

    /// <summary>With the reason as the protocol wants it: a message whose second field is a text.</summary>
    private static async Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = Protobuf;
        var body = new byte[CodedOutputStream.ComputeTagSize(2) + CodedOutputStream.ComputeStringSize(reason)];
        using var output = new CodedOutputStream(body);
        output.WriteTag(2, WireFormat.WireType.LengthDelimited);
        output.WriteString(reason);

        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
