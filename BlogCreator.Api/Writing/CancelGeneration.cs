using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>Asks a generation to stop; it does within a second or two. One that is over stays as it is.</summary>
public static class CancelGeneration
{
    public static async Task<Results<Accepted, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, GenerationSignal signal, TimeProvider clock, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Generations.SingleOrDefaultAsync(generation => generation.Id == id && generation.OwnerId == user.Id, cancel) is not { } generation)
        {
            return Problems.NotFound("generation");
        }

        if (!generation.IsOver)
        {
            if (generation.WaitingFor is not null)
            {
                // No job is at work on it that could see the request.
                generation.Cancel(clock.GetUtcNow());
                await GenerationLog.Add(db, id, "cancelled", new { }, clock.GetUtcNow(), cancel);
            }

            generation.RequestCancel();
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            signal.Notify(id);
        }

        return TypedResults.Accepted($"/api/v1/generations/{id}");
    }
}
