using System.Net.Http.Headers;
using System.Security.Cryptography;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using BlogCreator.Tests.Search;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Tests.Chaos;

/// <summary>Says what was lost, doubled or left undone: from outside, in the database and in the file store.</summary>
internal static class ChaosOracle
{
    public static async Task<List<string>> Judge(string connection, string files, ElasticLookalike elastic, ApiProcess api, IReadOnlyList<(Guid Id, AuthenticationHeaderValue Key, IReadOnlyList<Accepted> Accepted)> people)
    {
        var wrong = new List<string>();
        var everything = people.SelectMany(person => person.Accepted).ToList();
        await using var db = DirectApi.Open(connection);

        // Jobs: all done.
        foreach (var job in await db.Jobs.AsNoTracking().Where(job => job.Status != JobStatus.Done).ToListAsync())
        {
            wrong.Add($"job {job.Kind} of {job.Subject} is {job.Status} after {job.Attempts} attempts: {job.LastError}");
        }

        // Documents: as many as were uploaded, ready, each passage once.
        var documents = await db.Documents.IgnoreQueryFilters().AsNoTracking().ToDictionaryAsync(document => document.Id);
        Same(wrong, "documents", everything.Select(accepted => accepted.DocumentId), documents.Keys);
        var orders = (await db.Passages.AsNoTracking().Select(passage => new { passage.DocumentId, passage.Order }).ToListAsync()).ToLookup(passage => passage.DocumentId, passage => passage.Order);
        foreach (var document in documents.Values.Where(document => document.Status != DocumentStatus.Ready || !orders[document.Id].Order().SequenceEqual(Enumerable.Range(0, document.PassageCount))))
        {
            wrong.Add($"document {document.Id} is {document.Status} ({document.ReasonCode}) with {orders[document.Id].Count()} of {document.PassageCount} passages");
        }

        // Generations: each completed once, events without a gap, one post.
        var generations = await db.Generations.AsNoTracking().ToDictionaryAsync(generation => generation.Id);
        Same(wrong, "generations", everything.Select(accepted => accepted.GenerationId), generations.Keys);
        var events = (await db.GenerationEvents.AsNoTracking().Select(row => new { row.GenerationId, row.Number, row.Type }).ToListAsync()).ToLookup(row => row.GenerationId);
        foreach (var generation in generations.Values)
        {
            var told = events[generation.Id].OrderBy(row => row.Number).ToList();
            if (generation.Status != GenerationStatus.Completed
                || !told.Select(row => row.Number).SequenceEqual(Enumerable.Range(1, told.Count))
                || told.Count(row => row.Type == "completed") != 1)
            {
                wrong.Add($"generation {generation.Id} is {generation.Status} and told {string.Join(' ', told.Select(row => $"{row.Number}:{row.Type}"))}");
            }
        }

        // Posts: one for each generation, published once.
        var posts = await db.Posts.AsNoTracking().ToListAsync();
        Same(wrong, "posts", everything.Select(accepted => accepted.PostId), posts.Select(post => post.Id));
        Same(wrong, "posts of generations", everything.Select(accepted => accepted.GenerationId), posts.Select(post => post.GenerationId ?? Guid.Empty));
        Same(wrong, "publications", everything.Select(accepted => accepted.PostId), (await db.ContentChanges.AsNoTracking().Where(change => change.Kind == "posts.published").Select(change => change.Subject!.Value).ToListAsync()));
        wrong.AddRange(posts.Where(post => post.Status != PostStatus.Published || post.PublishedVersion != 1).Select(post => $"post {post.Id} is {post.Status} with version {post.PublishedVersion}"));

        // Search: each post and each passage is there to be found.
        Indexed(wrong, elastic, "posts", posts.Select(post => post.Id));
        Indexed(wrong, elastic, "passages", await db.Passages.AsNoTracking().Select(passage => passage.Id).ToListAsync());

        // Bytes, as their owner gets them.
        foreach (var (_, key, accepted) in people)
        {
            foreach (var one in accepted)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/documents/{one.DocumentId}/original") { Headers = { Authorization = key } };
                using var answer = await api.Client.SendAsync(request);
                var bytes = await answer.Content.ReadAsByteArrayAsync();
                if (!answer.IsSuccessStatusCode || Convert.ToHexStringLower(SHA256.HashData(bytes)) != one.Sha256)
                {
                    wrong.Add($"original of {one.DocumentId}: {answer.StatusCode}, {bytes.Length} of {one.Size} bytes");
                }
            }
        }

        // Files: one for each content, and nothing half-done; what came in when a replica was killed is swept a day later (see TidyFilesTests).
        var (work, incoming) = (Path.Combine(files, "work") + Path.DirectorySeparatorChar, Path.Combine(files, "incoming") + Path.DirectorySeparatorChar);
        var kept = Directory.GetFiles(files, "*", SearchOption.AllDirectories).Where(file => !file.StartsWith(work, StringComparison.Ordinal) && !file.StartsWith(incoming, StringComparison.Ordinal)).Select(file => Path.GetFileName(file)!).ToList();
        wrong.AddRange(everything.Select(accepted => accepted.Sha256).Except(kept).Select(sha256 => $"file {sha256} is missing"));
        wrong.AddRange(kept.Except(everything.Select(accepted => accepted.Sha256)).Select(file => $"file {file} belongs to nothing"));
        wrong.AddRange(Directory.GetFiles(work, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Select(file => $"{file} was left behind"));
        return wrong;
    }

    private static void Indexed(List<string> wrong, ElasticLookalike elastic, string kind, IEnumerable<Guid> wanted)
    {
        var index = elastic.Indices("blogcreator-" + kind).Single();
        var missing = wanted.Where(id => elastic.Document(index, id) is not { } found || found.Source.ContainsKey("removed")).ToList();
        if (missing.Count > 0)
        {
            wrong.Add($"{missing.Count} {kind} cannot be found, among them {missing[0]}");
        }
    }

    private static void Same(List<string> wrong, string what, IEnumerable<Guid> wanted, IEnumerable<Guid> found)
    {
        var (left, right) = (wanted.Order().ToList(), found.Order().ToList());
        if (!left.SequenceEqual(right))
        {
            wrong.Add($"{what}: {left.Count} accepted, {right.Count} stored; lost {string.Join(' ', left.Except(right).Take(5))}; not accounted for {string.Join(' ', right.Except(left).Take(5))}; doubled {string.Join(' ', right.GroupBy(id => id).Where(id => id.Count() > 1).Select(id => id.Key).Take(5))}");
        }
    }
}
