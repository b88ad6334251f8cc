using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>Takes the outline as the person wants it, and lets the writing go on.</summary>
internal static class EditOutline
{
    private const int MaxTitle = 200;
    private const int MaxHeading = 120;
    private const int MaxSections = 20;

    public static async Task<Results<Accepted<GenerationDetails>, ProblemHttpResult>> Handle(
        Guid id,
        EditOutlineRequest request,
        CurrentUser user,
        BlogDb db,
        GenerationSignal signal,
        TimeProvider clock,
        CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(id, cancel);
        if (await db.Generations.AsNoTracking().SingleOrDefaultAsync(generation => generation.Id == id && generation.OwnerId == user.Id, cancel) is not { } generation)
        {
            return Problems.NotFound("generation");
        }

        if (generation.WaitingFor != GeneratePost.OutlineStep)
        {
            return NotWaiting();
        }

        var title = CleanSentence.OneLine(request.Title);
        var sections = request.Sections.OfType<EditedSection>().Select(section => new EditedSection(CleanSentence.OneLine(section.Heading ?? ""), section.Source)).ToList();
        var planned = generation.Outline?.Sections ?? [];
        if (title.Length is 0 or > MaxTitle)
        {
            return Problems.Invalid("no-title", $"Give the post a title of at most {MaxTitle} characters.");
        }

        if (sections.Count is 0 or > MaxSections || sections.Exists(section => section.Heading.Length is 0 or > MaxHeading))
        {
            return Problems.Invalid("bad-sections", $"An outline has 1 to {MaxSections} sections, each with a heading of at most {MaxHeading} characters.");
        }

        var sources = sections.Select(section => section.Source).OfType<int>().ToList();
        if (sources.Exists(source => source < 0 || source >= planned.Count) || sources.Distinct().Count() != sources.Count)
        {
            return Problems.Invalid("unknown-section", "\"source\" is the number of a planned section, each at most once; leave it out for a new one.");
        }

        var now = clock.GetUtcNow();
        // Of two windows that send at once, one is taken.
        var taken = await db.Generations
            .Where(row => row.Id == id && row.WaitingFor == GeneratePost.OutlineStep)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.WaitingFor, (string?)null), cancel);
        if (taken == 0)
        {
            return NotWaiting();
        }

        var edited = new EditOutlineRequest(title, sections);
        var outline = new OutlineDetails(title, [.. sections.Select(section => new OutlineSection(section.Heading, section.Source is { } source ? planned[source].Passages : 0, section.Source))]);
        var tracked = await db.Generations.SingleAsync(row => row.Id == id, cancel);
        tracked.Plan(outline);
        db.GenerationSteps.Add(new GenerationStep { GenerationId = id, Name = GeneratePost.OutlineStep, StartedAt = now, FinishedAt = now, Result = JsonSerializer.Serialize(edited, BlogApi.Json) });
        await GenerationLog.Add(db, id, "outline", outline, now, cancel);
        await GenerationLog.Add(db, id, "status", new { status = GenerationStatus.Running }, now, cancel);
        db.Jobs.Add(Job.Create(GeneratePost.Kind, id, now));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signal.Notify(id);
        return TypedResults.Accepted($"/api/v1/generations/{id}", await GetGeneration.Details(db, tracked, now, cancel));
    }

    private static ProblemHttpResult NotWaiting() => Problems.Refuse(
        StatusCodes.Status409Conflict,
        "not-waiting",
        "The outline cannot be changed now",
        "This post does not wait for its outline: it is being written already, or it is over.");
}
