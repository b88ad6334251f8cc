using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using BlogCreator.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Accounts;

/// <summary>A new API key, shown this once.</summary>
public static class CreateKey
{
    public static async Task<Created<CreatedKey>> Handle(CreateKeyRequest request, CurrentUser user, BlogDb db, SecurityEvents security, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var (key, text) = ApiKey.Create(user.Id, request.Name, now);
        db.ApiKeys.Add(key);
        db.Audit.Add(AuditEntry.Create("accounts.key-created", user.Id, key.Id, null, now));
        await db.SaveChangesAsync(cancel);
        security.Note(SecurityEvent.KeyCreated, subject: key.Id.ToString());
        return TypedResults.Created($"/api/v1/keys/{key.Id}", new CreatedKey(key.Id, text));
    }
}
