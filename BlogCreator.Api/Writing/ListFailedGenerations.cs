using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>Posts and sections that could not be written.</summary>
internal sealed class ListFailedGenerations(BlogDb db) : IListFailures
{
    private const string NoUsableDocuments = "no-usable-documents";

    public async Task<IReadOnlyList<FailureDetails>> Latest(Guid caller, int most, CancellationToken cancel)
    {
        var failed = await db.Generations.AsNoTracking()
            .Where(generation => generation.Status == GenerationStatus.Failed)
            .OrderByDescending(generation => generation.FinishedAt)
            .Take(most)
            .ToListAsync(cancel);
        return [.. failed.Select(generation => Describe(generation, generation.OwnerId == caller))];
    }

    private static FailureDetails Describe(Generation generation, bool isOwn) => new(
        generation.Rewrite is null ? GeneratePost.Kind : RewriteSection.Kind,
        generation.Id,
        isOwn ? generation.Rewrite?.PostId : null,
        isOwn ? generation.Outline?.Title ?? generation.Brief.Topic : null,
        generation.ErrorCode,
        // This one names documents.
        !isOwn && generation.ErrorCode == NoUsableDocuments ? "None of the documents could be used." : generation.Error ?? "It could not be written.",
        generation.FinishedAt ?? generation.CreatedAt,
        isOwn);
}
