using System.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BlogCreator.Api.Evidence;

/// <summary>A sentence of a post before it is checked.</summary>
/// <param name="Text">As a reader sees it: without emphasis and marks.</param>
/// <param name="Span">Where it stands in the Markdown, without the marks behind it.</param>
internal sealed record ClaimSentence(string Text, TextSpan Span, IReadOnlyList<int> Labels, bool InQuote, bool InSources);

/// <summary>Finds the sentences of a post: paragraphs, list items, block quotes and table cells. Headings and code claim nothing.</summary>
internal static class ReadClaims
{
    private static readonly string[] SourcesHeadings = ["Sources", "Quellen", "Sources citées", "Fuentes", "Fonti", "Bronnen", "Fontes"];

    public static List<ClaimSentence> Run(string markdown)
    {
        var claims = new List<ClaimSentence>();
        var inSources = false;
        foreach (var block in Markdown.Parse(markdown, PostMarkdown.Pipeline))
        {
            if (block is HeadingBlock heading)
            {
                var title = new Prose(markdown);
                title.Read(heading.Inline);
                inSources = SourcesHeadings.Contains(title.Text.Trim(), StringComparer.OrdinalIgnoreCase);
                continue;
            }

            Read(block, markdown, inQuote: false, inSources, claims);
        }

        return claims;
    }

    private static void Read(Block block, string markdown, bool inQuote, bool inSources, List<ClaimSentence> claims)
    {
        switch (block)
        {
            case HeadingBlock or CodeBlock or ThematicBreakBlock or LinkReferenceDefinitionGroup or LinkReferenceDefinition:
                return;
            case TableRow { IsHeader: true }:
                return;
            case ContainerBlock container:
                foreach (var child in container)
                {
                    Read(child, markdown, inQuote || block is QuoteBlock, inSources, claims);
                }

                return;
            case LeafBlock { Inline: { } inline }:
                var prose = new Prose(markdown);
                prose.Read(inline);
                prose.AddSentences(claims, inQuote, inSources);
                return;
            default:
                return;
        }
    }

    /// <summary>The text of one block with the way back to the Markdown.</summary>
    private sealed class Prose(string markdown)
    {
        private readonly StringBuilder _text = new();
        private readonly List<int> _origin = [];
        private readonly List<(int At, int Label)> _marks = [];

        public string Text => _text.ToString();

        public void Read(ContainerInline? container)
        {
            foreach (var inline in container ?? [])
            {
                switch (inline)
                {
                    case CitationMark mark:
                        // One character stands for a mark, so that the offsets of sentences stay simple.
                        _marks.Add((_text.Length, mark.Label));
                        _text.Append(SplitSentences.Mark);
                        _origin.Add(mark.Span.Start);
                        break;
                    case LiteralInline literal:
                        var content = literal.Content.ToString();
                        var first = literal.Span.End - content.Length + 1;
                        for (var i = 0; i < content.Length; i++)
                        {
                            Add(content[i], first + i);
                        }

                        break;
                    case CodeInline code:
                        var start = code.Span.Start + Math.Max(0, (code.Span.Length - code.Content.Length) / 2);
                        for (var i = 0; i < code.Content.Length; i++)
                        {
                            Add(code.Content[i], Math.Min(start + i, code.Span.End));
                        }

                        break;
                    case HtmlEntityInline entity:
                        foreach (var c in entity.Transcoded.ToString())
                        {
                            Add(c, entity.Span.Start);
                        }

                        break;
                    case AutolinkInline link:
                        for (var i = 0; i < link.Url.Length; i++)
                        {
                            Add(link.Url[i], Math.Min(link.Span.Start + i, link.Span.End));
                        }

                        break;
                    case LineBreakInline line:
                        Add(' ', line.Span.Start);
                        break;
                    case ContainerInline nested:
                        Read(nested);
                        break;
                    default:
                        break;
                }
            }
        }

        private void Add(char c, int origin)
        {
            _text.Append(c is SplitSentences.Mark ? '\uFFFD' : c);
            _origin.Add(Math.Clamp(origin, 0, Math.Max(0, markdown.Length - 1)));
        }

        public void AddSentences(List<ClaimSentence> claims, bool inQuote, bool inSources)
        {
            var text = Text;
            // The line under a quotation and the items of the list of sources are one piece, whatever stops a file name holds.
            var spans = inSources || (inQuote && text.TrimStart().StartsWith('—')) ? [new TextSpan(0, text.Length)] : SplitSentences.Run(text);
            var firstClaim = claims.Count;
            for (var s = 0; s < spans.Count; s++)
            {
                var from = s == 0 ? 0 : spans[s].Start;
                var to = s + 1 < spans.Count ? spans[s + 1].Start : text.Length;
                var labels = _marks.Where(mark => mark.At >= from && mark.At < to).Select(mark => mark.Label).Distinct().ToList();
                var end = spans[s].End;
                while (end > spans[s].Start && (text[end - 1] is SplitSentences.Mark || char.IsWhiteSpace(text[end - 1])))
                {
                    end--;
                }

                var start = spans[s].Start;
                while (start < end && (text[start] is SplitSentences.Mark || char.IsWhiteSpace(text[start])))
                {
                    start++;
                }

                if (start >= end)
                {
                    // Marks with no words of their own belong to the sentence before them.
                    if (claims.Count > firstClaim)
                    {
                        claims[^1] = claims[^1] with { Labels = [.. claims[^1].Labels.Union(labels)] };
                    }

                    continue;
                }

                claims.Add(new ClaimSentence(
                    Clean(text[start..end]),
                    new TextSpan(_origin[start], _origin[end - 1] + 1),
                    labels,
                    inQuote,
                    inSources));
            }

            if (inQuote && claims.Count > firstClaim)
            {
                // One mark at the end of a quoted paragraph stands for all of it.
                var all = claims[^1].Labels;
                for (var i = firstClaim; i < claims.Count; i++)
                {
                    claims[i] = claims[i] with { Labels = claims[i].Labels.Count > 0 ? claims[i].Labels : all };
                }
            }
        }

        private static string Clean(string text)
        {
            var clean = new StringBuilder(text.Length);
            foreach (var c in text)
            {
                if (c is SplitSentences.Mark)
                {
                    continue;
                }

                if (char.IsWhiteSpace(c))
                {
                    if (clean.Length > 0 && clean[^1] is not ' ')
                    {
                        clean.Append(' ');
                    }
                }
                else
                {
                    clean.Append(c);
                }
            }

            return clean.ToString().Trim();
        }
    }
}
