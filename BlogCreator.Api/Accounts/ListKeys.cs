using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Accounts;

/// <summary>The caller's API keys, without their secrets.</summary>
public static class ListKeys
{
    public static async Task<Ok<IReadOnlyList<KeySummary>>> Handle(CurrentUser user, BlogDb db, CancellationToken cancel) =>
        TypedResults.Ok<IReadOnlyList<KeySummary>>(await db.ApiKeys
            .Where(key => key.PersonId == user.Id)
            .OrderByDescending(key => key.CreatedAt)
            .Select(key => new KeySummary(key.Id, key.Name, key.CreatedAt, key.LastUsedAt))
            .ToListAsync(cancel));
}
