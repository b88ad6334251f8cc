using System.Globalization;
using System.Text;
using Markdig;
using Markdig.Extensions.DefinitionLists;
using Markdig.Extensions.Footnotes;
using Markdig.Extensions.Tables;
using Markdig.Extensions.TaskLists;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Markdown: its tree already says what is a heading, a list or a table. HTML and pictures are left out.</summary>
internal sealed class MarkdownReader : IDocumentReader
{
    private const int DeepestNesting = 64;
    // Each link that is begun and never closed costs the parser a walk to the end of its paragraph.
    private const int MostOpenLinks = 500;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter()
        .UsePipeTables()
        .UseGridTables()
        .UseFootnotes()
        .UseDefinitionLists()
        .UseTaskLists()
        .UseEmphasisExtras()
        .Build();

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        var bytes = File.ReadAllBytes(path);
        output.Expect(bytes.Length / 4);
        var text = DecodeText.Of(bytes);
        output.Expect(text.Length);
        if (HasEndlessLinks(text))
        {
            // No person writes this; what there is to read is read as plain text.
            return PlainTextReader.ReadText(text, output);
        }

        var tree = Parse(text);
        var title = TitleOf(tree);
        var blocks = new List<Block>();
        var inReferences = 0;
        foreach (var node in tree)
        {
            foreach (var block in BlocksOf(node, 0))
            {
                if (block.Kind == BlockKind.Heading)
                {
                    inReferences = SectionNames.IsReferences(block.Text) ? block.Level : block.Level <= inReferences ? 0 : inReferences;
                    title ??= block.Level == 1 ? block.Text : null;
                }

                blocks.Add(inReferences > 0 && block.Kind != BlockKind.Heading ? block with { Kind = BlockKind.References } : block);
            }
        }

        foreach (var block in blocks)
        {
            output.Write(block);
        }

        return output.HasText
            ? new ReaderSummary(null, title, GuessLanguage.Of(blocks.Where(block => block.Kind != BlockKind.Code).Select(block => block.Text)))
            : throw new ReadFailedException(ReadFailures.NothingWritten);
    }

    private static bool HasEndlessLinks(string text)
    {
        var (open, closed, isBlank) = (0, 0, true);
        foreach (var letter in text)
        {
            if (letter == '\n')
            {
                // A paragraph ends at an empty line, and with it whatever was begun in it.
                (open, closed) = isBlank ? (0, 0) : (open, closed);
                isBlank = true;
                continue;
            }

            isBlank &= char.IsWhiteSpace(letter);
            open += letter is '[' or '(' or '<' ? 1 : 0;
            closed += letter is ']' or ')' or '>' ? 1 : 0;
            if (open - Math.Min(open, closed) > MostOpenLinks)
            {
                return true;
            }
        }

        return false;
    }

    private static MarkdownDocument Parse(string text)
    {
        try
        {
            return Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig's answer to elements nested deeper than any person writes.
            throw new ReadFailedException(ReadFailures.Crashed);
        }
    }

    private static IEnumerable<Block> BlocksOf(Markdig.Syntax.Block node, int depth)
    {
        if (depth > DeepestNesting)
        {
            yield break;
        }

        switch (node)
        {
            case YamlFrontMatterBlock or HtmlBlock or LinkReferenceDefinitionGroup or ThematicBreakBlock:
                break;
            case HeadingBlock heading:
                yield return new Block(BlockKind.Heading, TextOf(heading.Inline), Level: heading.Level);
                break;
            case CodeBlock code:
                yield return new Block(BlockKind.Code, CleanText.Code(code.Lines.ToString()));
                break;
            case Table table:
                yield return new Block(BlockKind.Table, Rows(table));
                break;
            case ListBlock list:
                yield return new Block(BlockKind.List, string.Join('\n', Items(list, 0)));
                break;
            case QuoteBlock quote:
                yield return new Block(BlockKind.Quote, string.Join('\n', quote.SelectMany(child => BlocksOf(child, depth + 1)).Select(block => block.Text)));
                break;
            case FootnoteGroup notes:
                foreach (var note in notes)
                {
                    yield return new Block(BlockKind.Note, Flat(note, depth + 1));
                }

                break;
            case DefinitionList definitions:
                foreach (var definition in definitions.OfType<DefinitionItem>())
                {
                    yield return new Block(BlockKind.Paragraph, string.Join(": ", definition.Select(child => Flat(child, depth + 1))));
                }

                break;
            case ContainerBlock container:
                foreach (var block in container.SelectMany(child => BlocksOf(child, depth + 1)))
                {
                    yield return block;
                }

                break;
            case LeafBlock leaf:
                yield return new Block(BlockKind.Paragraph, TextOf(leaf.Inline));
                break;
        }
    }

    private static string Flat(Markdig.Syntax.Block node, int depth) =>
        string.Join(' ', BlocksOf(node, depth).Select(block => block.Text.Replace('\n', ' ')).Where(text => text.Length > 0));

    private static IEnumerable<string> Items(ListBlock list, int depth)
    {
        var number = int.TryParse(list.OrderedStart, CultureInfo.InvariantCulture, out var first) ? first : 1;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            var mark = list.IsOrdered ? $"{number++}." : "-";
            yield return $"{mark} {string.Join(' ', item.Where(child => child is not ListBlock).Select(child => Flat(child, depth + 1)))}".TrimEnd();
            if (depth > DeepestNesting)
            {
                continue;
            }

            foreach (var nested in item.OfType<ListBlock>().SelectMany(child => Items(child, depth + 1)))
            {
                yield return nested;
            }
        }
    }

    private static string Rows(Table table) => string.Join('\n', table
        .OfType<TableRow>()
        .Select(row => TableText.Row(row.OfType<TableCell>().Select(cell => Flat(cell, 0)))));

    private static string TextOf(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        Append(inlines, text, 0);
        return CleanText.Line(text.ToString());
    }

    private static void Append(Inline? inline, StringBuilder text, int depth)
    {
        switch (inline)
        {
            case null or HtmlInline or FootnoteLink or TaskList:
                break;
            case LiteralInline literal:
                text.Append(literal.Content.AsSpan());
                break;
            case CodeInline code:
                text.Append(code.Content);
                break;
            case HtmlEntityInline entity:
                text.Append(entity.Transcoded.AsSpan());
                break;
            case AutolinkInline link:
                text.Append(link.Url);
                break;
            case LineBreakInline:
                text.Append(' ');
                break;
            case LinkInline { IsImage: true }:
                break;
            case ContainerInline container when depth < DeepestNesting:
                foreach (var child in container)
                {
                    Append(child, text, depth + 1);
                }

                break;
        }
    }

    private static string? TitleOf(MarkdownDocument tree)
    {
        foreach (var line in tree.OfType<YamlFrontMatterBlock>().SelectMany(front => front.Lines.ToString().Split('\n')))
        {
            if (line.StartsWith("title:", StringComparison.OrdinalIgnoreCase)
                && CleanText.Line(line.AsSpan("title:".Length).Trim().Trim("\"'")) is { Length: > 0 } title)
            {
                return title;
            }
        }

        return null;
    }
}
