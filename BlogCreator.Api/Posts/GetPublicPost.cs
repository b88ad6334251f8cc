using BlogCreator.Api.Accounts;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>A published post by its address, also by one it had before: the answer names the present one.</summary>
public static class GetPublicPost
{
    public static async Task<Results<Ok<PublicPost>, ProblemHttpResult>> Handle(string slug, BlogDb db, CancellationToken cancel)
    {
        if (await Find(db, slug, cancel) is not var (post, version))
        {
            return Problems.NotFound("post");
        }

        var author = await db.People.AsNoTracking().SingleAsync(person => person.Id == post.OwnerId, cancel);
        var summary = DescribePost.ToPublicSummary(post, version, author);
        return TypedResults.Ok(new PublicPost(
            summary.Slug,
            summary.Title,
            summary.Summary,
            RenderPost.ToHtml(version.Markdown, version.Claims, post.Slug),
            version.Markdown,
            summary.Tags,
            summary.Author,
            summary.PublishedAt,
            summary.UpdatedAt,
            summary.ReadingMinutes,
            summary.Check,
            DescribePost.Sources(version.Claims)));
    }

    internal static async Task<(Post Post, PostVersion Version)?> Find(BlogDb db, string slug, CancellationToken cancel)
    {
        var (posts, slugs, versions) = (db.Posts, db.PostSlugs, db.PostVersions);
        var row = await slugs.AsNoTracking()
            .Where(address => address.Slug == slug)
            .Join(posts, address => address.PostId, post => post.Id, (_, post) => post)
            .Where(post => post.PublishedVersion != null)
            .Join(versions, post => new { post.Id, Number = post.PublishedVersion!.Value }, version => new { Id = version.PostId, version.Number }, (post, version) => new { post, version })
            .SingleOrDefaultAsync(cancel);
        return row is null ? null : (row.post, row.version);
    }
}
