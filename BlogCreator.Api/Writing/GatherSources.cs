using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>The step <c>read</c>: the passages of the brief's documents; null when none can be used, which ends the generation.</summary>
internal static class GatherSources
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(300);

    public static async Task<IReadOnlyList<SourceDocument>?> Run(WritingRun run, BlogDb db, TimeProvider clock, CancellationToken cancel)
    {
        var generation = run.Generation;
        var wanted = generation.Brief.DocumentIds;
        var ownerId = generation.OwnerId;
        var documents = await db.Documents.AsNoTracking()
            .Where(document => document.OwnerId == ownerId && wanted.Contains(document.Id))
            .ToListAsync(cancel);
        var open = documents.Count(document => document.Status is DocumentStatus.Queued or DocumentStatus.Reading);
        await run.Begin("read", open > 0 ? $"Waiting for {open} of {documents.Count} documents to be read" : "Reading the documents", cancel);
        if (open > 0)
        {
            throw new JobNotReadyException(LookAgain);
        }

        var ready = documents.Where(document => document is { Status: DocumentStatus.Ready, PassageCount: > 0 }).Select(document => document.Id).ToList();
        var passages = (await db.Passages.AsNoTracking()
            .Where(passage => ready.Contains(passage.DocumentId))
            .OrderBy(passage => passage.DocumentId).ThenBy(passage => passage.Order)
            .ToListAsync(cancel)).ToLookup(passage => passage.DocumentId);
        // In the order of the brief: it is the person's.
        var sources = wanted
            .Select(id => documents.Find(document => document.Id == id && ready.Contains(id)))
            .OfType<Document>()
            .Select(document => new SourceDocument(
                document.Id,
                document.FileName,
                document.Title,
                document.Language,
                [.. passages[document.Id].Select(passage => new SourcePassage(passage.Id, document.Id, document.FileName, passage.Page, passage.Heading, passage.Kind, passage.Order, passage.Text))]))
            .ToList();
        if (sources.Count == 0)
        {
            await run.Store(async () =>
            {
                var reasons = string.Join(' ', documents.Select(document => $"{document.FileName}: {document.Reason ?? "it holds no text."}").Take(3));
                generation.Fail("no-usable-documents", documents.Count == 0 ? "The documents of this brief were removed. Choose others." : $"None of the documents could be used. {reasons}", clock.GetUtcNow());
                await run.Tell("failed", new { code = generation.ErrorCode, error = generation.Error }, cancel);
            }, cancel);
            return null;
        }

        if (!run.IsDone("read"))
        {
            var left = wanted.Count - sources.Count;
            var count = sources.Sum(source => source.Passages.Count);
            await run.Store(() => run.End("read", "{}", $"{Count(sources.Count, "document")}, {Count(count, "passage")}{(left > 0 ? $"; {left} could not be used" : "")}", cancel), cancel);
        }

        return sources;
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";
}
