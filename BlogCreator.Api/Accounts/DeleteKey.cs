using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>Revokes an API key at once.</summary>
public static class DeleteKey
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        if (await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id && key.PersonId == user.Id, cancel) is not { } key)
        {
            return Problems.NotFound("key");
        }

        db.ApiKeys.Remove(key);
        db.Audit.Add(AuditEntry.Create("accounts.key-revoked", user.Id, id, null, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancel);
        return TypedResults.NoContent();
    }
}
