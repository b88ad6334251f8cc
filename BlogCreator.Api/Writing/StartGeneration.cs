using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>Takes a brief and stores the job that writes it. Documents still being read are waited for.</summary>
internal static class StartGeneration
{
    private const int MaxDocuments = 50;

    public static async Task<Results<Accepted<GenerationDetails>, ProblemHttpResult>> Handle(
        Request request,
        CurrentUser user,
        BlogDb db,
        ChooseWriter writers,
        TimeProvider clock,
        HttpRequest http,
        CancellationToken cancel)
    {
        var once = OnceOnly.From(http, user.Id, request);
        if (await Before(once, user, db, clock, cancel) is { } before)
        {
            return before;
        }

        var wanted = request.DocumentIds?.Distinct().ToList() ?? [];
        if (wanted.Count is 0 or > MaxDocuments)
        {
            return Problems.Invalid("no-documents", $"Name 1 to {MaxDocuments} documents in \"documentIds\": a post is written from documents only.");
        }

        if (new[] { request.Topic, request.Audience, request.Tone, request.Language }.Any(text => text?.Length > 300) || request.Instructions?.Length > 4000)
        {
            return Problems.Invalid("too-long", "Topic, audience, tone and language hold 300 characters each, the instructions 4,000.");
        }

        var documents = db.Documents;
        var found = await documents.AsNoTracking()
            .Where(document => document.OwnerId == user.Id && wanted.Contains(document.Id))
            .Select(document => new { document.Id, document.Status, document.FileName, document.Reason })
            .ToListAsync(cancel);
        if (found.Count < wanted.Count)
        {
            return Problems.Refuse(
                StatusCodes.Status422UnprocessableEntity,
                "unknown-documents",
                "Some documents are not there",
                "They were removed, or are not yours. Choose among your documents.",
                ("documentIds", wanted.Except(found.Select(document => document.Id))));
        }

        if (found.TrueForAll(document => document.Status == DocumentStatus.Failed))
        {
            return Problems.Refuse(
                StatusCodes.Status422UnprocessableEntity,
                "no-usable-documents",
                "None of these documents could be read",
                string.Join(' ', found.Select(document => $"{document.FileName}: {document.Reason}").Take(3)));
        }

        var now = clock.GetUtcNow();
        var brief = new BriefDetails(Clean(request.Topic), wanted, Clean(request.Audience), Clean(request.Tone), request.Length ?? PostLength.Medium, Clean(request.Language), Clean(request.Instructions));
        var generation = Generation.Create(user.Id, brief, GetWriter.Of(writers), now, request.ReviewOutline ?? false);
        Queue(db, generation, GeneratePost.Kind, now);
        once.Note(db, generation.Id, now);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // The same request at the same moment was first.
            db.ChangeTracker.Clear();
            if (await Before(once, user, db, clock, cancel) is not { } first)
            {
                throw;
            }

            return first;
        }

        return TypedResults.Accepted($"/api/v1/generations/{generation.Id}", DescribeGeneration.ToDetails(generation, [], clock.GetUtcNow()));
    }

    /// <summary>The answer to a request that was sent before; null when it was not.</summary>
    private static async Task<Results<Accepted<GenerationDetails>, ProblemHttpResult>?> Before(OnceOnly once, CurrentUser user, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        var (made, refusal) = await once.Before(db, cancel);
        if (made is not { } id)
        {
            return refusal is null ? null : (Results<Accepted<GenerationDetails>, ProblemHttpResult>)refusal;
        }

        var generations = db.Generations;
        return await generations.AsNoTracking().SingleOrDefaultAsync(generation => generation.Id == id && generation.OwnerId == user.Id, cancel) is { } known
            ? TypedResults.Accepted($"/api/v1/generations/{id}", await GetGeneration.Details(db, known, clock.GetUtcNow(), cancel))
            : Problems.NotFound("generation");
    }

    /// <summary>Adds a generation with its first event and the job that does it; the caller saves.</summary>
    internal static void Queue(BlogDb db, Generation generation, string kind, DateTimeOffset now)
    {
        db.Generations.Add(generation);
        db.GenerationEvents.Add(GenerationLog.Event(generation.Id, 1, "status", new { status = GenerationStatus.Queued }, now));
        db.Jobs.Add(Job.Create(kind, generation.Id, now));
    }

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>A brief; everything but the documents may be left out. With <c>reviewOutline</c> it waits for the person's look at the outline.</summary>
    public sealed record Request(
        string? Topic,
        IReadOnlyList<Guid>? DocumentIds,
        string? Audience,
        string? Tone,
        PostLength? Length,
        string? Language,
        string? Instructions,
        bool? ReviewOutline);
}
