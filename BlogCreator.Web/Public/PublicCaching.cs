using System.Security.Cryptography;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace BlogCreator.Web.Public;

/// <summary>
/// Gives public pages a fingerprint. A cache keeps them and asks each time whether they are still so: an unchanged page
/// costs no body, and a publication shows at once.
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

        response.Headers.Remove(BlazorHint);
        if (response.StatusCode == StatusCodes.Status200OK && !response.Headers.ContainsKey(HeaderNames.CacheControl))
        {
            var signedIn = context.User.Identity is { IsAuthenticated: true };
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)).AsSpan(0, 12))}\"");
            response.Headers.ETag = tag.ToString();
            response.Headers.CacheControl = signedIn ? "private, no-cache" : "public, no-cache";
            response.Headers.Append(HeaderNames.Vary, HeaderNames.Cookie);
            if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any)))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.Headers.ContentType = default;
                return;
            }
        }

        if (body.Length > 0)
        {
            response.ContentLength = body.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                body.Position = 0;
                await body.CopyToAsync(response.Body, context.RequestAborted);
            }
        }
    }
}
