using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Posts;

/// <summary>How an edited text would look and what the check would say; nothing is stored.</summary>
public static class PreviewPost
{
    public static async Task<Results<Ok<PreviewDetails>, ProblemHttpResult>> Handle(
        Guid id,
        PreviewRequest request,
        CurrentUser user,
        BlogDb db,
        CancellationToken cancel)
    {
        if (EditPost.Refusal("preview", request.Markdown) is { } refusal)
        {
            return refusal;
        }

        var slug = await db.Posts.Where(post => post.Id == id && post.OwnerId == user.Id && post.DeletedAt == null).Select(post => post.Slug).SingleOrDefaultAsync(cancel);
        if (slug is null)
        {
            return Problems.NotFound("post");
        }

        var markdown = request.Markdown.ReplaceLineEndings("\n");
        var claims = CheckPost.Run(markdown, await DescribePost.Citations(db, id, cancel));
        return TypedResults.Ok(new PreviewDetails(RenderPost.ToHtml(markdown, claims, slug), CheckPost.Summarise(claims), claims));
    }
}
