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

        return TypedResults.Ok(await Details(db, generation, clock.GetUtcNow(), cancel));
    }

    public static async Task<GenerationDetails> Details(BlogDb db, Generation generation, DateTimeOffset now, CancellationToken cancel)
    {
        var id = generation.Id;
        var steps = await db.GenerationSteps.AsNoTracking()
            .Where(step => step.GenerationId == id)
            .Select(step => new GenerationStep { GenerationId = id, Name = step.Name, Detail = step.Detail, StartedAt = step.StartedAt, FinishedAt = step.FinishedAt })
            .ToListAsync(cancel);
        return DescribeGeneration.ToDetails(generation, steps, now);
    }
}
