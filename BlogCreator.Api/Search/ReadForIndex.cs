using System.Buffers;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Search.Elastic;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Search;

/// <summary>Something as it is now and is to be found.</summary>
/// <param name="Meaning">The words whose vector it gets.</param>
internal sealed record Indexable(string Kind, Guid Id, string Meaning, Action<Utf8JsonWriter> Fields);

/// <summary>Reads posts and passages as readers and owners may find them now: what is not published, or removed, is not among them.</summary>
internal static class ReadForIndex
{
    private const int PostsAtATime = 50;
    private const int PassagesAtATime = 200;

    // The search engine reads no more of a field in one go when it marks what was found.
    private const int LongestText = 900_000;

    public static async Task<Dictionary<Guid, Indexable>> These(BlogDb db, string kind, Guid[] ids, CancellationToken cancel)
    {
        if (ids.Length == 0)
        {
            return [];
        }

        return kind is IndexKinds.Post
            ? (await Published(db).Where(post => ids.Contains(post.Id)).ToListAsync(cancel)).Select(Of).ToDictionary(post => post.Id)
            : (await Passages(db, db.Passages.Where(passage => ids.Contains(passage.Id))).ToListAsync(cancel)).Select(Of).ToDictionary(passage => passage.Id);
    }

    /// <summary>The next published posts in the order of their ids.</summary>
    public static async Task<List<Indexable>> PostsAfter(BlogDb db, Guid after, CancellationToken cancel)
    {
        var posts = await db.Database.SqlQuery<PostText>(
            $"""
            SELECT p."Id", v."Number" AS "Version", v."Title", v."Summary", v."PlainText" AS "Text", p."PublishedAt"
            FROM "Posts" p JOIN "PostVersions" v ON v."PostId" = p."Id" AND v."Number" = p."PublishedVersion"
            WHERE p."Id" > {after} ORDER BY p."Id" LIMIT {PostsAtATime}
            """).ToListAsync(cancel);
        return [.. posts.Select(Of)];
    }

    /// <summary>The next passages in the order in which they were stored, and how far that is.</summary>
    public static async Task<(List<Indexable> Passages, long UpTo)> PassagesAfter(BlogDb db, long after, CancellationToken cancel)
    {
        var passages = await Passages(db, db.Passages.Where(passage => passage.Key > after)).Take(PassagesAtATime).ToListAsync(cancel);
        return ([.. passages.Select(Of)], passages.Count == 0 ? after : passages[^1].Key);
    }

    /// <summary>What takes the place of something that may not be found any more. Not a deletion: those forget their version after a while.</summary>
    public static ReadOnlyMemory<byte> Removed { get; } = """{"removed":true}"""u8.ToArray();

    public static ReadOnlyMemory<byte> Source(Indexable found, VectorShape? vectors, float[]? vector)
    {
        var source = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(source))
        {
            json.WriteStartObject();
            found.Fields(json);
            if (vectors is not null && vector is not null)
            {
                json.WriteStartArray(vectors.Field);
                foreach (var number in vector)
                {
                    json.WriteNumberValue(number);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return source.WrittenMemory;
    }

    // Posts know Search's neighbours but not Search: their tables are read, not their types.
    private static IQueryable<PostText> Published(BlogDb db) => db.Database.SqlQuery<PostText>(
        $"""
        SELECT p."Id", v."Number" AS "Version", v."Title", v."Summary", v."PlainText" AS "Text", p."PublishedAt"
        FROM "Posts" p JOIN "PostVersions" v ON v."PostId" = p."Id" AND v."Number" = p."PublishedVersion"
        """);

    private static IQueryable<PassageText> Passages(BlogDb db, IQueryable<Passage> which) =>
        from passage in which.AsNoTracking()
        join document in db.Documents on passage.DocumentId equals document.Id
        orderby passage.Key
        select new PassageText(passage.Key, passage.Id, document.Id, document.OwnerId, passage.Order, passage.Heading, passage.Text);

    private static Indexable Of(PostText post) => new(IndexKinds.Post, post.Id, $"{post.Title}\n{post.Summary}\n{post.Text}", json =>
    {
        json.WriteNumber("version", post.Version);
        json.WriteNumber("publishedAt", post.PublishedAt ?? 0);
        json.WriteString("title", WellFormed.Of(post.Title));
        json.WriteString("text", Cut(post.Text));
    });

    private static Indexable Of(PassageText passage) => new(IndexKinds.Passage, passage.Id, passage.Heading.Length == 0 ? passage.Text : $"{passage.Heading}\n{passage.Text}", json =>
    {
        json.WriteString("owner", passage.OwnerId);
        json.WriteString("document", passage.DocumentId);
        json.WriteNumber("order", passage.Order);
        json.WriteString("heading", WellFormed.Of(passage.Heading));
        json.WriteString("text", Cut(passage.Text));
    });

    private static string Cut(string text) => WellFormed.Of(text.Length <= LongestText ? text : text[..LongestText]);

    private sealed record PostText(Guid Id, int Version, string Title, string Summary, string Text, long? PublishedAt);

    private sealed record PassageText(long Key, Guid Id, Guid DocumentId, Guid OwnerId, int Order, string Heading, string Text);
}
