using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Renderers;
using Markdig.Syntax.Inlines;

namespace BlogCreator.Api.Evidence;

/// <summary>A citation mark <c>[^12]</c> in the Markdown of a post.</summary>
public sealed class CitationMark : LeafInline
{
    public required int Label { get; init; }
}

/// <summary>How the Markdown of posts is read, for checking and for rendering alike.</summary>
public static class PostMarkdown
{
    /// <summary>
    /// Extensions are named one by one: the advanced set would bring generic attributes, through which a text could set
    /// event handlers. HTML in the text stays text.
    /// </summary>
    public static readonly MarkdownPipeline Pipeline = Build();

    public const int MostLinks = 1000;

    /// <summary>
    /// Whether a text that somebody sent can be parsed at all: nesting has a limit, and each link that is begun and never
    /// closed costs a walk to the end of the text.
    /// </summary>
    public static bool CanBeRead(string markdown)
    {
        if (markdown.AsSpan().Count("](") > MostLinks)
        {
            return false;
        }

        try
        {
            Markdown.Parse(markdown, Pipeline);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder().UsePreciseSourceLocation().DisableHtml().UsePipeTables().UseAutoLinks().UseEmphasisExtras(Markdig.Extensions.EmphasisExtras.EmphasisExtraOptions.Strikethrough);
        builder.Extensions.AddIfNotAlready<CitationMarks>();
        return builder.Build();
    }

    private sealed class CitationMarks : IMarkdownExtension
    {
        public void Setup(MarkdownPipelineBuilder pipeline) => pipeline.InlineParsers.InsertBefore<LinkInlineParser>(new CitationMarkParser());

        public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer)
        {
            // Those who render decide what a mark looks like.
        }
    }

    private sealed class CitationMarkParser : InlineParser
    {
        public CitationMarkParser() => OpeningCharacters = ['['];

        public override bool Match(InlineProcessor processor, ref StringSlice slice)
        {
            if (slice.PeekChar() != '^')
            {
                return false;
            }

            var (label, end) = (0, slice.Start + 2);
            for (; end <= slice.End && end < slice.Start + 8 && slice.Text[end] is >= '0' and <= '9' and var digit; end++)
            {
                label = (label * 10) + (digit - '0');
            }

            if (end == slice.Start + 2 || end > slice.End || slice.Text[end] != ']')
            {
                return false;
            }

            var start = processor.GetSourcePosition(slice.Start, out var line, out var column);
            processor.Inline = new CitationMark
            {
                Label = label,
                Line = line,
                Column = column,
                Span = new(start, start + end - slice.Start),
            };
            slice.Start = end + 1;
            return true;
        }
    }
}
