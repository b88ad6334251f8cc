using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>The caller's generations, newest first.</summary>
public static class ListGenerations
{
    public static async Task<Ok<Page<GenerationDetails>>> Handle(Guid? after, int? limit, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        var take = Paging.Limit(limit);
        var generations = await db.Generations.AsNoTracking()
            .Where(generation => generation.OwnerId == user.Id && (after == null || generation.Id < after))
            .OrderByDescending(generation => generation.Id)
            .Take(take + 1)
            .ToListAsync(cancel);
        var ids = generations.ConvertAll(generation => generation.Id);
        var steps = (await db.GenerationSteps.AsNoTracking()
            .Where(step => ids.Contains(step.GenerationId))
            .Select(step => new GenerationStep { GenerationId = step.GenerationId, Name = step.Name, Detail = step.Detail, StartedAt = step.StartedAt, FinishedAt = step.FinishedAt })
            .ToListAsync(cancel)).ToLookup(step => step.GenerationId);
        return TypedResults.Ok(generations.ToPage(
            take,
            generation => DescribeGeneration.ToDetails(generation, [.. steps[generation.Id]], clock.GetUtcNow()),
            generation => generation.Id.ToString()));
    }
}
