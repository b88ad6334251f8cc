using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Accounts;

/// <summary>Changes the site's name and its line of purpose. Only the owner may.</summary>
public static class EditSite
{
    public static async Task<Results<Ok<SiteDetails>, ProblemHttpResult>> Handle(
        EditSiteRequest request,
        CurrentUser user,
        BlogDb db,
        IOptions<SiteOptions> options,
        IHostEnvironment environment,
        TimeProvider clock,
        CancellationToken cancel)
    {
        if (CleanLine.Of(request.Name) is not { Length: > 0 } name)
        {
            return Problems.Invalid("site-name", "Give the site a name.");
        }

        var site = await db.Sites.SingleAsync(cancel);
        (site.Name, site.Tagline) = (name, CleanLine.Of(request.Tagline) is { Length: > 0 } line ? line : null);
        var now = clock.GetUtcNow();
        db.NoteChange("accounts.site-changed", null, now);
        db.Audit.Add(AuditEntry.Create("accounts.site-changed", user.Id, null, null, now));
        await db.SaveChangesAsync(cancel);
        return TypedResults.Ok(await GetSite.Describe(db, options.Value, environment, cancel));
    }
}
