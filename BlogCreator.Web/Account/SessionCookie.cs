using BlogCreator.ServiceDefaults;

namespace BlogCreator.Web.Account;

/// <summary>Passes the session cookie that Api set on to the browser, and no other.</summary>
public static class SessionCookie
{
    public static void Relay(HttpResponseMessage from, HttpContext to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var name = SharedSignIn.CookieName(to.RequestServices.GetRequiredService<IHostEnvironment>());
        if (from.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            foreach (var cookie in cookies.Where(cookie => cookie.StartsWith(name, StringComparison.Ordinal)))
            {
                to.Response.Headers.Append("Set-Cookie", cookie);
            }
        }
    }
}
