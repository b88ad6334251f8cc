using BlogCreator.Api.Writing.Models;

namespace BlogCreator.Api.Writing;

/// <summary>Which writer a generation gets: that with the language model where one is set, else the one that needs none.</summary>
internal sealed class ChooseWriter(LanguageModel model, ExtractiveWriter extractive, LiveText live, ILogger<LanguageModelWriter> logger)
{
    public string Name => model.IsSet ? model.Name : extractive.Name;

    public LanguageModelOptions Options => model.Options;

    public bool HasModel => model.IsSet;

    /// <summary>The writer that the generation began with, or what is left of it. The session is null without a model.</summary>
    public async Task<(IPostWriter Writer, ModelSession? Session)> For(WritingRun run, CancellationToken cancel)
    {
        var generation = run.Generation;
        if (generation.Writer == extractive.Name || generation.Writer.EndsWith(Generation.WithoutModel, StringComparison.Ordinal))
        {
            return (extractive, null);
        }

        if (!model.IsSet)
        {
            await Changed("The language model this post was begun with is no longer set up.", cancel);
            return (extractive, null);
        }

        var session = new ModelSession(
            model,
            new ModelUse(generation.InputTokens, generation.OutputTokens),
            (use, stop) => run.Store(() =>
            {
                generation.Use(use.Input, use.Output, use.Money(Options));
                return run.Tell("usage", new { generation.InputTokens, generation.OutputTokens, generation.Money, generation.Currency, generation.Budget }, stop);
            }, stop),
            (failure, stop) => Changed(ModelFailedException.Say(failure), stop),
            logger);
        var writer = new LanguageModelWriter(model.Name, session, extractive, section => live.Show(generation.Id, section), run.Notice);
        return (writer, session);

        Task Changed(string reason, CancellationToken stop) => run.Store(() =>
        {
            generation.GoOnWithoutModel();
            return run.Tell("notice", new { code = "writer-changed", text = reason + " The rest is made of sentences taken from your documents." }, stop);
        }, stop);
    }
}
