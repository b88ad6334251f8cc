using System.Net;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Web.Studio;

/// <summary>
/// The buttons of the page of operations. Not forms of that page: by the time one is pressed, the page may no longer hold
/// what it was about, and a form that is not there cannot be sent.
/// </summary>
public static class RetryWork
{
    public static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Handle(
        HttpContext context, IAntiforgery antiforgery, BlogApi api, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(antiforgery);
        ArgumentNullException.ThrowIfNull(api);
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return TypedResults.Problem("This request did not come from a page of this site, or the page was old. Go back, reload it and try again.", statusCode: StatusCodes.Status400BadRequest, title: "Nothing was tried again");
        }

        var form = await context.Request.ReadFormAsync(cancel);
        try
        {
            return TypedResults.Redirect("/studio/operations?" + await Retry(form, api, cancel));
        }
        catch (ApiProblemException refused) when (refused.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests))
        {
            var code = refused.Problem.More?.TryGetValue("code", out var said) == true && said.ValueKind is System.Text.Json.JsonValueKind.String ? said.GetString() : "";
            return TypedResults.Redirect("/studio/operations?refused=" + Uri.EscapeDataString(code is { Length: > 0 } ? code : "other"));
        }
    }

    private static async Task<string> Retry(IFormCollection form, BlogApi api, CancellationToken cancel)
    {
        if (Guid.TryParse(form["job"], out var job))
        {
            await api.RetryJob(job, cancel);
            return "retried=1";
        }

        if (Guid.TryParse(form["failure"], out var failure) && form["kind"].ToString() is { Length: > 0 } kind)
        {
            await api.RetryFailure(kind, failure, cancel);
            return "retried=1";
        }

        if (form["all"] == "true")
        {
            var all = await api.RetryDeadJobs(cancel);
            return FormattableString.Invariant($"retried={all.Retried}&left={all.Left}");
        }

        return "refused=not-found";
    }
}
