using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BlogCreator.ServiceDefaults;

/// <summary>Errors as problem details: what to do, and a trace id by which we find it; nothing of our insides.</summary>
internal static class Problems
{
    public static void AddProblems(this IHostApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Explain);
        // A request that cannot be read is the sender's mistake, in development too: an answer, not an error in our log.
        builder.Services.PostConfigure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        builder.Services.Configure<ExceptionHandlerOptions>(options =>
            options.StatusCodeSelector = exception => exception is BadHttpRequestException refused
                ? refused.StatusCode
                : StatusCodes.Status500InternalServerError);
    }

    private static void Explain(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        NoteRefusedInput(context.HttpContext, problem);
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
        problem.Detail ??= problem.Status switch
        {
            StatusCodes.Status400BadRequest when context.ProblemDetails is not HttpValidationProblemDetails =>
                "This request cannot be read. Check its address, its parameters and that its body is JSON of the shape described at /openapi/v1.json.",
            StatusCodes.Status401Unauthorized => "Sign in, or send an API key as a bearer token.",
            StatusCodes.Status403Forbidden => "You are signed in, but may not do this.",
            StatusCodes.Status404NotFound => "There is nothing at this address, or nothing that you may see.",
            StatusCodes.Status405MethodNotAllowed => "This address does not answer to this method.",
            StatusCodes.Status413PayloadTooLarge => "The request is larger than this service accepts.",
            StatusCodes.Status415UnsupportedMediaType => "This kind of content is not read here.",
            StatusCodes.Status429TooManyRequests => "Too many requests. Wait a little, then try again.",
            StatusCodes.Status500InternalServerError => "This is our mistake, and it is recorded. Try again; if it stays, report the trace id.",
            StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout =>
                "A part of the service is not available just now. Try again in a moment.",
            _ => null,
        };
    }

    /// <summary>Which fields, never what was in them.</summary>
    private static void NoteRefusedInput(HttpContext context, ProblemDetails problem)
    {
        if (problem.Status == StatusCodes.Status400BadRequest)
        {
            context.RequestServices.GetRequiredService<SecurityEvents>().NoteSeldom(
                SecurityEvent.InputRefused,
                problem.Extensions.TryGetValue("code", out var code) && code is string word ? word : problem is HttpValidationProblemDetails ? "invalid-fields" : "unreadable",
                subject: problem is HttpValidationProblemDetails { Errors: var fields } ? string.Join(", ", fields.Keys.Where(IsFieldName).Order(StringComparer.Ordinal)) : null);
        }
    }

    // A name out of a request may be anything.
    private static bool IsFieldName(string name) => name.Length <= 60 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '[' or ']' or '_');
}
