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
    public static async Task<Results<Ok<PublicPost>, ProblemHttpResult>> Handle(string slug, BlogDb db, RelatedPosts related, CancellationToken cancel)
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
            DescribePost.SourcesForReaders(version.Claims))
        {
            Related = await related.To(post.Slug, db, cancel),
            Previous = await Neighbour(db, post, earlier: true, cancel),
            Next = await Neighbour(db, post, earlier: false, cancel),
        });
    }

    private static async Task<PostLink?> Neighbour(BlogDb db, Post post, bool earlier, CancellationToken cancel)
    {
        var (posts, versions) = (db.Posts, db.PostVersions);
        var published = posts.AsNoTracking().Where(other => other.PublishedVersion != null);
        var (at, id) = (post.PublishedAt, post.Id);
        var ordered = earlier
            ? published.Where(other => other.PublishedAt < at || (other.PublishedAt == at && other.Id < id)).OrderByDescending(other => other.PublishedAt).ThenByDescending(other => other.Id)
            : published.Where(other => other.PublishedAt > at || (other.PublishedAt == at && other.Id > id)).OrderBy(other => other.PublishedAt).ThenBy(other => other.Id);
        var row = await ordered
            .Take(1)
            .Join(versions, other => new { other.Id, Number = other.PublishedVersion!.Value }, version => new { Id = version.PostId, version.Number }, (other, version) => new { other.Slug, version.Title, other.PublishedAt })
            .SingleOrDefaultAsync(cancel);
        return row is null ? null : new PostLink(row.Slug, row.Title, row.PublishedAt ?? default);
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
