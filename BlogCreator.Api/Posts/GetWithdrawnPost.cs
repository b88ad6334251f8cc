using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>Whether readers could once see a post at this address and cannot any more. Drafts are not told of.</summary>
public static class GetWithdrawnPost
{
    public static async Task<Results<Ok<PostAddress>, ProblemHttpResult>> Handle(string slug, BlogDb db, CancellationToken cancel)
    {
        var (posts, slugs) = (db.Posts, db.PostSlugs);
        var post = await slugs.AsNoTracking()
            .Where(address => address.Slug == slug)
            .Join(posts, address => address.PostId, post => post.Id, (_, post) => post)
            .Where(post => post.PublishedVersion == null && post.PublishedAt != null)
            .SingleOrDefaultAsync(cancel);
        return post is null ? Problems.NotFound("post") : TypedResults.Ok(new PostAddress(slug, post.UpdatedAt));
    }
}
