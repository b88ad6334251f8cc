using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Posts;

/// <summary>Checks the latest version anew and answers the verdicts; nothing is stored.</summary>
public static class RecheckPost
{
    public static async Task<Results<Ok<EvidenceReport>, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        if (await DescribePost.Find(db, id, user.Id, cancel) is not var (_, version))
        {
            return Problems.NotFound("post");
        }

        var claims = CheckPost.Run(version.Markdown, await DescribePost.Citations(db, id, cancel));
        CountVerdicts.Run(claims);
        return TypedResults.Ok(new EvidenceReport(claims, DescribePost.Sources(claims)));
    }
}
