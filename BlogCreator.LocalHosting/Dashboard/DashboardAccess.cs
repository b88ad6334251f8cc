using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>
/// Who may see the dashboard: whoever has the link that the engine printed. Being on this machine is not enough, since other
/// people and programs may be on it too; and a page of another site in the same browser is not asked for by its visitor.
/// </summary>
internal sealed class DashboardAccess
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    private readonly byte[] token;
    private readonly bool isAnonymous;
    private readonly HashSet<string> hosts;
    private readonly string cookie;

    public DashboardAccess(EngineSettings settings, int port)
    {
        Token = settings.DashboardToken is { Length: > 0 } chosen ? chosen : Kept(Path.Combine(settings.DataDirectory, "dashboard.token"));
        token = Encoding.UTF8.GetBytes(Token);
        isAnonymous = settings.IsDashboardAnonymous;
        var number = port.ToString(CultureInfo.InvariantCulture);
        hosts = new HashSet<string>([$"localhost:{number}", $"127.0.0.1:{number}", $"[::1]:{number}"], StringComparer.OrdinalIgnoreCase);

        // Cookies do not know ports: two dashboards on one machine need two names.
        cookie = $"dashboard-{number}";
        LoginAddress = isAnonymous ? $"http://localhost:{number}" : $"http://localhost:{number}/login?t={Uri.EscapeDataString(Token)}";
    }

    public string Token { get; }

    public string LoginAddress { get; }

    /// <summary>Goes with every form, and is worth nothing as a cookie.</summary>
    public string FormToken => Derived("form");

    /// <summary>A name that resolves to this machine without being one of its own is how a foreign site would reach us.</summary>
    public bool IsOwnHost(HttpRequest request) => hosts.Contains(request.Host.Value ?? "");

    public bool IsSignedIn(HttpRequest request) => isAnonymous || IsSame(request.Cookies[cookie], Derived("cookie"));

    /// <summary>For a request that changes something: from our own page, with the token of our own form.</summary>
    public bool IsFromOwnPage(HttpRequest request, string? formToken) =>
        (request.Headers.Origin.Count == 0 || request.Headers.Origin == $"http://{request.Host.Value}")
        && request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin"
        && IsSame(formToken, FormToken);

    public bool SignIn(HttpContext context, string? given)
    {
        if (!IsSame(given, Token))
        {
            return false;
        }

        context.Response.Cookies.Append(cookie, Derived("cookie"), new CookieOptions
        {
            HttpOnly = true,
            // Not Strict: the link may be opened from a page that shows the engine's output.
            SameSite = SameSiteMode.Lax,
            MaxAge = Remembered,
            IsEssential = true,
        });
        return true;
    }

    private string Derived(string purpose) => Convert.ToHexStringLower(HMACSHA256.HashData(token, Encoding.UTF8.GetBytes(purpose)));

    private static bool IsSame(string? given, string expected) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    /// <summary>Kept with the data, so that an open page goes on after the app was started anew.</summary>
    private static string Kept(string path)
    {
        var made = RandomNumberGenerator.GetHexString(32, lowercase: true);
        try
        {
            if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 32 } kept)
            {
                return kept;
            }

            File.Delete(path);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new StreamWriter(path, options);
            file.Write(made);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Then it is good for this run only.
        }

        return made;
    }
}
