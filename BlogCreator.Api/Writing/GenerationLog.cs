using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>The events of a generation: stored first, then told to whoever watches.</summary>
public static class GenerationLog
{
    public static GenerationEvent Event(Guid generationId, int number, string type, object data, DateTimeOffset now) => new()
    {
        GenerationId = generationId,
        Number = number,
        Type = type,
        Data = JsonSerializer.Serialize(data, BlogApi.Json),
        At = now,
    };

    /// <summary>Adds an event with the next number; only the holder of the job's lease writes events, so none is given twice.</summary>
    public static async Task Add(BlogDb db, Guid generationId, string type, object data, DateTimeOffset now, CancellationToken cancel)
    {
        var events = db.GenerationEvents;
        var last = events.Local.Where(happened => happened.GenerationId == generationId).Select(happened => happened.Number).DefaultIfEmpty(0).Max();
        if (last == 0)
        {
            last = await events.Where(happened => happened.GenerationId == generationId).MaxAsync(happened => (int?)happened.Number, cancel) ?? 0;
        }

        events.Add(Event(generationId, last + 1, type, data, now));
    }

    public static GenerationEventDetails ToDetails(GenerationEvent happened) =>
        new(happened.Number, happened.Type, happened.At, JsonSerializer.Deserialize<JsonElement>(happened.Data));
}
