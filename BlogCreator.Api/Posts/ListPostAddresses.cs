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

    public static async Task<Ok<PostAddresses>> Handle(int? part, BlogDb db, WhilePublished<Parts> known, CancellationToken cancel)
    {
        var parts = await known.Get(db, () => Divide(db, cancel), cancel);
        var number = part ?? 1;
        var most = Math.Max(1, parts.First.Count);
        if (number < 1 || number > parts.First.Count)
        {
            return TypedResults.Ok(new PostAddresses(most, []));
        }

        var (posts, versions, first) = (db.Posts, db.PostVersions, parts.First[number - 1]);
        var rows = await posts.AsNoTracking()
            .Where(post => post.PublishedVersion != null && post.Id >= first)
            .OrderBy(post => post.Id)
            .Take(PerPart)
            .Join(versions, post => new { post.Id, Number = post.PublishedVersion!.Value }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post.Id, post.Slug, version.CreatedAt })
            .OrderBy(row => row.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(new PostAddresses(most, [.. rows.Select(row => new PostAddress(row.Slug, row.CreatedAt))]));
    }

    private static async Task<Parts> Divide(BlogDb db, CancellationToken cancel) => new(await db.Database.SqlQuery<Guid>(
        $"""
        SELECT numbered."Id" AS "Value" FROM (
            SELECT "Id", ROW_NUMBER() OVER (ORDER BY "Id") AS "Number" FROM "Posts" WHERE "PublishedVersion" IS NOT NULL) numbered
        WHERE (numbered."Number" - 1) % {PerPart} = 0 ORDER BY numbered."Id"
        """).ToListAsync(cancel));

    /// <summary>The first post of each part.</summary>
    public sealed record Parts(IReadOnlyList<Guid> First);
}
