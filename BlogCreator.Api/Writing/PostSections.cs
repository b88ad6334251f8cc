using BlogCreator.Api.Evidence;
using Markdig;
using Markdig.Syntax;

namespace BlogCreator.Api.Writing;

/// <param name="Heading">Plain words; empty for what stands before the first heading of the second level.</param>
/// <param name="Markdown">With its heading.</param>
internal sealed record PostSection(string Heading, string Markdown);

/// <summary>Divides the Markdown of a post at its headings of the second level. The first section is what stands before them, also when that is nothing.</summary>
internal static class PostSections
{
    public static IReadOnlyList<PostSection> Of(string markdown)
    {
        var headings = Markdown.Parse(markdown, PostMarkdown.Pipeline).OfType<HeadingBlock>().Where(block => block.Level == 2).ToList();
        var sections = new List<PostSection> { new("", markdown[..(headings.Count > 0 ? headings[0].Span.Start : markdown.Length)]) };
        for (var i = 0; i < headings.Count; i++)
        {
            var end = i + 1 < headings.Count ? headings[i + 1].Span.Start : markdown.Length;
            var text = markdown[headings[i].Span.Start..end];
            sections.Add(new PostSection(Markdown.ToPlainText(markdown[headings[i].Span.Start..(headings[i].Span.End + 1)], PostMarkdown.Pipeline).Trim(), text));
        }

        return sections;
    }
}
