using BlogCreator.Api.Documents.Readers;

namespace BlogCreator.Tests.Documents;

/// <summary>Runs a reader in the test's own process.</summary>
internal static class ReadBlocks
{
    public static (ReaderSummary Summary, List<Block> Blocks) Of(IDocumentReader reader, string file)
    {
        var blocks = new List<Block>();
        var summary = reader.Read(file, new ReaderOutput(100, 1_000_000, message =>
        {
            if (message.Block is { } block)
            {
                blocks.Add(block);
            }
        }));
        return (summary, blocks);
    }
}
