using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Web.Public;

public static class EvidenceJson
{
    public static async Task<Results<JsonHttpResult<PublicEvidence>, ProblemHttpResult>> Handle(string slug, BlogApi api, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(api);
        return await api.GetPublicEvidence(slug, cancel) is { } evidence
            ? TypedResults.Json(evidence, BlogApi.Json)
            : TypedResults.Problem("No published post has this address.", statusCode: StatusCodes.Status404NotFound, title: "No such post");
    }
}
