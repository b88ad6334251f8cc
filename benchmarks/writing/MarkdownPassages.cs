using System.Security.Cryptography;
using System.Text;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;

namespace BlogCreator.Benchmarks.Writing;

/// <summary>A plain reader for the benchmark: headings and empty lines divide the text.</summary>
internal static class MarkdownPassages
{
    public static SourceDocument Read(string name, string markdown)
    {
        var id = IdOf(name);
        var path = new List<(int Level, string Text)>();
        var passages = new List<SourcePassage>();
        foreach (var block in markdown.Replace("\r\n", "\n", StringComparison.Ordinal).Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (block[0] is '#')
            {
                var level = block.TakeWhile(c => c is '#').Count();
                path.RemoveAll(heading => heading.Level >= level);
                path.Add((level, block[level..].Split('\n')[0].Trim()));
                continue;
            }

            var kind = block[0] is '|' ? "table" : block.StartsWith("- ", StringComparison.Ordinal) ? "list" : "prose";
            passages.Add(new SourcePassage(IdOf(name + passages.Count), id, name, null, string.Join(" › ", path.Select(heading => heading.Text)), kind, passages.Count, block));
        }

        return new SourceDocument(id, name, null, null, passages);
    }

    private static Guid IdOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
