using System.Globalization;
using BlogCreator.Api.Operations;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>Which language model is set and what one post may cost. Never its key or its address.</summary>
internal sealed class ReportOnModel(ChooseWriter writers) : IReportOnItself
{
    public Task<OperationsPart> Report(CancellationToken cancel)
    {
        var writer = GetWriter.Of(writers);
        if (!writers.HasModel)
        {
            return Task.FromResult(new OperationsPart("model", PartState.Well, "No language model is set: posts are made of sentences from the documents.", []));
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

        return Task.FromResult(new OperationsPart("model", PartState.Well, "A language model writes the posts; when it fails, the rest is written without it.", facts));
    }
}
