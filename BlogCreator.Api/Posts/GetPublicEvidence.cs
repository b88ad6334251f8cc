using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>What every sentence of a published post rests on, open to every reader.</summary>
public static class GetPublicEvidence
{
    public static async Task<Results<Ok<PublicEvidence>, ProblemHttpResult>> Handle(string slug, BlogDb db, CancellationToken cancel) =>
        await GetPublicPost.Find(db, slug, cancel) is var (post, version)
            ? TypedResults.Ok(new PublicEvidence(post.Slug, version.Title, new CheckSummary(version.Supported, version.Checked), version.Claims, DescribePost.Sources(version.Claims)))
            : Problems.NotFound("post");
}
