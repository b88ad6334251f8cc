using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Documents;

/// <summary>What can be cited of a document, in its order; with <c>page</c> from that page of the original on.</summary>
public static class ListPassages
{
    public static async Task<Results<Ok<Page<PassageDetails>>, ProblemHttpResult>> Handle(
        Guid id, int? after, int? limit, int? page, CurrentUser user, BlogDb db, CancellationToken cancel)
    {
        if (!await db.Documents.AnyAsync(document => document.Id == id && document.OwnerId == user.Id, cancel))
        {
            return Problems.NotFound("document");
        }

        var take = Paging.Limit(limit);
        var passages = await db.Passages.AsNoTracking()
            .Where(passage => passage.DocumentId == id && (after == null || passage.Order > after) && (page == null || passage.Page >= page))
            .OrderBy(passage => passage.Order)
            .Take(take + 1)
            .ToListAsync(cancel);
        return TypedResults.Ok(passages.ToPage(
            take,
            passage => new PassageDetails(passage.Id, passage.Order, passage.Page, passage.Heading, passage.Kind, passage.Text, passage.Start, passage.End),
            passage => passage.Order.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }
}
