using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace BlogCreator.Tests.Documents;

/// <summary>Writes the archives that office documents and books are, part by part.</summary>
internal static class TestZip
{
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    public static byte[] Of(params ReadOnlySpan<(string Name, string Content)> parts)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return bytes.ToArray();
    }

    public static string Relations(params ReadOnlySpan<(string Id, string Type, string Target)> relations)
    {
        var xml = new StringBuilder("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">");
        foreach (var (id, type, target) in relations)
        {
            xml.Append(CultureInfo.InvariantCulture, $"<Relationship Id=\"{id}\" Type=\"{Office}/{type}\" Target=\"{target}\"/>");
        }

        return xml.Append("</Relationships>").ToString();
    }

    public static byte[] Word(string body, string styles = "", string numbering = "", string notes = "") => Of(
        ("_rels/.rels", Relations(("r1", "officeDocument", "word/document.xml"))),
        ("word/_rels/document.xml.rels", Relations(("r1", "styles", "styles.xml"), ("r2", "numbering", "numbering.xml"), ("r3", "footnotes", "footnotes.xml"))),
        ("word/document.xml", $"<w:document xmlns:w=\"urn:w\"><w:body>{body}</w:body></w:document>"),
        ("word/styles.xml", $"<w:styles xmlns:w=\"urn:w\">{styles}</w:styles>"),
        ("word/numbering.xml", $"<w:numbering xmlns:w=\"urn:w\">{numbering}</w:numbering>"),
        ("word/footnotes.xml", $"<w:footnotes xmlns:w=\"urn:w\">{notes}</w:footnotes>"));

    public static byte[] Book(string encryption, params ReadOnlySpan<(string Name, string Body)> chapters)
    {
        var (items, spine) = (new StringBuilder(), new StringBuilder());
        var parts = new List<(string, string)>
        {
            ("mimetype", "application/epub+zip"),
            ("META-INF/container.xml", "<container xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles><rootfile full-path=\"text/book.opf\"/></rootfiles></container>"),
            ("META-INF/encryption.xml", $"<encryption>{encryption}</encryption>"),
        };
        foreach (var (name, body) in chapters)
        {
            items.Insert(0, $"<item id=\"{name}\" href=\"{name}.xhtml\" media-type=\"application/xhtml+xml\"/>");
            spine.Append(CultureInfo.InvariantCulture, $"<itemref idref=\"{name}\"/>");
            parts.Add(($"text/{name}.xhtml", $"<html xmlns=\"http://www.w3.org/1999/xhtml\"><body>{body}</body></html>"));
        }

        parts.Add(("text/book.opf", $"<package xmlns=\"http://www.idpf.org/2007/opf\"><metadata><title>Tides of the North</title><language>en-GB</language></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"));
        return Of(parts.ToArray());
    }
}
