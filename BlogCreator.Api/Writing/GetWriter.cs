using BlogCreator.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BlogCreator.Api.Writing;

/// <summary>Who writes the next post: a language model, or nobody but the documents. Never its key or address.</summary>
internal static class GetWriter
{
    public static Ok<WriterDetails> Handle(ChooseWriter writers) => TypedResults.Ok(Of(writers));

    public static WriterDetails Of(ChooseWriter writers)
    {
        var options = writers.Options;
        return writers.HasModel
            ? new WriterDetails(writers.Name, options.Known!.Name, options.Model!.Trim(), options.Judge, options.MaxTokensPerGeneration, options.ShownCurrency, options.MaxMoneyPerGeneration)
            : new WriterDetails(writers.Name, null, null, Judge: false, null, null, null);
    }
}
