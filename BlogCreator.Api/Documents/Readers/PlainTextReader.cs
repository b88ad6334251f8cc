using System.Text.RegularExpressions;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Plain text: paragraphs between blank lines, hard-wrapped lines joined, headings where the writer marked them.</summary>
internal sealed partial class PlainTextReader : IDocumentReader
{
    private const int LongestHeading = 100;

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        var bytes = File.ReadAllBytes(path);
        output.Expect(bytes.Length / 4);
        return ReadText(DecodeText.Of(bytes), output);
    }

    internal static ReaderSummary ReadText(string text, ReaderOutput output)
    {
        output.Expect(text.Length);
        var blocks = BlocksOf(text);
        foreach (var block in blocks)
        {
            output.Write(block);
        }

        return output.HasText
            ? new ReaderSummary(
                null,
                blocks.FirstOrDefault(block => block.Kind == BlockKind.Heading)?.Text,
                GuessLanguage.Of(blocks.Select(block => block.Text)))
            : throw new ReadFailedException(ReadFailures.NothingWritten);
    }

    internal static List<Block> BlocksOf(string text)
    {
        var blocks = new List<Block>();
        var paragraphs = Paragraphs(text.Replace('\f', '\n').Split('\n'));
        var inReferences = 0;
        for (var i = 0; i < paragraphs.Count; i++)
        {
            foreach (var block in BlocksOf(paragraphs[i], isFirst: i == 0, isLast: i == paragraphs.Count - 1))
            {
                if (block.Kind == BlockKind.Heading)
                {
                    inReferences = SectionNames.IsReferences(block.Text) ? block.Level : block.Level <= inReferences ? 0 : inReferences;
                }

                blocks.Add(inReferences > 0 && block.Kind != BlockKind.Heading ? block with { Kind = BlockKind.References } : block);
            }
        }

        return blocks;
    }

    private static List<List<string>> Paragraphs(string[] lines)
    {
        var paragraphs = new List<List<string>>();
        var current = new List<string>();
        foreach (var line in lines)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                current.Add(line.TrimEnd());
            }
            else if (current.Count > 0)
            {
                paragraphs.Add(current);
                current = [];
            }
        }

        if (current.Count > 0)
        {
            paragraphs.Add(current);
        }

        return paragraphs;
    }

    private static IEnumerable<Block> BlocksOf(List<string> lines, bool isFirst, bool isLast)
    {
        if (lines.Count >= 2 && Underline().IsMatch(lines[1]) && lines[0].Trim().Length <= LongestHeading)
        {
            yield return new Block(BlockKind.Heading, CleanText.Line(lines[0]), Level: lines[1].TrimStart().StartsWith('=') ? 1 : 2);
            lines = lines[2..];
        }
        else if (lines.Count == 1 && HeadingLevel(lines[0].Trim(), isFirst, isLast) is { } level)
        {
            yield return new Block(BlockKind.Heading, CleanText.Line(lines[0].Trim().TrimStart('#')), Level: level);
            yield break;
        }

        foreach (var block in Body(lines))
        {
            yield return block;
        }
    }

    private static IEnumerable<Block> Body(List<string> lines)
    {
        if (lines.Count == 0)
        {
            yield break;
        }

        if (lines.All(line => Underline().IsMatch(line)))
        {
            yield break;
        }

        if (lines.Count > 1 && lines.All(line => SectionNames.IsContentsLine(line)))
        {
            yield return new Block(BlockKind.Toc, CleanText.Lines(string.Join('\n', lines)));
            yield break;
        }

        var firstItem = lines.FindIndex(line => ListItem().IsMatch(line));
        if (firstItem >= 0 && lines.Count(line => ListItem().IsMatch(line)) > (lines.Count > 1 ? 1 : 0) - (firstItem == 0 ? 1 : 0))
        {
            if (firstItem > 0)
            {
                yield return new Block(BlockKind.Paragraph, JoinLines(lines[..firstItem]));
            }

            yield return new Block(BlockKind.List, string.Join('\n', Items(lines[firstItem..])));
            yield break;
        }

        if (lines.Count >= 2 && lines.Count(line => WideGap().IsMatch(line.Trim()) || line.Contains('\t', StringComparison.Ordinal)) * 3 >= lines.Count * 2)
        {
            yield return new Block(BlockKind.Table, string.Join('\n', lines.Select(line => string.Join(" | ", CellGap()
                .Split(line.Trim())
                .Select(cell => CleanText.Line(cell))
                .Where(cell => cell.Length > 0)))));
            yield break;
        }

        foreach (var paragraph in Unwrap(lines))
        {
            yield return new Block(SectionNames.IsCaption(paragraph) ? BlockKind.Caption : BlockKind.Paragraph, paragraph);
        }
    }

    // Lines that end where the widest ones end were wrapped by a program; a much shorter line that ends a sentence ends its paragraph.
    private static IEnumerable<string> Unwrap(List<string> lines)
    {
        var widest = lines.Max(line => line.Length);
        if (widest > 200)
        {
            foreach (var line in lines)
            {
                yield return CleanText.Line(line);
            }

            yield break;
        }

        var start = 0;
        for (var i = 1; i < lines.Count; i++)
        {
            var endsEarly = lines[i - 1].Length < widest * 0.7 && lines[i - 1].TrimEnd()[^1] is '.' or '!' or '?' or ':' or '"' or '”';
            var isIndented = lines[i].StartsWith("  ", StringComparison.Ordinal) && !lines[i - 1].StartsWith("  ", StringComparison.Ordinal);
            if (endsEarly || isIndented)
            {
                yield return JoinLines(lines[start..i]);
                start = i;
            }
        }

        yield return JoinLines(lines[start..]);
    }

    private static IEnumerable<string> Items(List<string> lines)
    {
        var start = 0;
        for (var i = 1; i <= lines.Count; i++)
        {
            if (i == lines.Count || ListItem().IsMatch(lines[i]))
            {
                var item = JoinLines(lines[start..i]);
                yield return Bullet().IsMatch(item) ? "- " + Bullet().Replace(item, string.Empty) : item;
                start = i;
            }
        }
    }

    private static string JoinLines(List<string> lines) => JoinHyphens.Of(lines.Select(line => CleanText.Line(line)), _ => false);

    private static int? HeadingLevel(string line, bool isFirst, bool isLast)
    {
        if (line.Length is 0 or > LongestHeading || isLast || !line.Any(char.IsLetter))
        {
            return null;
        }

        if (Hashes().Match(line) is { Success: true } hashes)
        {
            return hashes.Groups["hashes"].Length;
        }

        if (line[^1] is '.' or ',' or ';' or ':' or '"')
        {
            return null;
        }

        if (Numbered().Match(line) is { Success: true } numbered)
        {
            return Math.Min(6, 1 + numbered.Groups["number"].Value.TrimEnd('.').Count(letter => letter == '.'));
        }

        if (line.Any(char.IsUpper) && !line.Any(char.IsLower) && line.Count(char.IsLetter) >= 4)
        {
            return 1;
        }

        return isFirst && char.IsUpper(line[0]) && line.Split(' ').Length <= 12 ? 1 : null;
    }

    [GeneratedRegex(@"^\s*(?:={3,}|-{3,}|~{3,}|\*{3,}|_{3,})\s*$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Underline();

    [GeneratedRegex(@"^(?<hashes>#{1,6})\s+\S", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Hashes();

    [GeneratedRegex(@"^(?:chapter\s+|section\s+|part\s+)?(?<number>\d{1,2}(?:\.\d{1,2}){0,4}\.?)\s+\p{Lu}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Numbered();

    [GeneratedRegex(@"^\s*(?:[-*+•◦▪‣·●○]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex ListItem();

    [GeneratedRegex(@"^[-*+•◦▪‣·●○]\s+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"\S {3,}\S", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex WideGap();

    [GeneratedRegex(@"\t+| {3,}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex CellGap();
}
