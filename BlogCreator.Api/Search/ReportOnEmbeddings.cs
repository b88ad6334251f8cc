using System.Globalization;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Search.Embeddings;
using BlogCreator.Contracts;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>Whether texts are turned into vectors, by what the last calls said: asking costs money. Never the address.</summary>
internal sealed class ReportOnEmbeddings(EmbedTexts embed, IOptions<EmbeddingsOptions> options, IOptions<SearchOptions> search) : IReportOnItself
{
    public static string Part => "embeddings";

    public Task<OperationsPart> Report(CancellationToken cancel) => Task.FromResult(embed switch
    {
        { IsSet: false } => new OperationsPart(Part, PartState.Well, "No endpoint for vectors is set: search goes by words.", []),
        _ when !search.Value.IsSet => new(Part, PartState.Notice, "An endpoint for vectors is set, but no Elasticsearch, which alone uses them. Search goes by words.", Facts()),
        { IsFailing: true } => new(Part, PartState.Notice, "The endpoint for vectors failed when it was asked last. Search goes by words until it answers; it is asked again at the next search. If it stays so, check Embeddings__Endpoint, its model and its key.", Facts()),
        { Shape: null } => new(Part, PartState.Well, "An endpoint for vectors is set and has not been asked yet.", Facts()),
        _ => new(Part, PartState.Well, "The endpoint for vectors answered when it was asked last: search goes by meaning too.", Facts()),
    });

    private List<OperationsFact> Facts()
    {
        List<OperationsFact> facts = [new("model", options.Value.Model!.Trim())];
        if (embed.Shape is { } shape)
        {
            facts.Add(new("dimensions", shape.Dimensions.ToString(CultureInfo.InvariantCulture)));
        }

        return facts;
    }
}
