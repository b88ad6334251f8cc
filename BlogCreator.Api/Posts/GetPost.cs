using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>A post of the caller: its latest version with the verdict of every sentence.</summary>
public static class GetPost
{
    public static async Task<Results<Ok<PostDetails>, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, CancellationToken cancel) =>
        await DescribePost.Find(db, id, user.Id, cancel) is var (post, version)
            ? TypedResults.Ok(DescribePost.ToDetails(post, version))
            : Problems.NotFound("post");
}
