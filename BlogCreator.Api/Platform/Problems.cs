using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Platform;

/// <summary>
/// Refusals as RFC 9457 problem details. <c>code</c> is for programs and does not change; <c>detail</c> says in plain
/// words what happened and what to do.
/// </summary>
public static class Problems
{
    public static ProblemHttpResult Refuse(int status, string code, string title, string detail, params (string Name, object? Value)[] more)
    {
        var extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code };
        foreach (var (name, value) in more)
        {
            extensions[name] = value;
        }

        return TypedResults.Problem(detail, statusCode: status, title: title, extensions: extensions);
    }

    /// <summary>The same answer for what does not exist and for what belongs to someone else.</summary>
    public static ProblemHttpResult NotFound(string what) =>
        Refuse(StatusCodes.Status404NotFound, "not-found", "Not found", $"There is no such {what}, or it is not yours.");

    public static ProblemHttpResult Invalid(string code, string detail) =>
        Refuse(StatusCodes.Status400BadRequest, code, "This request cannot be used", detail);
}
