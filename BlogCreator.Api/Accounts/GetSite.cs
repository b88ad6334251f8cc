using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Accounts;

/// <summary>What every page needs to know of the site; the name given at set-up wins over <c>Site__Name</c>.</summary>
public static class GetSite
{
    public static async Task<Ok<SiteDetails>> Handle(
        BlogDb db,
        IOptions<SiteOptions> options,
        IHostEnvironment environment,
        CancellationToken cancel)
    {
        var name = await db.Sites.Select(site => site.Name).SingleOrDefaultAsync(cancel);
        var setUp = await db.People.AnyAsync(person => person.IsOwner, cancel);
        return TypedResults.Ok(new SiteDetails(
            name ?? options.Value.Name,
            setUp,
            !setUp && !environment.IsDevelopment(),
            options.Value.MaxUploadBytes));
    }
}
