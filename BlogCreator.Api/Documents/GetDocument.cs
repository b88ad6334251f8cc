using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>One document of the caller and how far reading it has come.</summary>
public static class GetDocument
{
    public static async Task<Results<Ok<DocumentDetails>, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, CancellationToken cancel) =>
        await db.Documents.AsNoTracking().SingleOrDefaultAsync(document => document.Id == id && document.OwnerId == user.Id, cancel) is { } document
            ? TypedResults.Ok(DescribeDocument.ToDetails(document))
            : Problems.NotFound("document");
}
