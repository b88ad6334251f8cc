using BlogCreator.Contracts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Web.Studio;

/// <summary>Asks for the sample documents and leads to the post that is written from them.</summary>
public static class AddSamples
{
    public static async Task<Results<RedirectHttpResult, ProblemHttpResult>> Handle(
        HttpContext context, IAntiforgery antiforgery, BlogApi api, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(antiforgery);
        ArgumentNullException.ThrowIfNull(api);
        if (!await antiforgery.IsRequestValidAsync(context))
        {
            return TypedResults.Problem("This request did not come from a page of this site, or the page was old. Go back, reload it and try again.", statusCode: StatusCodes.Status400BadRequest, title: "Nothing was added");
        }

        var samples = await api.AddSamples(cancel);
        return TypedResults.Redirect(samples.PostId is { } post ? $"/studio/posts/{post}" : $"/studio/generations/{samples.GenerationId}");
    }
}
