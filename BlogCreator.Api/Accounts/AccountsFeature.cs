using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>Settings <c>Site__*</c>.</summary>
public sealed class SiteOptions
{
    private const string Unnamed = "Blog Creator";

    /// <summary>Empty means unset, as it comes from a deployment that leaves it open.</summary>
    [Required, StringLength(80)]
    public string Name { get; set => field = string.IsNullOrWhiteSpace(value) ? Unnamed : value; } = Unnamed;

    /// <summary>Where readers reach the site, for feeds and sitemaps; the request's own address when empty.</summary>
    [Url]
    public string? BaseUrl { get; set => field = string.IsNullOrWhiteSpace(value) ? null : value; }

    /// <summary>Filled from <c>Uploads__MaxBytes</c>.</summary>
    internal long MaxUploadBytes { get; set; }
}

/// <summary>People, their sessions and API keys, and the site they belong to.</summary>
public static class AccountsFeature
{
    private const string EitherScheme = "Either";

    public static IHostApplicationBuilder AddAccounts(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<SetupOptions>().BindConfiguration("Setup");
        services.AddOptions<SiteOptions>().BindConfiguration("Site").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IPasswordHasher<Person>, PasswordHasher<Person>>();
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 210_000);
        builder.AddSharedSignIn(cookie =>
        {
            cookie.Events.OnRedirectToLogin = Answer(StatusCodes.Status401Unauthorized);
            cookie.Events.OnRedirectToAccessDenied = Answer(StatusCodes.Status403Forbidden);
            cookie.Events.OnValidatePrincipal = RefuseEndedSession;
        })
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null)
            .AddPolicyScheme(EitherScheme, null, either => either.ForwardDefaultSelector = context =>
                ApiKeyAuthentication.Applies(context) ? ApiKeyAuthentication.SchemeName : SharedSignIn.Scheme);
        services.Configure<AuthenticationOptions>(options => options.DefaultScheme = EitherScheme);
        services.AddSingleton<ActiveUsers>();
        services.AddReport<ReportOnSignIn>();
        services.CountFromZero(CreateSession.SignIns, "outcome", "success", "refused", "locked");
        services.AddHttpContextAccessor();
        services.AddScoped<IAuthorizationHandler, OwnerOnly>();
        services.AddAuthorizationBuilder().AddPolicy(Policies.Owner, policy => policy.RequireAuthenticatedUser().AddRequirements(new OwnerOnly.Requirement()));
        return builder;
    }

    public static void UseActiveUsers(this WebApplication app)
    {
        var active = app.Services.GetRequiredService<ActiveUsers>();
        app.Use((context, next) =>
        {
            active.Note(context.User);
            return next(context);
        });
    }

    public static void MapAccounts(this IEndpointRouteBuilder api)
    {
        var open = api.MapGroup("").WithTags("Accounts");
        open.MapGet("/site", GetSite.Handle).WithName(nameof(GetSite))
            // One row, which Web asks for once a version for all its visitors: it must not be refused because of one of them.
            .DisableRateLimiting();
        open.MapPost("/setup", SetUpSite.Handle).WithName(nameof(SetUpSite)).LimitedBy(RateLimit.SignIn);
        open.MapPost("/session", CreateSession.Handle).WithName(nameof(CreateSession)).LimitedBy(RateLimit.SignIn);

        var own = api.MapGroup("").WithTags("Accounts").RequireAuthorization();
        own.MapGet("/session", GetSession.Handle).WithName(nameof(GetSession));
        own.MapDelete("/session", DeleteSession.Handle).WithName(nameof(DeleteSession));
        own.MapPut("/profile", EditProfile.Handle).WithName(nameof(EditProfile));
        own.MapPut("/site", EditSite.Handle).WithName(nameof(EditSite)).RequireAuthorization(Policies.Owner);
        own.MapGet("/keys", ListKeys.Handle).WithName(nameof(ListKeys));
        own.MapPost("/keys", CreateKey.Handle).WithName(nameof(CreateKey)).LimitedBy(RateLimit.CreateKey);
        own.MapDelete("/keys/{id:guid}", DeleteKey.Handle).WithName(nameof(DeleteKey));
    }

    private static Func<RedirectContext<CookieAuthenticationOptions>, Task> Answer(int status) => context =>
    {
        if (status == StatusCodes.Status403Forbidden)
        {
            context.HttpContext.RequestServices.GetRequiredService<SecurityEvents>().NoteNotAllowed(context.HttpContext);
        }

        return Problems.Refuse(
            status,
            status == 401 ? "not-signed-in" : "not-allowed",
            status == 401 ? "Sign in first" : "Not allowed",
            status == 401 ? "Sign in, or send an API key as 'Authorization: Bearer ...'." : "You are signed in, but this is not yours to do.").ExecuteAsync(context.HttpContext);
    };

    internal static void NoteNotAllowed(this SecurityEvents security, HttpContext context) =>
        security.NoteSeldom(SecurityEvent.NotAllowed, subject: context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName);

    private static async Task RefuseEndedSession(CookieValidatePrincipalContext context)
    {
        var db = context.HttpContext.RequestServices.GetRequiredService<BlogDb>();
        var now = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var session = Guid.TryParse(context.Principal?.FindFirst(SharedSignIn.SessionClaim)?.Value, out var id)
            ? await db.Sessions.AsNoTracking().SingleOrDefaultAsync(session => session.Id == id, context.HttpContext.RequestAborted)
            : null;
        if (session is null || session.IsOver(now))
        {
            NoteEnd(context, session, id);
            context.RejectPrincipal();
            return;
        }

        // One conditional update: it may be ended, here or in another window, between the look and the note.
        if (session.See(now)
            && await db.Sessions.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, now), context.HttpContext.RequestAborted) == 0)
        {
            context.RejectPrincipal();
        }
    }

    private static void NoteEnd(CookieValidatePrincipalContext context, Session? session, Guid id)
    {
        var security = context.HttpContext.RequestServices.GetRequiredService<SecurityEvents>();
        var person = Guid.TryParse(context.Principal?.FindFirst(ClaimTypes.NameIdentifier)?.Value, out var holder) ? holder : (Guid?)null;
        if (session is null)
        {
            security.NoteSeldom(SecurityEvent.SessionUsedAfterEnd, "signed-out", person, id.ToString());
        }
        else
        {
            security.NoteSeldom(SecurityEvent.SessionEnded, "timeout", person, id.ToString());
        }
    }
}
