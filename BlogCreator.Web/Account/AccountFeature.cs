using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;

namespace BlogCreator.Web.Account;

/// <summary>Set-up, signing in and out, and the keys of programs. Api owns the accounts; these pages pass its cookie on.</summary>
public static class AccountFeature
{
    public const string SignInPath = "/account/sign-in";

    public static void AddAccount(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddSharedSignIn(cookie =>
        {
            cookie.LoginPath = SignInPath;
            cookie.AccessDeniedPath = SignInPath;
            cookie.ReturnUrlParameter = "returnUrl";
        });
        builder.Services.AddAuthorization();
    }

    /// <summary>A session that Api has ended still has a readable cookie: the first refusal leads to the sign-in page.</summary>
    public static void UseSignInAgain(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (ApiProblemException e) when (e.Status is System.Net.HttpStatusCode.Unauthorized && !context.Response.HasStarted)
            {
                var back = HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "/studio";
                context.Response.Redirect($"{SignInPath}?returnUrl={Uri.EscapeDataString(back)}");
            }
        });
    }

    public static void MapAccount(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapPost("/account/sign-out", SignOut.Handle).ExcludeFromDescription();
    }
}
