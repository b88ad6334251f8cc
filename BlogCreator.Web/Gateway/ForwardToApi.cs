using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace BlogCreator.Web.Gateway;

/// <summary>Hands a request of the browser to Api as it is, so that one address is enough.</summary>
public sealed partial class ForwardToApi(IHttpForwarder forwarder, HttpMessageInvoker connections, ILogger<ForwardToApi> logger) : IDisposable
{
    // Event streams are silent while a long step runs; a proxy that gives up sooner only makes them reconnect.
    private static readonly ForwarderRequestConfig Settings = new()
    {
        ActivityTimeout = TimeSpan.FromMinutes(10),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        AllowResponseBuffering = false,
    };

    private static readonly VisitorTransformer Transformer = new();

    public async Task Handle(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var error = await forwarder.SendAsync(context, GatewayFeature.Api.ToString(), connections, Settings, Transformer);
        if (error is ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
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

    public void Dispose() => connections.Dispose();

    [LoggerMessage(Level = LogLevel.Warning, Message = "ApiUnreachable {Path} {Error}")]
    private static partial void LogApiUnreachable(ILogger logger, PathString path, ForwarderError error);

    private sealed class VisitorTransformer : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Headers.Host = httpContext.Request.Host.ToUriComponent();
            Visitor.Describe(httpContext, proxyRequest.Headers);
        }
    }
}

/// <summary>What Api is told about the visitor. Headers the visitor wrote are replaced, never added to: they may be lies.</summary>
internal static class Visitor
{
    public static void Describe(HttpContext context, HttpRequestHeaders headers)
    {
        foreach (var claimed in (string[])["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Real-IP"])
        {
            headers.Remove(claimed);
        }

        if (context.Connection.RemoteIpAddress is { } address)
        {
            headers.TryAddWithoutValidation("X-Forwarded-For", (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString());
        }

        headers.TryAddWithoutValidation("X-Forwarded-Proto", context.Request.Scheme);
    }
}
