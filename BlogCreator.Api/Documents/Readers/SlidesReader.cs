using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>PowerPoint since 2007 (PPTX, PPTM): a slide is a page, its title a heading, what the speaker noted a note.</summary>
internal sealed class SlidesReader : IDocumentReader
{
    private const int DeepestGroup = 32;
    private const int SmallestHundredths = 200;

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        using var zip = SafeZip.Open(path);
        var parts = new OfficeParts(zip);
        var main = parts.Main ?? "ppt/presentation.xml";
        if (PlainXml.Load(zip, main) is not { } deck)
        {
            throw new ReadFailedException(ReadFailures.ContentMismatch("pptx"));
        }

        var related = parts.Related(main).ToDictionary(part => part.Id, StringComparer.Ordinal);
        var slides = (deck.Element("sldIdLst")?.Elements("sldId") ?? [])
            .Select(slide => related.GetValueOrDefault(slide.Said(PlainXml.RelationId) ?? string.Empty))
            .OfType<OfficePart>()
            .ToList();
        output.Pages(slides.Count);
        var size = deck.Element("sldSz");
        var writer = new BlockWriter(output);
        for (var number = 1; number <= slides.Count; number++)
        {
            writer.Page = number;
            var of = parts.Related(slides[number - 1].Path).ToList();
            new Slide(writer, parts, of, Number(size.Said("cx")), Number(size.Said("cy"))).Write(parts.Load(slides[number - 1]));
            var notes = parts.Load(of.Find(part => part.Type == "notesSlide"));
            foreach (var shape in notes?.Descendants("sp").Where(shape => Placeholder(shape) == "body") ?? [])
            {
                writer.Write(BlockKind.Note, string.Join(' ', Paragraphs(shape.Element("txBody")).Select(paragraph => paragraph.Text)));
            }

            writer.Progress(number, slides.Count);
        }

        return slides.Count == 0
            ? throw new ReadFailedException(ReadFailures.NothingWritten)
            : output.HasText
                ? writer.Finish(slides.Count, writer.FirstHeading ?? parts.Title)
                : throw new ReadFailedException(ReadFailures.NoTextOnSlides);
    }

    private static string? Placeholder(XElement shape) =>
        shape.Element("nvSpPr")?.Element("nvPr")?.Element("ph") is { } placeholder ? placeholder.Said("type") ?? "body" : null;

    private static IEnumerable<Paragraph> Paragraphs(XElement? body)
    {
        foreach (var paragraph in body?.Elements("p") ?? [])
        {
            var text = new StringBuilder();
            foreach (var child in paragraph.Elements())
            {
                switch (child.Name.LocalName)
                {
                    case "r" when Number(child.Element("rPr").Said("sz")) is not < SmallestHundredths:
                        text.Append(child.Element("t")?.Value);
                        break;
                    case "br":
                        text.Append(' ');
                        break;
                    case "fld" when child.Said("type") is not ("slidenum" or "datetime"):
                        text.Append(child.Element("t")?.Value);
                        break;
                    case "AlternateContent" or "m":
                        text.Append(' ').AppendJoin(' ', (child.Element("Choice") ?? child).Descendants("t").Select(part => part.Value));
                        break;
                }
            }

            var properties = paragraph.Element("pPr");
            bool? bullet = properties?.Element("buNone") is not null ? false
                : properties?.Element("buChar") is not null || properties?.Element("buAutoNum") is not null ? true : null;
            yield return new Paragraph(CleanText.Line(text.ToString()), (int)(Number(properties.Said("lvl")) ?? 0), bullet, properties?.Element("buAutoNum") is not null);
        }
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Paragraph(string Text, int Level, bool? HasBullet, bool IsNumbered);

    private sealed class Slide(BlockWriter writer, OfficeParts parts, List<OfficePart> related, long? width, long? height)
    {
        private readonly List<XElement> _shapes = [];

        public void Write(XElement? slide)
        {
            if (slide?.Element("cSld")?.Element("spTree") is not { } tree)
            {
                return;
            }

            Collect(tree, 0);
            // The title is read first wherever it is drawn.
            foreach (var shape in _shapes.OrderBy(shape => Placeholder(shape) is "title" or "ctrTitle" ? 0 : 1))
            {
                if (shape.Is("graphicFrame"))
                {
                    WriteFrame(shape);
                }
                else
                {
                    WriteShape(shape);
                }
            }
        }

        private void Collect(XElement parent, int depth)
        {
            foreach (var child in parent.Elements())
            {
                switch (child.Name.LocalName)
                {
                    case "sp" when depth > 0 || IsOnSlide(child):
                    case "graphicFrame":
                        _shapes.Add(child);
                        break;
                    case "grpSp" when depth < DeepestGroup:
                        Collect(child, depth + 1);
                        break;
                    case "AlternateContent" when depth < DeepestGroup && (child.Element("Choice") ?? child.Element("Fallback")) is { } one:
                        Collect(one, depth + 1);
                        break;
                }
            }
        }

        // What lies wholly beside the slide is seen by nobody who is shown it.
        private bool IsOnSlide(XElement shape)
        {
            var place = shape.Element("spPr")?.Element("xfrm");
            if (Number(place?.Element("off").Said("x")) is not { } x || Number(place?.Element("off").Said("y")) is not { } y)
            {
                return true;
            }

            var (across, down) = (Number(place?.Element("ext").Said("cx")) ?? 0, Number(place?.Element("ext").Said("cy")) ?? 0);
            return x < (width ?? long.MaxValue) && y < (height ?? long.MaxValue) && x + across >= 0 && y + down >= 0;
        }

        private void WriteShape(XElement shape)
        {
            var placeholder = Placeholder(shape);
            var paragraphs = Paragraphs(shape.Element("txBody")).Where(paragraph => paragraph.Text.Length > 0).ToList();
            if (paragraphs.Count == 0 || placeholder is "sldNum" or "dt" or "ftr" or "hdr")
            {
                return;
            }

            if (placeholder is "title" or "ctrTitle")
            {
                writer.Write(BlockKind.Heading, string.Join(' ', paragraphs.Select(paragraph => paragraph.Text)), placeholder == "ctrTitle" ? 1 : 2);
                return;
            }

            var lines = new ListLines(writer);
            var bulleted = placeholder is "body" or "obj" && paragraphs.Count > 1;
            foreach (var paragraph in paragraphs)
            {
                if (paragraph.HasBullet ?? bulleted)
                {
                    lines.Item(paragraph.Text, string.Empty, paragraph.Level, paragraph.IsNumbered);
                }
                else
                {
                    lines.Flush();
                    writer.Write(BlockKind.Paragraph, paragraph.Text);
                }
            }

            lines.Flush();
        }

        private void WriteFrame(XElement frame)
        {
            foreach (var table in frame.Descendants("tbl"))
            {
                var rows = table.Elements("tr")
                    .Select(row => row.Elements("tc").Select(cell => string.Join(' ', Paragraphs(cell.Element("txBody")).Select(paragraph => paragraph.Text)).Trim()).ToList())
                    .Where(cells => cells.Exists(cell => cell.Length > 0));
                writer.Write(BlockKind.Table, string.Join('\n', rows.Select(TableText.Row)));
            }

            var diagram = frame.Descendants("relIds").Select(ids => ids.Said("r-dm")).FirstOrDefault();
            var points = parts.Load(related.Find(part => part.Id == diagram))?.Descendants("pt") ?? [];
            writer.Write(BlockKind.List, string.Join('\n', points
                .Select(point => CleanText.Line(string.Join(' ', point.Descendants("t").Select(text => text.Value))))
                .Where(text => text.Length > 0)
                .Select(text => "- " + text)));
        }
    }
}
