using BlogCreator.ServiceDefaults;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace BlogCreator.Web.Gateway;

/// <summary>
/// Calls Api in the name of the person whose page is made: their session cookie, and no other, in the studio and on the
/// account pages. Public pages are the same for everybody, so they call without it.
/// </summary>
internal sealed class ActAsCaller(IHttpContextAccessor accessor, IHostEnvironment env) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (accessor.HttpContext is { } context)
        {
            Visitor.Describe(context, request.Headers);
            if (SiteArea.IsPersonal(context.Request.Path))
            {
                PassCookie(context, request);
            }
        }

        return base.SendAsync(request, cancellationToken);
    }

    private void PassCookie(HttpContext context, HttpRequestMessage request)
    {
        var name = SharedSignIn.CookieName(env);
        var reader = new ChunkingCookieManager();
        if (reader.GetRequestCookie(context, name) is not { Length: > 0 } session)
        {
            return;
        }

        // A browser that sends the cookie in parts means one value; a single header line has no limit of 4 KB.
        request.Headers.TryAddWithoutValidation("Cookie", $"{name}={session}");
    }
}
