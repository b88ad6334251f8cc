using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>Stores the job that writes one section of a post anew, from the documents that the post cites. The post stays as it is.</summary>
internal static class StartRewrite
{
    private const int MaxInstructions = 4000;

    public static async Task<Results<Accepted<GenerationDetails>, ProblemHttpResult>> Handle(
        Guid id,
        RewriteRequest request,
        CurrentUser user,
        BlogDb db,
        ChooseWriter writers,
        TimeProvider clock,
        CancellationToken cancel)
    {
        if (request.Instructions?.Length > MaxInstructions)
        {
            return Problems.Invalid("too-long", $"The instructions hold {MaxInstructions:N0} characters.");
        }

        if (await DescribePost.Find(db, id, user.Id, cancel) is not var (post, version))
        {
            return Problems.NotFound("post");
        }

        if (request.Version != post.Version)
        {
            return Problems.Refuse(
                StatusCodes.Status409Conflict,
                "not-the-latest",
                "This post was saved meanwhile",
                "Save or load the latest version, then ask again.",
                ("latestVersion", post.Version));
        }

        var sections = PostSections.Of(version.Markdown);
        if (request.Section < 0 || request.Section >= sections.Count)
        {
            return Problems.Refuse(StatusCodes.Status422UnprocessableEntity, "no-such-section", "This post has no such section", $"Its sections are 0 to {sections.Count - 1}.");
        }

        var generations = db.Generations;
        var before = post.GenerationId is { } written ? await generations.AsNoTracking().SingleOrDefaultAsync(generation => generation.Id == written && generation.OwnerId == user.Id, cancel) : null;
        // Those of the brief and those that the post has come to cite.
        var wanted = (await DescribePost.Citations(db, id, cancel)).Values.Select(passage => passage.DocumentId).Concat(before?.Brief.DocumentIds ?? []).Distinct().ToList();
        var documents = db.Documents;
        var left = await documents.AsNoTracking()
            .Where(document => document.OwnerId == user.Id && wanted.Contains(document.Id) && document.Status == DocumentStatus.Ready && document.PassageCount > 0)
            .Select(document => document.Id)
            .ToListAsync(cancel);
        if (left.Count == 0)
        {
            return Problems.Refuse(
                StatusCodes.Status422UnprocessableEntity,
                "no-usable-documents",
                "There is no document to write from",
                "The documents of this post were removed. Its text and its evidence stay; add the documents again to write from them.");
        }

        var now = clock.GetUtcNow();
        var instructions = string.IsNullOrWhiteSpace(request.Instructions) ? before?.Brief.Instructions : request.Instructions.Trim();
        var brief = new BriefDetails(before?.Brief.Topic, [.. wanted.Where(left.Contains)], before?.Brief.Audience, before?.Brief.Tone, before?.Brief.Length ?? PostLength.Medium, before?.Brief.Language, instructions);
        var generation = Generation.Create(user.Id, brief, GetWriter.Of(writers), now, rewrite: new RewriteDetails(id, request.Version, request.Section));
        StartGeneration.Queue(db, generation, RewriteSection.Kind, now);
        await db.SaveChangesAsync(cancel);
        return TypedResults.Accepted($"/api/v1/generations/{generation.Id}", DescribeGeneration.ToDetails(generation, [], now));
    }
}
