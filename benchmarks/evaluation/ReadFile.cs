using System.Security.Cryptography;
using System.Text;
using BlogCreator.Api.Documents;
using BlogCreator.Api.Documents.Readers;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>Reads a file as the product does, with identifiers that are the same in every run.</summary>
internal static class ReadFile
{
    public static SourceDocument Run(string path)
    {
        var name = Path.GetFileName(path);
        IDocumentReader reader = Path.GetExtension(path) switch
        {
            ".pdf" => new PdfReader(),
            ".txt" => new PlainTextReader(),
            _ => new MarkdownReader(),
        };
        var blocks = new List<Block>();
        var summary = reader.Read(path, new ReaderOutput(2000, 20_000_000, message =>
        {
            if (message.Block is { } block)
            {
                blocks.Add(block);
            }
        }));
        var id = IdOf(name);
        return new SourceDocument(
            id,
            name,
            summary.Title,
            summary.Language,
            [.. SplitPassages.Of(blocks).Select(passage => new SourcePassage(IdOf($"{name} {passage.Order}"), id, name, passage.Page, passage.Heading, passage.Kind, passage.Order, passage.Text))]);
    }

    private static Guid IdOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
