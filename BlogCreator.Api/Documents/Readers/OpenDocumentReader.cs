using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>OpenDocument text, sheets and slides (ODT, ODS, ODP).</summary>
internal sealed class OpenDocumentReader : IDocumentReader
{
    public ReaderSummary Read(string path, ReaderOutput output)
    {
        using var zip = SafeZip.Open(path);
        if (PlainXml.Load(zip, "META-INF/manifest.xml")?.Descendants("encryption-data").Any() == true)
        {
            throw new ReadFailedException(ReadFailures.Encrypted);
        }

        if (!zip.Has("content.xml"))
        {
            throw new ReadFailedException(ReadFailures.ContentMismatch("odt"));
        }

        var writer = new BlockWriter(output);
        var content = new Content(writer, output);
        content.AddStyles(PlainXml.Load(zip, "styles.xml"));
        using (var xml = zip.OpenXml("content.xml")!)
        {
            foreach (var part in PlainXml.Children(xml, "document-content"))
            {
                if (part.Is("automatic-styles"))
                {
                    content.AddStyles(part);
                }
                else if (part.Is("body"))
                {
                    content.AddBody(part);
                }
            }
        }

        var title = CleanText.Line(PlainXml.Load(zip, "meta.xml")?.Descendants("title").FirstOrDefault()?.Value ?? string.Empty);
        return writer.Finish(content.Pages, writer.FirstHeading ?? (title.Length > 0 ? title : null));
    }

    private sealed class Content(BlockWriter writer, ReaderOutput output)
    {
        private const int DeepestNesting = 48;
        private const int MostRepeats = 256;

        private readonly Dictionary<string, XElement> _styles = new(StringComparer.Ordinal);
        private readonly List<XElement> _later = [];
        private readonly ListLines _lines = new(writer);

        public int? Pages { get; private set; }

        public void AddStyles(XElement? styles)
        {
            foreach (var style in styles?.Descendants().Where(style => style.Is("style") || style.Is("list-style")) ?? [])
            {
                _styles.TryAdd(style.Said("name") ?? string.Empty, style);
            }
        }

        public void AddBody(XElement body)
        {
            foreach (var part in body.Elements())
            {
                switch (part.Name.LocalName)
                {
                    case "spreadsheet":
                        AddSheets(part);
                        break;
                    case "presentation" or "drawing":
                        AddSlides([.. part.Elements("page")]);
                        break;
                    default:
                        AddAll(part, 0);
                        _lines.Flush();
                        break;
                }
            }
        }

        private void AddAll(XElement parent, int depth)
        {
            foreach (var child in parent.Elements())
            {
                Add(child, depth);
            }
        }

        private void Add(XElement element, int depth)
        {
            if (depth > DeepestNesting)
            {
                return;
            }

            switch (element.Name.LocalName)
            {
                case "h":
                    Write(BlockKind.Heading, element, int.TryParse(element.Said("outline-level"), CultureInfo.InvariantCulture, out var level) ? level : 1);
                    break;
                case "p":
                    AddParagraph(element);
                    break;
                case "list":
                    AddItems(element, element, 0);
                    break;
                case "table":
                    AddTable(element);
                    break;
                case "section" or "frame" or "text-box" or "custom-shape" or "g" or "list-item" or "index-body":
                    AddAll(element, depth + 1);
                    break;
            }

            AddLater(depth);
        }

        // Notes and frames stand within a paragraph and are read after it.
        private void AddLater(int depth)
        {
            var later = _later.ToList();
            _later.Clear();
            foreach (var element in later)
            {
                if (element.Is("note"))
                {
                    _lines.Flush();
                    writer.Write(BlockKind.Note, string.Join(' ', element.Element("note-body")?.Elements().Select(Text) ?? []));
                }
                else
                {
                    AddAll(element, depth + 1);
                }
            }
        }

        private void AddParagraph(XElement paragraph)
        {
            switch (StyleNames(paragraph).Select(name => name.Replace("_20_", " ", StringComparison.Ordinal)).FirstOrDefault(name => name is "Title" or "Quotations" or "Preformatted Text" or "Caption" or "Figure" or "Table" or "Illustration"))
            {
                case "Title":
                    Write(BlockKind.Heading, paragraph, 1);
                    break;
                case "Quotations":
                    _lines.Line(BlockKind.Quote, Text(paragraph));
                    break;
                case "Preformatted Text":
                    _lines.Line(BlockKind.Code, Text(paragraph));
                    break;
                case not null:
                    Write(BlockKind.Caption, paragraph);
                    break;
                default:
                    Write(BlockKind.Paragraph, paragraph);
                    break;
            }
        }

        private void Write(BlockKind kind, XElement element, int level = 0)
        {
            var text = Text(element);
            if (!string.IsNullOrWhiteSpace(text))
            {
                _lines.Flush();
                writer.Write(kind, text, level);
            }
        }

        private void AddItems(XElement list, XElement outermost, int level)
        {
            if (level > DeepestNesting)
            {
                return;
            }

            var style = outermost.Said("style-name") ?? string.Empty;
            var isNumbered = _styles.GetValueOrDefault(style)?.Elements("list-level-style-number").Any(number => number.Said("level") == (level + 1).ToString(CultureInfo.InvariantCulture)) == true;
            foreach (var item in list.Elements().Where(item => item.Is("list-item") || item.Is("list-header")))
            {
                foreach (var heading in item.Elements("h"))
                {
                    Add(heading, level);
                }

                _lines.Item(string.Join(' ', item.Elements("p").Select(Text)), style, level, isNumbered);
                foreach (var nested in item.Elements("list"))
                {
                    AddItems(nested, outermost, level + 1);
                }
            }
        }

        private void AddTable(XElement table)
        {
            _lines.Flush();
            var rows = Rows(table).Select(row => row.Cells).Where(cells => cells.Exists(cell => cell.Length > 0)).ToList();
            var width = rows.Count == 0 ? 0 : rows.Max(row => row.FindLastIndex(cell => cell.Length > 0) + 1);
            if (width <= 1)
            {
                rows.ForEach(row => writer.Write(BlockKind.Paragraph, row.Find(cell => cell.Length > 0) ?? string.Empty));
                return;
            }

            writer.Write(BlockKind.Table, string.Join('\n', rows.Select(row => TableText.Row(row.Take(width)))));
        }

        private void AddSheets(XElement book)
        {
            var sheets = book.Elements("table").ToList();
            for (var i = 0; i < sheets.Count; i++)
            {
                if (!IsHidden(sheets[i]))
                {
                    // The second level: the name of a sheet is not the title of the book.
                    writer.Write(BlockKind.Heading, sheets[i].Said("name") ?? string.Empty, 2);
                    var rows = new SheetRows(writer);
                    foreach (var (cells, times) in Rows(sheets[i]))
                    {
                        for (var time = 0; time < (cells.Count == 0 ? 1 : Math.Min(times, MostRepeats)); time++)
                        {
                            rows.Add(cells);
                        }
                    }

                    rows.End();
                }

                writer.Progress(i + 1, sheets.Count);
            }
        }

        private void AddSlides(List<XElement> slides)
        {
            output.Pages(slides.Count);
            Pages = slides.Count;
            for (var i = 0; i < slides.Count; i++)
            {
                writer.Page = i + 1;
                foreach (var frame in slides[i].Elements().Where(child => !child.Is("notes")).OrderBy(frame => frame.Said("class") == "title" ? 0 : 1))
                {
                    if (frame.Said("class") == "title")
                    {
                        writer.Write(BlockKind.Heading, string.Join(' ', frame.Descendants("p").Select(Text)), 2);
                    }
                    else if (frame.Said("class") is not ("page-number" or "date-time" or "footer" or "header"))
                    {
                        Add(frame, 0);
                        Add(new XElement("section", frame.Elements("p"), frame.Elements("table")), 0);
                        _lines.Flush();
                    }
                }

                foreach (var note in slides[i].Elements("notes"))
                {
                    writer.Write(BlockKind.Note, string.Join(' ', note.Descendants("text-box").SelectMany(box => box.Descendants("p")).Select(Text)));
                }

                writer.Progress(i + 1, slides.Count);
            }
        }

        private IEnumerable<(List<string> Cells, int Times)> Rows(XElement table)
        {
            foreach (var child in table.Elements())
            {
                if (child.Is("table-row"))
                {
                    yield return (Cells(child), Repeats(child, "number-rows-repeated"));
                }
                else if (child.Is("table-header-rows") || child.Is("table-rows") || child.Is("table-row-group"))
                {
                    foreach (var row in Rows(child))
                    {
                        yield return row;
                    }
                }
            }
        }

        private List<string> Cells(XElement row)
        {
            var cells = new List<string>();
            var empty = 0;
            foreach (var cell in row.Elements().Where(cell => cell.Is("table-cell") || cell.Is("covered-table-cell")))
            {
                var text = CleanText.Line(string.Join(' ', cell.Descendants("p").Where(paragraph => paragraph.Ancestors().All(ancestor => !ancestor.Is("annotation"))).Select(Text)));
                var times = Math.Min(Repeats(cell, "number-columns-repeated"), MostRepeats);
                if (text.Length == 0)
                {
                    empty += times;
                    continue;
                }

                cells.AddRange(Enumerable.Repeat(string.Empty, empty));
                cells.AddRange(Enumerable.Repeat(text, times));
                empty = 0;
            }

            return cells;
        }

        private static int Repeats(XElement element, string name) =>
            int.TryParse(element.Said(name), CultureInfo.InvariantCulture, out var times) ? Math.Max(1, times) : 1;

        private string Text(XElement paragraph)
        {
            var text = new StringBuilder();
            if (!IsHidden(paragraph))
            {
                Append(paragraph, text, 0);
            }

            return text.ToString();
        }

        private void Append(XElement parent, StringBuilder text, int depth)
        {
            foreach (var node in parent.Nodes())
            {
                if (node is XText words)
                {
                    text.Append(words.Value);
                    continue;
                }

                if (node is not XElement child || depth > DeepestNesting || IsHidden(child))
                {
                    continue;
                }

                switch (child.Name.LocalName)
                {
                    case "s" or "tab" or "line-break":
                        text.Append(' ');
                        break;
                    case "note" or "frame" or "custom-shape":
                        _later.Add(child);
                        break;
                    case "annotation" or "annotation-end" or "tracked-changes" or "hidden-text" or "hidden-paragraph" or "page-number" or "ruby-text" or "change" or "script":
                        break;
                    default:
                        Append(child, text, depth + 1);
                        break;
                }
            }
        }

        private bool IsHidden(XElement element) => Styles(element).Any(style =>
            style.Element("text-properties").Said("display") == "none"
            || style.Element("table-properties").Said("display") == "false"
            || (style.Element("text-properties") is { } look
                && string.Equals(look.Said("color"), "#ffffff", StringComparison.OrdinalIgnoreCase)
                && look.Said("background-color") is null or "transparent"
                && style.Element("paragraph-properties").Said("background-color") is null or "transparent"
                && !element.Ancestors().Any(ancestor => ancestor.Is("table-cell") || ancestor.Is("page"))));

        private IEnumerable<string> StyleNames(XElement element) => Styles(element).Select(style => style.Said("name") ?? string.Empty)
            .Prepend(element.Said("style-name") ?? string.Empty);

        private IEnumerable<XElement> Styles(XElement element)
        {
            var name = element.Said("style-name");
            for (var i = 0; i < 12 && name is not null && _styles.TryGetValue(name, out var style); i++)
            {
                yield return style;
                name = style.Said("parent-style-name");
            }
        }
    }
}
