using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>Revokes an API key at once.</summary>
public static class DeleteKey
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, SecurityEvents security, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // One statement: of two who revoke it at once, one did.
        if (await db.ApiKeys.Where(key => key.Id == id && key.PersonId == user.Id).ExecuteDeleteAsync(cancel) == 0)
        {
            return Problems.NotFound("key");
        }

        db.Audit.Add(AuditEntry.Create("accounts.key-revoked", user.Id, id, null, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        security.Note(SecurityEvent.KeyRevoked, subject: id.ToString());
        return TypedResults.NoContent();
    }
}
