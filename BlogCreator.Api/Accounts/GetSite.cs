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
        CancellationToken cancel) => TypedResults.Ok(await Describe(db, options.Value, environment, cancel));

    internal static async Task<SiteDetails> Describe(BlogDb db, SiteOptions options, IHostEnvironment environment, CancellationToken cancel)
    {
        var site = await db.Sites.AsNoTracking().SingleOrDefaultAsync(cancel);
        var setUp = await db.People.AnyAsync(person => person.IsOwner, cancel);
        return new SiteDetails(
            site?.Name ?? options.Name,
            setUp,
            !setUp && !environment.IsDevelopment(),
            options.MaxUploadBytes,
            site?.Tagline);
    }
}
