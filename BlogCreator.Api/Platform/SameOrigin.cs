using BlogCreator.ServiceDefaults;

namespace BlogCreator.Api.Platform;

/// <summary>
/// Refuses an unsafe request that a foreign page made a browser send (design, "Cross-site requests"). A request with an
/// API key carries no ambient authority and passes; one without the browser's headers comes from a program and is judged
/// by its cookie or key alone.
/// </summary>
public static class SameOrigin
{
    public static IApplicationBuilder UseSameOrigin(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (IsForeign(context.Request))
        {
            context.RequestServices.GetRequiredService<SecurityEvents>().NoteSeldom(SecurityEvent.ForeignOrigin);
            await Problems.Refuse(
                StatusCodes.Status403Forbidden,
                "foreign-origin",
                "Refused",
                "This request came from a page of another site. Open this site in the browser and try again there.").ExecuteAsync(context);
            return;
        }

        await next(context);
    });

    private static bool IsForeign(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
        {
            // A WebSocket is opened with GET and is not bound by the same-origin policy.
            return request.HttpContext.WebSockets.IsWebSocketRequest && HasForeignOrigin(request);
        }

        if (request.Headers.Authorization.Count > 0)
        {
            return false;
        }

        return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" || HasForeignOrigin(request);
    }

    private static bool HasForeignOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
