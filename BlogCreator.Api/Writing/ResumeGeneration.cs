using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>A generation that was stopped or failed goes on from the steps that are stored, with the writer that is set up now.</summary>
internal static class ResumeGeneration
{
    public static async Task<Results<Accepted<GenerationDetails>, ProblemHttpResult>> Handle(Guid id, CurrentUser user, BlogDb db, ChooseWriter writers, GenerationSignal signal, TimeProvider clock, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.BeginAlone(id, cancel);
        var writer = writers.Name;
        // One update decides: of two who ask at once, one starts the job.
        var taken = await db.Generations
            .Where(generation => generation.Id == id && generation.OwnerId == user.Id && (generation.Status == GenerationStatus.Cancelled || generation.Status == GenerationStatus.Failed))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(generation => generation.Status, GenerationStatus.Queued)
                    .SetProperty(generation => generation.Writer, writer)
                    .SetProperty(generation => generation.CancelRequested, false)
                    .SetProperty(generation => generation.WaitingFor, (string?)null)
                    .SetProperty(generation => generation.ErrorCode, (string?)null)
                    .SetProperty(generation => generation.Error, (string?)null)
                    .SetProperty(generation => generation.FinishedAt, (DateTimeOffset?)null),
                cancel);
        if (await db.Generations.AsNoTracking().SingleOrDefaultAsync(generation => generation.Id == id && generation.OwnerId == user.Id, cancel) is not { } generation)
        {
            return Problems.NotFound("generation");
        }

        if (taken == 0)
        {
            return Problems.Refuse(
                StatusCodes.Status409Conflict,
                "not-stopped",
                "There is nothing to resume",
                generation.Status is GenerationStatus.Completed ? "This post is finished." : "This post is being written already.");
        }

        await GenerationLog.Add(db, id, "status", new { status = GenerationStatus.Queued }, now, cancel);
        db.Jobs.Add(Job.Create(generation.Rewrite is null ? GeneratePost.Kind : RewriteSection.Kind, id, now));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signal.Notify(id);
        return TypedResults.Accepted($"/api/v1/generations/{id}", await GetGeneration.Details(db, generation, now, cancel));
    }
}
