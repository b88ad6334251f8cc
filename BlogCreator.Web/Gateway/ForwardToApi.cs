using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace BlogCreator.Web.Gateway;

/// <summary>Hands a request of the browser to Api as it is, so that one address is enough.</summary>
public sealed partial class ForwardToApi(
    IHttpForwarder forwarder, HttpMessageInvoker connections, SiteProfile profile, ContentVersion version, IServiceScopeFactory scopes, ILogger<ForwardToApi> logger) : IDisposable
{
    private const string UploadPath = "/api/v1/documents/upload";

    // What Api takes beside the file.
    private const int Envelope = 64 * 1024;

    // Event streams are silent while a long step runs; a proxy that gives up sooner only makes them reconnect.
    private static readonly ForwarderRequestConfig Settings = new()
    {
        ActivityTimeout = TimeSpan.FromMinutes(10),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        AllowResponseBuffering = false,
    };

    private readonly VisitorTransformer _transformer = new(version);

    public async Task Handle(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (context.Request.Path == UploadPath)
        {
            await AllowFile(context);
        }

        var error = await forwarder.SendAsync(context, GatewayFeature.Api.ToString(), connections, Settings, _transformer);
        if (error is ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (Refusal(context) is { } refused)
        {
            context.Response.Clear();
            await Refuse(refused, context);
            return;
        }

        LogApiUnreachable(logger, context.Request.Path, error);
        context.Response.Clear();
        var late = error is ForwarderError.RequestTimedOut;
        context.Response.StatusCode = late ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "5";
        await Results.Problem(
            title: late ? "The answer took too long" : "The site is starting or resting",
            detail: late
                ? "The part of Blog Creator that keeps your work did not answer in time. Nothing that was saved is lost. Try again in a moment."
                : "The part of Blog Creator that keeps your work does not answer right now. Nothing that was saved is lost. Try again in a few seconds.",
            statusCode: context.Response.StatusCode).ExecuteAsync(context);
    }

    /// <summary>
    /// Api decides how large a file may be, and the same holds here: Api would break off in the middle of what it does not
    /// want, and its answer would be lost.
    /// </summary>
    private async Task AllowFile(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } limit)
        {
            return;
        }

        try
        {
            using var scope = scopes.CreateScope();
            var site = await profile.Get(scope.ServiceProvider.GetRequiredService<BlogApi>(), context.RequestAborted);
            limit.MaxRequestBodySize = site.MaxUploadBytes + Envelope;
        }
        catch (Exception e) when (ApiAway.Explains(e))
        {
            // The forwarding meets the same and says so.
        }
    }

    private static BadHttpRequestException? Refusal(HttpContext context)
    {
        var cause = context.GetForwarderErrorFeature()?.Exception;
        return (cause as AggregateException)?.Flatten().InnerExceptions.OfType<BadHttpRequestException>().FirstOrDefault()
            ?? cause as BadHttpRequestException;
    }

    private async Task Refuse(BadHttpRequestException refused, HttpContext context)
    {
        var isFile = refused.StatusCode == StatusCodes.Status413PayloadTooLarge && context.Request.Path == UploadPath;
        await (isFile && profile.LastKnown is { MaxUploadBytes: var most }
            ? Results.Problem(
                title: "The file is too large",
                detail: string.Create(CultureInfo.InvariantCulture, $"Files up to {most / 1_048_576.0:0.##} MB are taken. Split the document, or ask whoever runs this site to raise the limit."),
                statusCode: refused.StatusCode,
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = "too-large", ["maxBytes"] = most })
            : Results.Problem(statusCode: refused.StatusCode)).ExecuteAsync(context);
    }

    public void Dispose() => connections.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "ApiUnreachable {Path} {Error}")]
    private static partial void LogApiUnreachable(ILogger logger, PathString path, ForwarderError error);

    private sealed class VisitorTransformer(ContentVersion version) : HttpTransformer
    {
        public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            HearOfChanges.In(proxyResponse, version);
            return base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        }

        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = httpContext.Request.Host.ToUriComponent();
            Visitor.Describe(httpContext, proxyRequest.Headers);
            if (httpContext.Request.Path == UploadPath)
            {
                // Who is not signed in is told so before the file is on its way.
                proxyRequest.Headers.ExpectContinue = true;
            }
        }
    }
}

/// <summary>What Api is told about the visitor. Headers the visitor wrote are replaced, never added to: they may be lies.</summary>
internal static class Visitor
{
    public static void Describe(HttpContext context, HttpRequestHeaders headers)
    {
        foreach (var claimed in (string[])["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Real-IP", RequestIds.Header])
        {
            headers.Remove(claimed);
        }

        if (context.Connection.RemoteIpAddress is { } address)
        {
            headers.TryAddWithoutValidation("X-Forwarded-For", (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
        }

        headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
        headers.TryAddWithoutValidation(RequestIds.Header, context.TraceIdentifier);
    }
}
