using System.Globalization;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>
/// Which language model is set, what one post may cost, and what came of the last posts: it is not asked now, for that would
/// cost money. Never its key or its address.
/// </summary>
internal sealed class ReportOnModel(BlogDb db, ChooseWriter writers) : IReportOnItself
{
    private const int Looked = 20;

    public static string Part => "model";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        var writer = GetWriter.Of(writers);
        if (!writers.HasModel)
        {
            return new OperationsPart(Part, PartState.Well, "No language model is set: posts are made of sentences from the documents.", []);
        }

        List<OperationsFact> facts =
        [
            new("provider", writer.Provider ?? ""),
            new("model", writer.Model ?? ""),
            new("judges paraphrases", writer.Judge ? "yes" : "no"),
        ];
        if (writer.MaxTokens is { } tokens)
        {
            facts.Add(new("most tokens for a post", tokens.ToString("N0", CultureInfo.InvariantCulture)));
        }

        if (writer.Budget is { } money)
        {
            facts.Add(new("most money for a post", string.Create(CultureInfo.InvariantCulture, $"{money:0.00##} {writer.Currency}")));
        }

        var name = writers.Name;
        // Ids grow with time.
        var last = await db.Generations.AsNoTracking()
            .Where(generation => generation.Writer == name || generation.Writer == name + Generation.WithoutModel)
            .Where(generation => generation.InputTokens > 0 || generation.Writer != name)
            .OrderByDescending(generation => generation.Id)
            .Take(Looked)
            .Select(generation => new { generation.Id, Failed = generation.Writer != name, At = generation.FinishedAt ?? generation.StartedAt ?? generation.CreatedAt })
            .ToListAsync(cancel);
        Add("answered last", last.Find(row => !row.Failed)?.At);
        if (last.Find(row => row.Failed) is not { } failure)
        {
            return new OperationsPart(Part, PartState.Well, last.Count == 0 ? "A language model is set and has not been asked yet. When it fails, the rest is written without it." : "The language model answered when it was asked last. When it fails, the rest is written without it.", facts);
        }

        Add("failed last", failure.At);
        facts.Add(new("posts that it failed", string.Create(CultureInfo.InvariantCulture, $"{last.Count(row => row.Failed)} of the last {last.Count}")));
        return last[0].Failed
            ? new OperationsPart(Part, PartState.Notice, $"{await Why(failure.Id, cancel)} The rest of that post is made of sentences from the documents, and the next post asks the model again. If it stays so, check its key, its name and what is left of its budget.", facts)
            : new OperationsPart(Part, PartState.Well, "The language model answered when it was asked last, after it had failed before. When it fails, the rest is written without it.", facts);

        void Add(string fact, DateTimeOffset? at)
        {
            if (at is { } moment)
            {
                facts.Add(new(fact, moment.ToString("O", CultureInfo.InvariantCulture), "time"));
            }
        }
    }

    /// <summary>As its author was told: one of our sentences.</summary>
    private async Task<string> Why(Guid id, CancellationToken cancel)
    {
        var told = await db.GenerationEvents.AsNoTracking()
            .Where(row => row.GenerationId == id && row.Type == "notice" && row.Data.Contains("writer-changed"))
            .OrderByDescending(row => row.Number)
            .Select(row => row.Data)
            .FirstOrDefaultAsync(cancel);
        var text = told is null ? null : JsonDocument.Parse(told).RootElement.TryGetProperty("text", out var words) ? words.GetString() : null;
        return text is { Length: > 0 } && text.IndexOf('.', StringComparison.Ordinal) is > 0 and var end ? text[..(end + 1)] : "The language model failed when it was asked last.";
    }
}
