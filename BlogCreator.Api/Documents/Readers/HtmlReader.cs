using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>A web page: the article without the page around it; the whole page where there is no article. Nothing is fetched and no script runs.</summary>
internal sealed partial class HtmlReader : IDocumentReader
{
    private const int ShortestArticle = 500;
    // Deeper than any page that a person made; the article finder walks it by recursion.
    private const int DeepestForArticle = 400;

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        var bytes = File.ReadAllBytes(path);
        output.Expect(bytes.Length / 8);
        var document = Parse(DecodeText.Of(bytes, DeclaredCharset(bytes)));
        var title = CleanText.Line(document.Title ?? string.Empty);
        var language = document.DocumentElement.GetAttribute("lang")?.Split('-')[0];
        HiddenHtml.Remove(document);
        var writer = new BlockWriter(output);
        if (Article(document) is { } article)
        {
            if (CleanText.Line(article.Title ?? string.Empty) is { Length: > 0 } headline)
            {
                title = headline;
                if (!article.Content.Contains("<h1", StringComparison.OrdinalIgnoreCase))
                {
                    writer.Write(BlockKind.Heading, headline, 1);
                }
            }

            new HtmlBlocks(writer).Write(Parse(article.Content).Body!);
        }
        else
        {
            foreach (var around in document.QuerySelectorAll("nav, body > header nav, body > footer, aside[role=complementary]").ToList())
            {
                around.Remove();
            }

            new HtmlBlocks(writer).Write(document.Body ?? document.DocumentElement);
        }

        return writer.Finish(title: writer.FirstHeading ?? (title.Length > 0 ? title : null), language: language is { Length: > 1 and < 9 } ? language : null);
    }

    internal static IHtmlDocument Parse(string html) => new HtmlParser(new HtmlParserOptions { IsScripting = false }).ParseDocument(html);

    internal static string? DeclaredCharset(ReadOnlySpan<byte> bytes) =>
        Charset().Match(System.Text.Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 4096)])) is { Success: true } declared ? declared.Groups["name"].Value : null;

    private static SmartReader.Article? Article(IHtmlDocument document)
    {
        var whole = document.Body?.TextContent.Length ?? 0;
        if (whole < ShortestArticle || Depth(document) > DeepestForArticle)
        {
            return null;
        }

        try
        {
            var article = new SmartReader.Reader("http://document.invalid/", document.DocumentElement.OuterHtml) { Logging = SmartReader.ReportLevel.Info }.GetArticle();
            var length = article.Completed && article.IsReadable ? CleanText.Line(article.TextContent ?? string.Empty).Length : 0;
            // Where the finder keeps only a scrap of the page, the page is no article but, say, a table or a list.
            return length >= ShortestArticle && length * 4 >= CleanText.Line(document.Body!.TextContent).Length && KeepsTables(article, document) ? article : null;
        }
        catch (Exception problem) when (problem is not (OutOfMemoryException or ReadFailedException))
        {
            // A finder of articles that stumbles over a page has found none.
            return null;
        }
    }

    private static bool KeepsTables(SmartReader.Article article, IHtmlDocument document)
    {
        var kept = Parse(article.Content).QuerySelectorAll("td").Length;
        return kept * 2 >= document.QuerySelectorAll("main td, article td, body > table td").Length;
    }

    private static int Depth(IHtmlDocument document)
    {
        var deepest = 0;
        var open = new Stack<(INode Node, int Depth)>([(document, 0)]);
        while (open.TryPop(out var at))
        {
            deepest = Math.Max(deepest, at.Depth);
            foreach (var child in at.Node.ChildNodes)
            {
                open.Push((child, at.Depth + 1));
            }
        }

        return deepest;
    }

    [GeneratedRegex("""<meta[^>]{0,300}charset\s*=\s*["']?\s*(?<name>[\w:.-]{2,40})|<\?xml[^>]{0,200}encoding\s*=\s*["'](?<name>[\w:.-]{2,40})""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Charset();
}
