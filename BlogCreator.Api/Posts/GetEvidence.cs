using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>What every sentence of the latest version rests on.</summary>
public static class GetEvidence
{
    public static async Task<Results<Ok<EvidenceReport>, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, CancellationToken cancel) =>
        await DescribePost.Find(db, id, user.Id, cancel) is var (_, version)
            ? TypedResults.Ok(new EvidenceReport(version.Claims, DescribePost.Sources(version.Claims)))
            : Problems.NotFound("post");
}
