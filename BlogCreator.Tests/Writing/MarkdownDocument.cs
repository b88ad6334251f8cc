using System.Security.Cryptography;
using System.Text;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;

namespace BlogCreator.Tests.Writing;

/// <summary>A plain reader for tests: headings and empty lines divide the text.</summary>
internal static class MarkdownDocument
{
    public static SourceDocument Read(string name, string markdown, string? language = null)
    {
        var id = IdOf(name);
        var path = new List<(int Level, string Text)>();
        var passages = new List<SourcePassage>();
        foreach (var block in markdown.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (block[0] is '#')
            {
                var level = block.TakeWhile(c => c is '#').Count();
                path.RemoveAll(heading => heading.Level >= level);
                path.Add((level, block[level..].Split('\n')[0].Trim()));
                continue;
            }

            var kind = block[0] is '|' ? "table" : block.StartsWith("- ", StringComparison.Ordinal) ? "list" : "prose";
            passages.Add(new SourcePassage(IdOf(name + passages.Count), id, name, passages.Count / 3 + 1, string.Join(" › ", path.Select(heading => heading.Text)), kind, passages.Count, block));
        }

        return new SourceDocument(id, name, null, language, passages);
    }

    public static BriefDetails Brief(IEnumerable<SourceDocument> documents, string? topic = null, PostLength length = PostLength.Short) =>
        new(topic, [.. documents.Select(document => document.Id)], null, null, length, null, null);

    private static Guid IdOf(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
