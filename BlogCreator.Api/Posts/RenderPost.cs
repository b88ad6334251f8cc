using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using BlogCreator.Api.Evidence;
using BlogCreator.Contracts;
using Ganss.Xss;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace BlogCreator.Api.Posts;

/// <summary>
/// The Markdown of a post as HTML that is safe in a page. Text is hostile: HTML in it stays text, what Markdown makes of
/// it is sanitised strictly, and only then do our own marks go in, at places that were held by private characters no text
/// may contain.
/// </summary>
public static partial class RenderPost
{
    private const char Open = '\uE100';
    private const char Close = '\uE101';
    private const char Cite = '\uE102';
    private const char EndOfNumber = '\uE103';
    private const char Code = '\uE104';

    // All the code of a post together; more than this is a file and not an example.
    private const int MostCode = 60_000;

    private static readonly HtmlSanitizer Sanitizer = MakeSanitizer();

    public static string ToHtml(string markdown, IReadOnlyList<ClaimDetails> claims, string slug) => Render(markdown, claims, slug, forPage: true);

    /// <summary>The same for feed readers, which have no style of ours: a mark is a link to its evidence, and that is all.</summary>
    public static string ToFeedHtml(string markdown, IReadOnlyList<ClaimDetails> claims, string slug) => Render(markdown, claims, slug, forPage: false);

    private static string Render(string markdown, IReadOnlyList<ClaimDetails> claims, string slug, bool forPage)
    {
        var document = Markdown.Parse(WithoutPrivateCharacters(markdown), PostMarkdown.Pipeline);
        var shown = claims.Select((claim, index) => (claim, index)).Where(row => row.claim.Verdict != Verdict.NotNeeded).ToList();
        foreach (var leaf in document.Descendants<LeafBlock>())
        {
            if (leaf is { Inline: { } inlines } and not HeadingBlock)
            {
                MarkClaims(inlines, shown);
            }
        }

        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        var renderer = new HtmlRenderer(writer);
        PostMarkdown.Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Insert(0, new CitationMarkRenderer());
        renderer.ObjectRenderers.Insert(0, new PlaceRenderer());
        var code = new List<string>();
        if (forPage)
        {
            renderer.ObjectRenderers.Insert(0, new HighlightedCodeRenderer(code));
        }

        renderer.Render(document);
        var html = PlacePattern().Replace(Sanitizer.Sanitize(writer.ToString()), place => OwnMarkup(place, claims, slug, code, forPage));
        // What scrolls sideways has to be within reach of the keyboard. Text cannot look like these: its brackets are escaped.
        return forPage ? html.Replace("<pre>", "<pre tabindex=\"0\">", StringComparison.Ordinal).Replace("<table>", "<table tabindex=\"0\">", StringComparison.Ordinal) : html;
    }

    /// <summary>The words of a text without marks, for search and for counting.</summary>
    public static string ToPlainText(string markdown)
    {
        var text = new StringBuilder();
        foreach (var leaf in Markdown.Parse(markdown, PostMarkdown.Pipeline).Descendants<LeafBlock>())
        {
            foreach (var literal in leaf.Inline?.Descendants() ?? [])
            {
                switch (literal)
                {
                    case LiteralInline words:
                        text.Append(words.Content.AsSpan());
                        break;
                    case CodeInline code:
                        text.Append(code.Content);
                        break;
                    case HtmlEntityInline entity:
                        text.Append(entity.Transcoded.AsSpan());
                        break;
                    case LineBreakInline:
                        text.Append(' ');
                        break;
                }
            }

            text.Append('\n');
        }

        return text.ToString().Trim();
    }

    /// <summary>Puts places for a claim's beginning and end between the inlines of a block, splitting text where it must.</summary>
    private static void MarkClaims(ContainerInline inlines, List<(ClaimDetails Claim, int Index)> claims)
    {
        foreach (var (claim, index) in claims)
        {
            var first = inlines.FirstOrDefault(inline => inline.Span.Start <= claim.Start && claim.Start <= inline.Span.End && inline is not Place);
            if (first is null)
            {
                continue;
            }

            var opening = new Place(string.Create(CultureInfo.InvariantCulture, $"{Open}{index}{EndOfNumber}"));
            if (first is LiteralInline text && claim.Start > text.Span.Start && Split(text, claim.Start) is { } rest)
            {
                rest.InsertBefore(opening);
            }
            else
            {
                first.InsertBefore(opening);
            }

            // The citation marks behind the full stop belong to their sentence.
            var last = inlines.LastOrDefault(inline => inline is not Place && inline.Span.Start < claim.End && inline.Span.End >= claim.Start) ?? opening;
            if (last is LiteralInline tail && claim.End <= tail.Span.End)
            {
                Split(tail, claim.End);
            }

            while (last.NextSibling is CitationMark mark)
            {
                last = mark;
            }

            last.InsertAfter(new Place($"{Close}"));
        }
    }

    /// <summary>Cuts a literal in two at an offset of the Markdown; null where escapes make text and source differ in length.</summary>
    private static LiteralInline? Split(LiteralInline text, int at)
    {
        var content = text.Content;
        var cut = content.Start + (at - text.Span.Start);
        if (text.Span.Length != content.Length || cut <= content.Start || cut > content.End)
        {
            return null;
        }

        var rest = new LiteralInline
        {
            Content = new(content.Text, cut, content.End),
            Span = new(at, text.Span.End),
            Line = text.Line,
            IsClosed = true,
        };
        text.Content = new(content.Text, content.Start, cut - 1);
        text.Span = new(text.Span.Start, at - 1);
        text.InsertAfter(rest);
        return rest;
    }

    private static string OwnMarkup(Match place, IReadOnlyList<ClaimDetails> claims, string slug, List<string> code, bool forPage)
    {
        if (place.Value[0] == Close)
        {
            return forPage ? "</span>" : "";
        }

        var number = int.Parse(place.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
        if (place.Value[0] == Code)
        {
            return code[number];
        }

        if (place.Value[0] == Open)
        {
            if (!forPage)
            {
                return "";
            }

            var claim = claims[number];
            return $"<span class=\"claim\" id=\"s{number + 1}\" data-verdict=\"{Kebab(claim.Verdict)}\">";
        }

        // A mark belongs to the last sentence that begins before it.
        var position = int.Parse(place.Groups["position"].ValueSpan, CultureInfo.InvariantCulture);
        for (var index = claims.Count - 1; index >= 0; index--)
        {
            if (claims[index].Start <= position)
            {
                return claims[index].Evidence.Any(evidence => evidence.Label == number) ? forPage ? Citation(claims[index], index, number, slug) : FeedCitation(index, number, slug) : "";
            }
        }

        return "";
    }

    private static string Citation(ClaimDetails claim, int index, int label, string slug)
    {
        var evidence = claim.Evidence.First(evidence => evidence.Label == label);
        var where = evidence.Page is { } page ? $"{evidence.DocumentName}, page {page}" : evidence.Heading.Length > 0 ? $"{evidence.DocumentName}, {evidence.Heading}" : evidence.DocumentName;
        var card = $"c{index + 1}-{label}";
        return $"<a class=\"cite\" href=\"/posts/{WebUtility.HtmlEncode(slug)}/evidence#s{index + 1}\" aria-describedby=\"{card}\">{label}</a>"
            + $"<span class=\"card\" id=\"{card}\" role=\"note\"><q>{WebUtility.HtmlEncode(evidence.Quote)}</q>"
            + $"<span class=\"where\">{WebUtility.HtmlEncode(where)}</span>"
            + $"<span class=\"verdict\" data-verdict=\"{Kebab(claim.Verdict)}\">{Words(claim.Verdict)}</span></span>";
    }

    private static string FeedCitation(int index, int label, string slug) =>
        string.Create(CultureInfo.InvariantCulture, $"<sup><a href=\"/posts/{WebUtility.HtmlEncode(Uri.EscapeDataString(slug))}/evidence#s{index + 1}\">[{label}]</a></sup>");

    private static string Kebab(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "supported",
        Verdict.Partly => "partly",
        Verdict.Contradicted => "contradicted",
        Verdict.NotFound => "not-found",
        Verdict.NotNeeded => "not-needed",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Supported => "Supported",
        Verdict.Partly => "Partly supported",
        Verdict.Contradicted => "Contradicted",
        Verdict.NotFound => "Not found in the source",
        Verdict.NotNeeded => "Needs no evidence",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict)),
    };

    /// <summary>Keeps the length, so that offsets stay true.</summary>
    private static string WithoutPrivateCharacters(string text) => PrivatePattern().Replace(text, "\uFFFD");

    private static HtmlSanitizer MakeSanitizer()
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
            {
                "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
            },
            AllowedAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href", "title", "start", "colspan", "rowspan" },
            AllowedSchemes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "https", "http", "mailto" },
            UriAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href" },
        });
        sanitizer.AllowedCssProperties.Clear();
        sanitizer.FilterUrl += (_, url) =>
        {
            if (url.OriginalUrl.TrimStart().StartsWith("//", StringComparison.Ordinal))
            {
                // An address without a scheme is a mistake or a trick.
                url.SanitizedUrl = null;
            }
        };
        sanitizer.PostProcessNode += (_, node) =>
        {
            if (node.Node is AngleSharp.Html.Dom.IHtmlAnchorElement anchor)
            {
                anchor.SetAttribute("rel", "nofollow ugc noopener noreferrer");
            }
        };
        return sanitizer;
    }

    [GeneratedRegex("[\uE100-\uE104]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PrivatePattern();

    [GeneratedRegex("[\uE100\uE104](?<number>[0-9]+)\uE103|\uE101|\uE102(?<number>[0-9]+)\uE103(?<position>[0-9]+)\uE103", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex PlacePattern();

    private sealed class Place(string text) : LeafInline
    {
        public string Text { get; } = text;
    }

    private sealed class PlaceRenderer : HtmlObjectRenderer<Place>
    {
        protected override void Write(HtmlRenderer renderer, Place obj) => renderer.Write(obj.Text);
    }

    /// <summary>Leaves a place where the colours go in after the text was made safe; code in no known language is left to others.</summary>
    private sealed class HighlightedCodeRenderer(List<string> code) : HtmlObjectRenderer<FencedCodeBlock>
    {
        private readonly CodeBlockRenderer _plain = new();
        private int _left = MostCode;

        protected override void Write(HtmlRenderer renderer, FencedCodeBlock obj)
        {
            var text = obj.Lines.ToString();
            _left -= text.Length;
            if (_left < 0 || HighlightCode.Run(text, obj.Info) is not { } html)
            {
                _plain.Write(renderer, obj);
                return;
            }

            code.Add(html);
            renderer.EnsureLine();
            renderer.Write(string.Create(CultureInfo.InvariantCulture, $"<pre><code>{Code}{code.Count - 1}{EndOfNumber}</code></pre>"));
            renderer.EnsureLine();
        }
    }

    private sealed class CitationMarkRenderer : HtmlObjectRenderer<CitationMark>
    {
        protected override void Write(HtmlRenderer renderer, CitationMark obj) =>
            renderer.Write(string.Create(CultureInfo.InvariantCulture, $"{Cite}{obj.Label}{EndOfNumber}{obj.Span.Start}{EndOfNumber}"));
    }
}
