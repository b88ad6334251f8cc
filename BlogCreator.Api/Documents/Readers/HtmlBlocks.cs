using System.Text;
using AngleSharp.Dom;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>What HTML shows, as blocks: shared by web pages, books and mail. Scripts, forms and pictures say nothing here.</summary>
internal sealed class HtmlBlocks(BlockWriter writer)
{
    private const int DeepestNesting = 200;
    private const int LongestCell = 500;

    private static readonly HashSet<string> Silent = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "head", "title", "meta", "link", "button", "input",
        "select", "textarea", "canvas", "audio", "video", "map", "dialog", "rt", "rp", "datalist", "frameset", "applet", "base",
    };

    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark",
        "math", "q", "ruby", "rb", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    };

    private readonly StringBuilder _text = new();

    public void Write(INode root)
    {
        Walk(root, 0, BlockKind.Paragraph);
        Flush(BlockKind.Paragraph);
    }

    private void Walk(INode parent, int depth, BlockKind kind)
    {
        foreach (var node in parent.ChildNodes)
        {
            switch (node)
            {
                case IText words:
                    _text.Append(words.Data);
                    break;
                case IElement element when !Silent.Contains(element.LocalName):
                    Enter(element, depth, kind);
                    break;
            }
        }
    }

    private void Enter(IElement element, int depth, BlockKind kind)
    {
        if (depth > DeepestNesting)
        {
            _text.Append(' ').Append(element.TextContent).Append(' ');
            return;
        }

        switch (element.LocalName.ToLowerInvariant())
        {
            case "br":
                _text.Append('\n');
                break;
            case "sup" when IsMark(element):
                break;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Flush(kind);
                writer.Write(BlockKind.Heading, element.TextContent, element.LocalName[1] - '0');
                break;
            case "ul" or "ol" or "menu":
                Flush(kind);
                writer.Write(BlockKind.List, string.Join('\n', Items(element, 0)));
                break;
            case "dl":
                Flush(kind);
                WriteDefinitions(element);
                break;
            case "table":
                Flush(kind);
                WriteTable(element, depth, kind);
                break;
            case "pre":
                Flush(kind);
                writer.Write(BlockKind.Code, element.TextContent);
                break;
            case "blockquote":
                Flush(kind);
                Walk(element, depth + 1, BlockKind.Quote);
                Flush(BlockKind.Quote);
                break;
            case "figcaption" or "caption":
                Flush(kind);
                writer.Write(BlockKind.Caption, element.TextContent);
                break;
            case "img":
                break;
            case var name when Inline.Contains(name):
                Walk(element, depth + 1, kind);
                break;
            default:
                Flush(kind);
                var own = IsNote(element) ? BlockKind.Note : IsQuotedMail(element) ? BlockKind.Quote : kind;
                Walk(element, depth + 1, own);
                Flush(own);
                break;
        }
    }

    private void Flush(BlockKind kind)
    {
        var text = CleanText.Line(_text.ToString());
        _text.Clear();
        if (text.Length > 0)
        {
            writer.Write(kind == BlockKind.Paragraph && SectionNames.IsCaption(text) && text.Length < 300 ? BlockKind.Caption : kind, text);
        }
    }

    private static IEnumerable<string> Items(IElement list, int depth)
    {
        var number = int.TryParse(list.GetAttribute("start"), System.Globalization.CultureInfo.InvariantCulture, out var first) ? first : 1;
        foreach (var item in list.Children.Where(item => item.LocalName is "li"))
        {
            var text = new StringBuilder();
            var nested = new List<IElement>();
            AppendItem(item, text, nested, 0);
            var clean = CleanText.Line(text.ToString());
            if (clean.Length > 0)
            {
                yield return $"{(list.LocalName == "ol" ? $"{number++}." : "-")} {clean}";
            }

            foreach (var line in depth > DeepestNesting ? [] : nested.SelectMany(child => Items(child, depth + 1)))
            {
                yield return line;
            }
        }
    }

    private static void AppendItem(INode parent, StringBuilder text, List<IElement> nested, int depth)
    {
        foreach (var node in parent.ChildNodes)
        {
            switch (node)
            {
                case IText words:
                    text.Append(words.Data);
                    break;
                case IElement { LocalName: "ul" or "ol" or "menu" } list:
                    nested.Add(list);
                    break;
                case IElement { LocalName: "sup" } mark when IsMark(mark):
                    break;
                case IElement element when !Silent.Contains(element.LocalName) && depth < DeepestNesting:
                    text.Append(Inline.Contains(element.LocalName) ? string.Empty : " ");
                    AppendItem(element, text, nested, depth + 1);
                    text.Append(Inline.Contains(element.LocalName) ? string.Empty : " ");
                    break;
            }
        }
    }

    private void WriteDefinitions(IElement list)
    {
        var term = string.Empty;
        foreach (var child in list.Children.SelectMany(child => child.LocalName == "div" ? child.Children.AsEnumerable() : [child]))
        {
            if (child.LocalName == "dt")
            {
                term = CleanText.Line(term.Length == 0 ? child.TextContent : $"{term}, {child.TextContent}");
            }
            else if (child.LocalName == "dd")
            {
                writer.Write(BlockKind.Paragraph, term.Length > 0 ? $"{term}: {child.TextContent}" : child.TextContent);
                term = string.Empty;
            }
        }

        writer.Write(BlockKind.Paragraph, term);
    }

    private void WriteTable(IElement table, int depth, BlockKind kind)
    {
        var rows = Rows(table).Select(row => row.Children.Where(cell => cell.LocalName is "td" or "th").ToList()).Where(row => row.Count > 0).ToList();
        if (IsFrame(table, rows))
        {
            foreach (var cell in rows.SelectMany(row => row))
            {
                Walk(cell, depth + 1, kind);
                Flush(kind);
            }

            return;
        }

        foreach (var caption in table.Children.Where(child => child.LocalName == "caption"))
        {
            writer.Write(BlockKind.Caption, caption.TextContent);
        }

        writer.Write(BlockKind.Table, string.Join('\n', rows
            .Select(row => row.SelectMany(Cells).ToList())
            .Where(cells => cells.Exists(cell => cell.Length > 0))
            .Select(TableText.Row)));
    }

    // Pages and mail use tables to place text; such a table is not one of data.
    private static bool IsFrame(IElement table, List<List<IElement>> rows) =>
        table.GetAttribute("role") is "presentation" or "none"
        || rows.TrueForAll(row => row.Count <= 1)
        || table.QuerySelector("table") is not null
        || (rows.TrueForAll(row => row.Count <= 2) && rows.Exists(row => row.Exists(cell => cell.TextContent.Length > LongestCell)));

    private static IEnumerable<IElement> Rows(IElement table) => table.Children.SelectMany(child => child.LocalName switch
    {
        "tr" => [child],
        "thead" or "tbody" or "tfoot" => child.Children.Where(row => row.LocalName == "tr"),
        _ => Enumerable.Empty<IElement>(),
    });

    private static IEnumerable<string> Cells(IElement cell)
    {
        var text = new StringBuilder();
        var nested = new List<IElement>();
        AppendItem(cell, text, nested, 0);
        nested.ForEach(list => text.Append(' ').AppendJoin("; ", Items(list, 0)));
        yield return CleanText.Line(text.ToString());
        var span = int.TryParse(cell.GetAttribute("colspan"), System.Globalization.CultureInfo.InvariantCulture, out var columns) ? columns : 1;
        for (; span is > 1 and < 64; span--)
        {
            yield return string.Empty;
        }
    }

    // The raised number of a footnote is no part of its sentence; 10 to the sixth is.
    private static bool IsMark(IElement raised) =>
        raised.TextContent.Trim() is var text && text.Length <= 6 && (raised.QuerySelector("a[href^='#']") is not null || raised.Closest("a[href^='#']") is not null) && !text.Any(char.IsLetter);

    private static bool IsNote(IElement element) =>
        element.GetAttribute("role") is "doc-footnote" or "doc-endnote" || element.Attributes.Any(attribute => attribute.LocalName is "type" or "epub:type" && attribute.Value is "footnote" or "endnote" or "rearnote" or "note");

    private static bool IsQuotedMail(IElement element) => element.ClassList.Contains("gmail_quote") || element.Id is "divRplyFwdMsg" or "appendonsend";
}
