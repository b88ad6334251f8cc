using System.Reflection;
using System.Security.Claims;

namespace BlogCreator.Api.Platform;

/// <summary>Who is calling. Bound from the signed-in principal, so it is only usable on routes that require one.</summary>
public sealed record CurrentUser(Guid Id, string Name)
{
    public static ValueTask<CurrentUser?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<CurrentUser?>(From(context.User));

    public static CurrentUser? From(ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(ClaimTypes.NameIdentifier), out var id)
            ? new CurrentUser(id, principal.Identity?.Name ?? "")
            : null;
}
