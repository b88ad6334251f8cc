using System.Security.Cryptography;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Net.Http.Headers;

namespace BlogCreator.Web.Public;

/// <summary>
/// Gives public pages a fingerprint. A browser keeps them and asks each time whether they are still so: an unchanged page
/// costs no body, and a publication shows at once. Runs only where the output cache has nothing to serve; what it makes is
/// what the cache then keeps.
/// </summary>
public static class PublicCaching
{
    // Meant for Blazor's own script, which no page here loads.
    private const string BlazorHint = "blazor-enhanced-nav";

    public static void UsePublicCaching(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use((context, next) => context.GetEndpoint()?.Metadata.GetMetadata<PublicPageAttribute>() is null
            ? Private(context, next)
            : Fingerprinted(context, next));
    }

    private static Task Private(HttpContext context, RequestDelegate next)
    {
        if (SiteArea.IsPersonal(context.Request.Path))
        {
            // Last of all, since antiforgery sets a weaker rule of its own while the page is made.
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.CacheControl = "no-store";
                context.Response.Headers.Remove(BlazorHint);
                return Task.CompletedTask;
            });
        }

        return next(context);
    }

    private static async Task Fingerprinted(HttpContext context, RequestDelegate next)
    {
        PageRequests.Made(context);
        var response = context.Response;
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new MemoryStream();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(body, original));
        try
        {
            await next(context);
            await context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
        }
        finally
        {
            context.Features.Set(original);
        }

        // A component whose wait was given up shows what it had, and calls that well: a page that lacks its text must not be kept.
        context.RequestAborted.ThrowIfCancellationRequested();

        response.Headers.Remove(BlazorHint);
        var encoding = PageEncoding.IsWorth(response.ContentType, body.Length) && !response.Headers.ContainsKey(HeaderNames.ContentEncoding) ? PageEncoding.Of(context.Request) : "";
        if (response.StatusCode == StatusCodes.Status200OK && !response.Headers.ContainsKey(HeaderNames.CacheControl))
        {
            var signedIn = context.User.Identity is { IsAuthenticated: true };
            // One for each encoding: a tag stands for bytes.
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)).AsSpan(0, 12))}{encoding}\"");
            response.Headers.ETag = tag.ToString();
            response.Headers.CacheControl = signedIn ? "private, no-cache" : "public, no-cache";
            response.Headers.Append(HeaderNames.Vary, $"{HeaderNames.Cookie}, {HeaderNames.AcceptEncoding}");
            // What is about to be kept has to be whole; the cache itself answers 304 from then on.
            if (context.Features.Get<IOutputCacheFeature>() is not { Context.AllowCacheStorage: true } && context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.Headers.ContentType = default;
                return;
            }
        }

        if (body.Length > 0)
        {
            await Send(context, body, encoding);
        }
    }
    private static async Task Send(HttpContext context, MemoryStream body, string encoding)
    {
        var response = context.Response;
        var sent = encoding.Length == 0 ? body : await PageEncoding.Compress(body, encoding, context.RequestAborted);
        if (encoding.Length > 0)
        {
            response.Headers.ContentEncoding = encoding;
        }

        if (context.Features.Get<IOutputCacheFeature>() is { Context.AllowCacheStorage: true } && response.StatusCode == StatusCodes.Status200OK && response.Headers.ETag.Count > 0)
        {
            PageMemory.Keep(context, sent.ToArray(), encoding);
        }

        response.ContentLength = sent.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            sent.Position = 0;
            await sent.CopyToAsync(response.Body, context.RequestAborted);
        }
    }
}
