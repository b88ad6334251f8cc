namespace BlogCreator.Api.Writing;

/// <summary>A section as it is told while the post is being written; citation marks come when it is put together.</summary>
internal static class ShowSection
{
    public static ShownSection Run(int index, string heading, IReadOnlyList<ShownBlock> blocks) => new(index, heading, Markdown(blocks), blocks);

    private static string Markdown(IReadOnlyList<ShownBlock> blocks) => string.Join("\n\n", blocks.Select(block => block.Kind switch
    {
        BlockKind.Bullets => string.Join('\n', block.Sentences.Select(sentence => "- " + sentence.Text)),
        BlockKind.Quote => "> " + string.Join(' ', block.Sentences.Select(sentence => sentence.Text)),
        _ => string.Join(' ', block.Sentences.Select(sentence => sentence.Text)),
    }));
}
