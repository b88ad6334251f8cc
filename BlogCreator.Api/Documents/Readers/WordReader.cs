using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// Word since 2007 (DOCX, DOCM). Headings by style and outline level; what was deleted, is hidden or shows white on white is
/// left out; macros, links and pictures are not looked at.
/// </summary>
internal sealed class WordReader : IDocumentReader
{
    public ReaderSummary Read(string path, ReaderOutput output)
    {
        using var zip = SafeZip.Open(path);
        var parts = new OfficeParts(zip);
        var main = parts.Main ?? "word/document.xml";
        if (!zip.Has(main))
        {
            throw new ReadFailedException(ReadFailures.ContentMismatch("docx"));
        }

        var related = parts.Related(main).ToList();
        XElement? Part(string type) => parts.Load(related.Find(part => part.Type == type));
        var writer = new BlockWriter(output);
        var body = new Body(writer, new WordStyles(Part("styles"), Part("numbering")));
        using (var xml = zip.OpenXml(main)!)
        {
            foreach (var element in PlainXml.Children(xml, "body"))
            {
                body.Add(element);
            }
        }

        body.End();
        foreach (var note in new[] { Part("footnotes"), Part("endnotes") }.OfType<XElement>().SelectMany(notes => notes.Elements()))
        {
            // Separators are drawn between text and notes; they are notes to the format only.
            if (note.Said("type") is null)
            {
                body.AddNote(note);
            }
        }

        return writer.Finish(title: writer.FirstHeading ?? parts.Title);
    }

    private sealed class Body(BlockWriter writer, WordStyles styles)
    {
        private readonly ListLines _lines = new(writer);

        public void Add(XElement element)
        {
            switch (element.Name.LocalName)
            {
                case "p":
                    AddParagraph(element);
                    break;
                case "tbl":
                    AddTable(element);
                    break;
                case "sdt" or "sdtContent" or "ins" or "moveTo" or "customXml" or "smartTag":
                    foreach (var child in element.Elements())
                    {
                        Add(child);
                    }

                    break;
            }
        }

        public void End() => _lines.Flush();

        public void AddNote(XElement note) => writer.Write(BlockKind.Note, string.Join(' ', note.Elements("p").Select(paragraph => Text(paragraph, []))));

        private void AddParagraph(XElement paragraph)
        {
            var boxes = new List<XElement>();
            var text = Text(paragraph, boxes);
            var look = styles.LookOf(paragraph.Element("pPr"));
            if (!look.IsHidden && !string.IsNullOrWhiteSpace(text))
            {
                Write(text, look);
            }

            foreach (var child in boxes.SelectMany(box => box.Elements()))
            {
                _lines.Flush();
                Add(child);
            }
        }

        private void Write(string text, WordLook look)
        {
            if (look.Kind == BlockKind.List)
            {
                _lines.Item(text, look.List!, look.Level, look.IsNumbered);
            }
            else if (look.Kind is BlockKind.Code or BlockKind.Quote or BlockKind.Toc)
            {
                _lines.Line(look.Kind, text);
            }
            else
            {
                _lines.Flush();
                writer.Write(look.Kind, text, look.Level);
            }
        }

        private void AddTable(XElement table)
        {
            _lines.Flush();
            var rows = Rows(table).Select(row => Cells(row).ToList()).ToList();
            if (rows.TrueForAll(row => row.Count <= 1))
            {
                // One column is a frame around text, not a table.
                foreach (var child in rows.SelectMany(row => row).SelectMany(cell => cell.Elements()))
                {
                    Add(child);
                }

                _lines.Flush();
                return;
            }

            writer.Write(BlockKind.Table, string.Join('\n', rows
                .Select(row => row.SelectMany(CellTexts).ToList())
                .Where(cells => cells.Exists(cell => cell.Length > 0))
                .Select(TableText.Row)));
        }

        private IEnumerable<string> CellTexts(XElement cell)
        {
            yield return CleanText.Line(string.Join(' ', cell.Descendants("p").Select(paragraph => styles.LookOf(paragraph.Element("pPr")).IsHidden ? string.Empty : Text(paragraph, []))));
            var span = cell.Element("tcPr")?.Element("gridSpan").Said("val");
            for (var i = Number(span) ?? 1; i is > 1 and < 64; i--)
            {
                yield return string.Empty;
            }
        }

        private static IEnumerable<XElement> Rows(XElement table) => table.Elements().SelectMany(child => child.Name.LocalName switch
        {
            "tr" => [child],
            "sdt" or "sdtContent" or "ins" or "customXml" => Rows(child),
            _ => [],
        });

        private static IEnumerable<XElement> Cells(XElement row) => row.Elements().SelectMany(child => child.Name.LocalName switch
        {
            "tc" => [child],
            "sdt" or "sdtContent" or "customXml" => Cells(child),
            _ => [],
        });

        private string Text(XElement paragraph, List<XElement> boxes)
        {
            var text = new StringBuilder();
            Append(paragraph, text, boxes);
            return text.ToString();
        }

        private void Append(XElement parent, StringBuilder text, List<XElement> boxes)
        {
            foreach (var child in parent.Elements())
            {
                switch (child.Name.LocalName)
                {
                    case "r" when styles.Shows(child.Element("rPr")):
                        Append(child, text, boxes);
                        break;
                    case "t":
                        text.Append(child.Value);
                        break;
                    case "tab" or "br" or "cr" or "ptab":
                        text.Append(' ');
                        break;
                    case "noBreakHyphen":
                        text.Append('-');
                        break;
                    case "hyperlink" or "ins" or "moveTo" or "smartTag" or "sdt" or "sdtContent" or "fldSimple" or "customXml" or "dir" or "bdo":
                        Append(child, text, boxes);
                        break;
                    case "oMath" or "oMathPara":
                        text.Append(' ').AppendJoin(' ', child.Descendants("t").Select(part => part.Value)).Append(' ');
                        break;
                    case "AlternateContent":
                        // The same thing twice, for newer and for older programs.
                        boxes.AddRange(Boxes(child.Element("Choice") ?? child));
                        break;
                    case "drawing" or "pict" or "object":
                        boxes.AddRange(Boxes(child));
                        break;
                }
            }
        }

        private static IEnumerable<XElement> Boxes(XElement drawing) => drawing.Descendants("txbxContent").Where(box => !box.Ancestors("Fallback").Any());
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>What a paragraph is by its style.</summary>
internal sealed record WordLook(BlockKind Kind, int Level = 0, string? List = null, bool IsNumbered = false, bool IsHidden = false);

/// <summary>Styles and numbering of a Word document, as far as they tell headings, lists and hidden text.</summary>
internal sealed class WordStyles
{
    private const int MostAncestors = 12;
    private const int SmallestHalfPoints = 4;

    private readonly Dictionary<string, XElement> _styles = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Number, string Level), bool> _isNumbered = [];

    public WordStyles(XElement? styles, XElement? numbering)
    {
        foreach (var style in styles?.Elements("style") ?? [])
        {
            _styles.TryAdd(style.Said("styleId") ?? string.Empty, style);
        }

        var levels = (numbering?.Elements("abstractNum") ?? []).GroupBy(list => list.Said("abstractNumId") ?? string.Empty, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        foreach (var number in numbering?.Elements("num") ?? [])
        {
            if (levels.TryGetValue(number.Element("abstractNumId").Said("val") ?? string.Empty, out var list))
            {
                foreach (var level in list.Elements("lvl"))
                {
                    _isNumbered[(number.Said("numId") ?? string.Empty, level.Said("ilvl") ?? "0")] = level.Element("numFmt").Said("val") is not ("bullet" or "none");
                }
            }
        }
    }

    public WordLook LookOf(XElement? properties)
    {
        var chain = Chain(properties?.Element("pStyle").Said("val")).ToList();
        var hidden = chain.Exists(style => IsOn(style.Element("rPr")?.Element("vanish"))) || IsOn(properties?.Element("rPr")?.Element("specVanish"));
        var names = chain.Select(style => (style.Element("name").Said("val") ?? string.Empty).ToLowerInvariant()).ToList();
        if (names is ["title", ..])
        {
            return new WordLook(BlockKind.Heading, 1, IsHidden: hidden);
        }

        var outline = properties?.Element("outlineLvl") ?? chain.Select(style => style.Element("pPr")?.Element("outlineLvl")).FirstOrDefault(level => level is not null);
        if (int.TryParse(outline.Said("val"), CultureInfo.InvariantCulture, out var level) && level is >= 0 and < 9)
        {
            return new WordLook(BlockKind.Heading, level + 1, IsHidden: hidden);
        }

        if (names.Find(name => name.StartsWith("heading ", StringComparison.Ordinal)) is { } heading && int.TryParse(heading.AsSpan(8), CultureInfo.InvariantCulture, out level))
        {
            return new WordLook(BlockKind.Heading, level, IsHidden: hidden);
        }

        var kind = names.Select(KindOf).FirstOrDefault(known => known is not null);
        if (kind is { } named)
        {
            return new WordLook(named, IsHidden: hidden);
        }

        var list = properties?.Element("numPr") ?? chain.Select(style => style.Element("pPr")?.Element("numPr")).FirstOrDefault(number => number is not null);
        if (list?.Element("numId").Said("val") is { } id and not "0")
        {
            var depth = list.Element("ilvl").Said("val") ?? "0";
            return new WordLook(BlockKind.List, int.TryParse(depth, CultureInfo.InvariantCulture, out level) ? level : 0, id, _isNumbered.GetValueOrDefault((id, depth)), hidden);
        }

        return new WordLook(names.Exists(name => name.StartsWith("list bullet", StringComparison.Ordinal)) ? BlockKind.List : BlockKind.Paragraph, List: string.Empty, IsHidden: hidden);
    }

    /// <summary>Whether a person sees this run on the page.</summary>
    public bool Shows(XElement? properties)
    {
        if (properties is null)
        {
            return true;
        }

        var style = Chain(properties.Element("rStyle").Said("val")).Select(ancestor => ancestor.Element("rPr")).OfType<XElement>();
        var all = style.Prepend(properties).ToList();
        return !IsOn(First(all, "vanish"))
            && !(int.TryParse(First(all, "sz").Said("val"), CultureInfo.InvariantCulture, out var size) && size < SmallestHalfPoints)
            && !(string.Equals(First(all, "color").Said("val"), "FFFFFF", StringComparison.OrdinalIgnoreCase)
                && First(all, "shd") is null && First(all, "highlight") is null && !IsOnShade(properties));
    }

    private static bool IsOnShade(XElement run) => run.Ancestors().Any(ancestor =>
        ancestor.Element("pPr")?.Element("shd") is not null || ancestor.Element("tcPr")?.Element("shd") is not null || ancestor.Is("txbxContent")
        || (ancestor.Is("tbl") && ancestor.Element("tblPr")?.Element("tblStyle") is not null));

    private static XElement? First(List<XElement> properties, string name) => properties.Select(property => property.Element(name)).FirstOrDefault(found => found is not null);

    private static bool IsOn(XElement? toggle) => toggle is not null && toggle.Said("val") is not ("0" or "false" or "off");

    private static BlockKind? KindOf(string style) => style switch
    {
        "caption" => BlockKind.Caption,
        "html preformatted" or "macro text" or "code" or "source code" => BlockKind.Code,
        _ when style.EndsWith("quote", StringComparison.Ordinal) || style.StartsWith("quot", StringComparison.Ordinal) => BlockKind.Quote,
        _ when style.StartsWith("toc ", StringComparison.Ordinal) || style == "table of figures" => BlockKind.Toc,
        _ => null,
    };

    private IEnumerable<XElement> Chain(string? id)
    {
        for (var i = 0; i < MostAncestors && id is not null && _styles.TryGetValue(id, out var style); i++)
        {
            yield return style;
            id = style.Element("basedOn").Said("val");
        }
    }
}
