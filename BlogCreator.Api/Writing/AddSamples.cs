using System.Reflection;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>
/// Adds our sample documents to the caller's library and writes a post from them. Done twice, it is done once: until the
/// caller deletes the sample post.
/// </summary>
public static class AddSamples
{
    private const string Topic = "How a post is tied to its sources";
    private const string Folder = "Samples.";

    internal static async Task<Accepted<SamplesDetails>> Handle(
        CurrentUser user, BlogDb db, UploadDocument upload, ChooseWriter writers, TimeProvider clock, CancellationToken cancel)
    {
        var documents = new List<Guid>();
        foreach (var (name, open) in Files())
        {
            await using var content = open();
            documents.Add(await upload.Add(content, name, user.Id, cancel));
        }

        // Of two clicks, the second sees what the first began.
        await using var transaction = await db.BeginAlone(user.Id, cancel);
        var (generations, posts) = (db.Generations, db.Posts);
        var known = (await generations.AsNoTracking()
            .Where(generation => generation.OwnerId == user.Id && generation.Status != GenerationStatus.Failed && generation.Status != GenerationStatus.Cancelled)
            .Where(generation => generation.PostId == null || posts.Any(post => post.Id == generation.PostId && post.DeletedAt == null))
            .OrderByDescending(generation => generation.Id)
            .ToListAsync(cancel))
            .Find(generation => generation.Brief.Topic == Topic && generation.Brief.DocumentIds.Order().SequenceEqual(documents.Order()));
        if (known is null)
        {
            var now = clock.GetUtcNow();
            known = Generation.Create(user.Id, new BriefDetails(Topic, documents, null, null, PostLength.Short, null, null), GetWriter.Of(writers), now);
            StartGeneration.Queue(db, known, GeneratePost.Kind, now);
            await db.SaveChangesAsync(cancel);
        }

        await transaction.CommitAsync(cancel);
        return TypedResults.Accepted($"/api/v1/generations/{known.Id}", new SamplesDetails(documents, known.Id, known.PostId));
    }

    /// <summary>The files beside this one, as they are built into the service.</summary>
    internal static IEnumerable<(string Name, Func<Stream> Open)> Files()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name[Folder.Length..], (Func<Stream>)(() => assembly.GetManifestResourceStream(name)!)));
    }
}
