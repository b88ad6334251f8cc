using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>The addresses of all published posts, part by part, for sitemaps. The oldest come first, so that a new post changes the last part only.</summary>
public static class ListPostAddresses
{
    /// <summary>
    /// A sitemap may hold 50,000 addresses and 50 MB. A post has two, and the longest title in a script that has to be
    /// escaped takes a kilobyte of each.
    /// </summary>
    private const int PerPart = 20_000;

    public static async Task<Ok<PostAddresses>> Handle(int? part, BlogDb db, CancellationToken cancel)
    {
        var (posts, versions) = (db.Posts, db.PostVersions);
        var published = posts.AsNoTracking().Where(post => post.PublishedVersion != null);
        var count = await published.CountAsync(cancel);
        var parts = Math.Max(1, (count + PerPart - 1) / PerPart);
        var number = part ?? 1;
        if (number < 1 || number > parts)
        {
            return TypedResults.Ok(new PostAddresses(parts, []));
        }

        var rows = await published
            .Join(versions, post => new { post.Id, Number = post.PublishedVersion!.Value }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post.Id, post.Slug, version.CreatedAt })
            .OrderBy(row => row.Id)
            .Skip((number - 1) * PerPart)
            .Take(PerPart)
            .ToListAsync(cancel);
        return TypedResults.Ok(new PostAddresses(parts, [.. rows.Select(row => new PostAddress(row.Slug, row.CreatedAt))]));
    }
}
