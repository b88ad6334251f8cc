using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>Who answers searches, and what the search engine has yet to be told. Never its address.</summary>
internal sealed class ReportOnSearch(BlogDb db, ElasticClient client, EmbedTexts embed, Circuit circuit, IOptions<SearchOptions> options) : IReportOnItself
{
    private const int Late = 1000;

    public static string Part => "search";

    public async Task<OperationsPart> Report(CancellationToken cancel)
    {
        if (!options.Value.IsSet)
        {
            return new OperationsPart("search", PartState.Well, "Search uses the database's own index.", []);
        }

        var inUse = await db.SearchIndexes.AsNoTracking().Where(index => index.State != SearchIndexState.Retired).ToListAsync(cancel);
        var waiting = await db.SearchChanges.CountAsync(change => change.RejectedAt == null, cancel);
        var rejected = await db.SearchChanges.CountAsync(change => change.RejectedAt != null, cancel);
        var reason = rejected == 0 ? null : await db.SearchChanges.Where(change => change.RejectedAt != null).OrderByDescending(change => change.RejectedAt).Select(change => change.Error).FirstOrDefaultAsync(cancel);
        List<OperationsFact> facts =
        [
            new("changes waiting", Text(waiting)),
            new("refused", Text(rejected)),
            new("by meaning", embed.Shape is null ? embed.IsSet ? "not now" : "no" : embed.IsFailing ? "not now" : "yes"),
        ];
        if (reason is not null)
        {
            facts.Add(new("refused last", reason));
        }

        try
        {
            facts.Add(new("version", await client.Info(cancel)));
            facts.Add(new("health", await client.Health(cancel)));
        }
        catch (ElasticException failure)
        {
            facts.Add(new("failure", circuit.Last?.ToString() ?? failure.Failure.ToString()));
            return new OperationsPart("search", PartState.Notice, Words(circuit.Last ?? failure.Failure), facts);
        }

        if (inUse.Where(index => index.State is SearchIndexState.Filling).MaxBy(index => index.Id) is { } filling)
        {
            facts.Add(new("filled", filling.Filled.ToString(CultureInfo.InvariantCulture)));
        }

        return (inUse.Exists(index => index.State is SearchIndexState.Live), rejected, waiting) switch
        {
            (false, _, _) => new("search", PartState.Notice, "The search index is being filled. Until it is full, the database's own index answers.", facts),
            (_, > 0, _) => new("search", PartState.Notice, "The search engine would not take everything: what it refused is not found there. The reason is below and in the log; the command \"reindex\" tries all of it again.", facts),
            (_, _, > Late) => new("search", PartState.Notice, "Many changes have not reached the search engine yet. They will be found in a while.", facts),
            _ when embed.IsSet && embed.IsFailing => new("search", PartState.Notice, "Search goes by words alone: the endpoint for vectors does not answer.", facts),
            _ => new("search", PartState.Well, "Elasticsearch answers searches.", facts),
        };
    }

    private static string Words(ElasticFailure failure) => failure switch
    {
        ElasticFailure.Unauthorized => "Elasticsearch does not accept the user or the key. Search is simpler meanwhile: the database's own index answers.",
        ElasticFailure.Strange => "What answers at the address of Elasticsearch is not Elasticsearch 8 or later. Search is simpler meanwhile: the database's own index answers.",
        _ => "Elasticsearch does not answer. Search is simpler meanwhile: the database's own index answers. Changes are kept and sent when it is back.",
    };

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);
}
