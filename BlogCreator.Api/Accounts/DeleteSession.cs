using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>Signs out: the session ends on the server too.</summary>
public static class DeleteSession
{
    public static async Task<NoContent> Handle(CurrentUser user, HttpContext context, BlogDb db, SecurityEvents security, CancellationToken cancel)
    {
        if (Guid.TryParse(context.User.FindFirst(SharedSignIn.SessionClaim)?.Value, out var id))
        {
            await db.Sessions.Where(session => session.Id == id && session.PersonId == user.Id).ExecuteDeleteAsync(cancel);
            security.Note(SecurityEvent.SessionEnded, "logout", user.Id, id.ToString());
        }

        await context.SignOutAsync(SharedSignIn.Scheme);
        context.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        return TypedResults.NoContent();
    }
}
