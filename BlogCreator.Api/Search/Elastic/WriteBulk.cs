using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search.Elastic;

/// <summary>A document as it is to be in the index.</summary>
/// <param name="Alias">The write alias of its index.</param>
/// <param name="Version">An older version never replaces a newer one.</param>
/// <param name="Source">JSON without a line break.</param>
internal sealed record BulkItem(string Alias, Guid Id, long Version, ReadOnlyMemory<byte> Source);

internal enum BulkOutcome
{
    /// <summary>Stored, or something newer is there already.</summary>
    Stored,

    /// <summary>Not now; the same may well be stored later.</summary>
    Later,

    /// <summary>This document will not be stored however often it is sent.</summary>
    Rejected,

    /// <summary>The index is not there any more.</summary>
    Gone,
}

internal sealed record BulkResult(BulkItem Item, BulkOutcome Outcome, string? Reason);

/// <summary>Sends documents in messages of bounded size and says of each what became of it.</summary>
internal sealed class WriteBulk(ElasticClient client, IOptions<SearchOptions> options)
{
    private const int MostItems = 500;

    /// <summary>Throws when the server as a whole does not answer; results of messages before that are lost, which only means that they are sent again.</summary>
    public async Task<IReadOnlyList<BulkResult>> Send(IReadOnlyList<BulkItem> items, CancellationToken cancel)
    {
        var results = new List<BulkResult>(items.Count);
        var most = options.Value.BulkBytes;
        for (var start = 0; start < items.Count;)
        {
            var (count, size) = (0, 0);
            while (start + count < items.Count && count < MostItems && (count == 0 || size + items[start + count].Source.Length < most))
            {
                size += items[start + count].Source.Length + 200;
                count++;
            }

            results.AddRange(await SendOne([.. items.Skip(start).Take(count)], cancel));
            start += count;
        }

        return results;
    }

    private async Task<IReadOnlyList<BulkResult>> SendOne(IReadOnlyList<BulkItem> items, CancellationToken cancel)
    {
        JsonElement answer;
        try
        {
            answer = await client.Bulk(Lines(items), cancel);
        }
        catch (ElasticException failure) when (failure.Failure is ElasticFailure.TooLarge or ElasticFailure.Refused or ElasticFailure.Missing)
        {
            if (items.Count == 1)
            {
                return [new BulkResult(items[0], failure.Failure is ElasticFailure.Missing ? BulkOutcome.Gone : BulkOutcome.Rejected, failure.Message)];
            }

            // One of them is at fault, or all together are too much: halves find out which.
            var half = items.Count / 2;
            return [.. await SendOne([.. items.Take(half)], cancel), .. await SendOne([.. items.Skip(half)], cancel)];
        }

        var told = answer.Field("items").Items().ToList();
        if (told.Count != items.Count)
        {
            throw new ElasticException(ElasticFailure.Strange, "The answer to a message of changes does not fit the message.");
        }

        return [.. items.Zip(told, Read)];
    }

    /// <summary>One line that says what, one with the document, and a line break behind each, also the last: without it the message is refused.</summary>
    internal static ReadOnlyMemory<byte> Lines(IReadOnlyList<BulkItem> items)
    {
        var lines = new ArrayBufferWriter<byte>(4096);
        foreach (var item in items)
        {
            using (var json = new Utf8JsonWriter(lines))
            {
                json.WriteStartObject();
                json.WriteStartObject("index");
                json.WriteString("_index", item.Alias);
                json.WriteString("_id", item.Id);
                json.WriteNumber("version", item.Version);
                // Equal is taken as well: sending the same twice is no error, and vectors may come later.
                json.WriteString("version_type", "external_gte");
                json.WriteEndObject();
                json.WriteEndObject();
            }

            lines.Write("\n"u8);
            lines.Write(item.Source.Span);
            lines.Write("\n"u8);
        }

        return lines.WrittenMemory;
    }

    private static BulkResult Read(BulkItem item, JsonElement told)
    {
        var result = told.Field("index");
        if (result.Field("_id").Text() != item.Id.ToString())
        {
            throw new ElasticException(ElasticFailure.Strange, "The answer to a message of changes speaks of other documents.");
        }

        var error = result.Field("error");
        var type = error.Field("type").Text();
        var reason = ElasticClient.Plain(error.Field("reason").Text() ?? error.Text());
        var said = type is null ? reason : $"{type}: {reason}";
        return result.Field("status").Number() switch
        {
            >= 200 and < 300 => new BulkResult(item, BulkOutcome.Stored, null),
            // A newer version is there.
            409 => new BulkResult(item, BulkOutcome.Stored, null),
            404 => new BulkResult(item, BulkOutcome.Gone, said),
            429 or >= 500 => new BulkResult(item, BulkOutcome.Later, said),
            // A block or a privilege: nothing about this document.
            401 or 403 => new BulkResult(item, BulkOutcome.Later, said),
            { } status => new BulkResult(item, BulkOutcome.Rejected, said ?? $"status {status}"),
            null => throw new ElasticException(ElasticFailure.Strange, "The answer to a message of changes has an item without a status."),
        };
    }
}
