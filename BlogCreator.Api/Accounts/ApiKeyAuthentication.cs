using System.Security.Claims;
using System.Text.Encodings.Web;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Accounts;

/// <summary><c>Authorization: Bearer bc_live_...</c>. Cookies are not looked at beside it.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    BlogDb db,
    SecurityEvents security,
    TimeProvider clock) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string SchemeName = "ApiKey";
    private const string Bearer = "Bearer ";

    public static bool Applies(HttpContext context) => context.Request.Headers.Authorization.Count > 0;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            || !ApiKey.TryParse(header[Bearer.Length..].Trim(), out var id, out var secret))
        {
            return Fail("This is not an API key.", "not-a-key");
        }

        var key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == id, Context.RequestAborted);
        if (key is null || !key.Matches(secret))
        {
            // The id of no key is whatever a stranger made up: each would be news, and be kept.
            return Fail("This API key is unknown or was revoked.", "unknown-key", key?.Id);
        }

        // One conditional update: the key may be taken away between the look and the note.
        var now = clock.GetUtcNow();
        if (key.Use(now) && await db.ApiKeys.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastUsedAt, now), Context.RequestAborted) == 0)
        {
            return Fail("This API key was revoked.", "revoked-key", id);
        }

        if (await db.People.AsNoTracking().SingleOrDefaultAsync(person => person.Id == key.PersonId, Context.RequestAborted) is not { } person)
        {
            return Fail("The owner of this API key is gone.", "owner-gone", id);
        }

        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, person.Id.ToString()), new(ClaimTypes.Name, person.Name), new(ClaimTypes.Email, person.Email), new(LimitRequests.KeyClaim, id.ToString())],
            SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    private AuthenticateResult Fail(string why, string reason, Guid? key = null)
    {
        security.NoteSeldom(SecurityEvent.SignInFailed, reason, subject: key?.ToString());
        return AuthenticateResult.Fail(why);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        security.NoteNotAllowed(Context);
        return Problems.Refuse(403, "not-allowed", "Not allowed", "This key works, but this is not its holder's to do.").ExecuteAsync(Context);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Refuse(401, "unknown-key", "This API key does not work", "It is unknown or was revoked. Make a new one under Keys.").ExecuteAsync(Context);
    }
}
