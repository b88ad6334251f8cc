using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Web.Account;

public static class SignOut
{
    public static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Handle(
        HttpContext context, IAntiforgery antiforgery, BlogApi api, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(antiforgery);
        ArgumentNullException.ThrowIfNull(api);
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return TypedResults.Problem("This request did not come from a page of this site, or the page was old. Go back, reload it and try again.", statusCode: StatusCodes.Status400BadRequest, title: "Not signed out");
        }

        try
        {
            // Api ends the session; without its answer the cookie is still taken from this browser.
            using var answer = await api.SignOut(cancel);
        }
        catch (Exception e) when (ApiAway.Explains(e))
        {
        }

        await context.SignOutAsync(SharedSignIn.Scheme);
        return TypedResults.Redirect("/");
    }
}
