using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>How far a generation has come.</summary>
public static class GetGeneration
{
    public static async Task<Results<Ok<GenerationDetails>, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        if (await db.Generations.AsNoTracking().SingleOrDefaultAsync(generation => generation.Id == id && generation.OwnerId == user.Id, cancel) is not { } generation)
        {
            return Problems.NotFound("generation");
        }

        var steps = await db.GenerationSteps.AsNoTracking()
            .Where(step => step.GenerationId == id)
            .Select(step => new GenerationStep { GenerationId = id, Name = step.Name, Detail = step.Detail, StartedAt = step.StartedAt, FinishedAt = step.FinishedAt })
            .ToListAsync(cancel);
        return TypedResults.Ok(DescribeGeneration.ToDetails(generation, steps, clock.GetUtcNow()));
    }
}
