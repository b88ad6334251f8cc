using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>The caller's documents, newest first.</summary>
public static class ListDocuments
{
    public static async Task<Ok<Page<DocumentDetails>>> Handle(Guid? after, int? limit, CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        var take = Paging.Limit(limit);
        var documents = await db.Documents.AsNoTracking()
            .Where(document => document.OwnerId == user.Id && (after == null || document.Id < after))
            .OrderByDescending(document => document.Id)
            .Take(take + 1)
            .ToListAsync(cancel);
        return TypedResults.Ok(documents.ToPage(take, DescribeDocument.ToDetails, document => document.Id.ToString()));
    }
}
