using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace BlogCreator.ServiceDefaults;

/// <summary>The same headers on every answer, errors included. HSTS belongs to whoever ends TLS.</summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "manifest-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        // Development is plain http, whose own scripts and styles a browser would then look for under https.
        var policy = app.Environment.IsDevelopment() ? Policy : Policy + "; upgrade-insecure-requests";
        app.Use((context, next) =>
        {
            // Registered first, so it runs last, and also when an error handler has cleared the answer.
            context.Response.OnStarting(
                static state =>
                {
                    var (response, policy) = ((HttpResponse, string))state;
                    Assign(response.Headers, policy);
                    return Task.CompletedTask;
                },
                (context.Response, policy));
            return next(context);
        });
    }

    /// <summary>Assigned, not appended: two policies, or two opinions on frames, are worse than one.</summary>
    private static void Assign(IHeaderDictionary headers, string policy)
    {
        if (headers.ContentSecurityPolicy.Count == 0 || !IsWholePolicy(headers.ContentSecurityPolicy.ToString()))
        {
            headers.ContentSecurityPolicy = policy;
        }

        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "0";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        headers.TryAdd("Referrer-Policy", "strict-origin-when-cross-origin");
        headers.Remove(HeaderNames.Server);
        headers.Remove(HeaderNames.XPoweredBy);
    }

    /// <summary>
    /// A page with a nonce, or a file in a sandbox, brings a policy of its own. Blazor's <c>frame-ancestors 'self'</c> alone
    /// is none: it would leave everything else open.
    /// </summary>
    private static bool IsWholePolicy(string policy) =>
        policy.Split([';', ','], StringSplitOptions.TrimEntries).Any(directive =>
            directive.StartsWith("default-src ", StringComparison.OrdinalIgnoreCase) ||
            directive.StartsWith("sandbox", StringComparison.OrdinalIgnoreCase));
}
