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
        var generations = db.Generations;
        var stopped = generations.Where(generation => generation.Id == id && generation.OwnerId == user.Id && (generation.Status == GenerationStatus.Cancelled || generation.Status == GenerationStatus.Failed));
        var taken = await Reopen(stopped, writers.Name, cancel);
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

    /// <summary>One update decides: of two who ask at once, one starts the job.</summary>
    private static Task<int> Reopen(IQueryable<Generation> stopped, string writer, CancellationToken cancel) => stopped.ExecuteUpdateAsync(
        set => set
            .SetProperty(generation => generation.Status, GenerationStatus.Queued)
            .SetProperty(generation => generation.Writer, writer)
            .SetProperty(generation => generation.CancelRequested, false)
            .SetProperty(generation => generation.WaitingFor, (string?)null)
            .SetProperty(generation => generation.ErrorCode, (string?)null)
            .SetProperty(generation => generation.Error, (string?)null)
            .SetProperty(generation => generation.FinishedAt, (DateTimeOffset?)null),
        cancel);

    /// <summary>The same for whoever runs the site, when the job was given up; with the caller's transaction, which stores the job.</summary>
    internal static async Task<bool> AfterGivingUp(Guid id, BlogDb db, ChooseWriter writers, DateTimeOffset now, CancellationToken cancel)
    {
        var generations = db.Generations;
        if (await Reopen(generations.Where(generation => generation.Id == id && generation.Status == GenerationStatus.Failed), writers.Name, cancel) == 0)
        {
            return false;
        }

        await GenerationLog.Add(db, id, "status", new { status = GenerationStatus.Queued }, now, cancel);
        return true;
    }
}
