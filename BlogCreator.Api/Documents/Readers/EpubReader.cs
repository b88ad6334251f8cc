using AngleSharp.Dom;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>EPUB: the parts of a book in the order of its spine.</summary>
internal sealed class EpubReader : IDocumentReader
{
    private static readonly string[] Obfuscation = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        using var zip = SafeZip.Open(path);
        var package = PlainXml.Load(zip, "META-INF/container.xml", passesOverDtd: true)?.Descendants("rootfile").Select(root => root.Said("full-path")).FirstOrDefault(root => root is not null);
        if (package is null || PlainXml.Load(zip, package, passesOverDtd: true) is not { } book)
        {
            throw new ReadFailedException(zip.Has("mimetype") ? ReadFailures.Damaged : ReadFailures.ContentMismatch("epub"));
        }

        var folder = package[..(package.LastIndexOf('/') + 1)];
        var items = (book.Element("manifest")?.Elements("item") ?? []).GroupBy(item => item.Said("id") ?? string.Empty, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        var parts = (book.Element("spine")?.Elements("itemref") ?? [])
            .Select(reference => items.GetValueOrDefault(reference.Said("idref") ?? string.Empty))
            // The table of contents is a page of some books, and only says again what their headings say.
            .Where(item => item is not null && item.Said("properties")?.Split(' ').Contains("nav", StringComparer.Ordinal) != true)
            .Select(item => Resolve(folder, item.Said("href") ?? string.Empty))
            .ToList();
        var locked = Locked(zip);
        if (parts.Count > 0 && parts.TrueForAll(part => locked.Contains(part)))
        {
            throw new ReadFailedException(ReadFailures.Drm);
        }

        var writer = new BlockWriter(output);
        for (var i = 0; i < parts.Count; i++)
        {
            if (!locked.Contains(parts[i]) && zip.ReadEntry(parts[i]) is { } bytes)
            {
                output.Expect(bytes.Length / 8);
                var document = HtmlReader.Parse(DecodeText.Of(bytes, HtmlReader.DeclaredCharset(bytes)));
                HiddenHtml.Remove(document);
                new HtmlBlocks(writer).Write(document.Body ?? document.DocumentElement);
            }

            writer.Progress(i + 1, parts.Count);
        }

        var about = book.Element("metadata");
        var title = CleanText.Line(about?.Element("title")?.Value ?? string.Empty);
        var language = about?.Element("language")?.Value.Trim().Split('-')[0];
        return writer.Finish(title: title.Length > 0 ? title : null, language: language is { Length: > 1 and < 9 } ? language : null);
    }

    // Fonts are often made unreadable outside their book, which does not concern the text.
    private static HashSet<string> Locked(SafeZip zip) => new(
        (PlainXml.Load(zip, "META-INF/encryption.xml")?.Elements("EncryptedData") ?? [])
            .Where(data => !Obfuscation.Contains(data.Element("EncryptionMethod").Said("Algorithm") ?? string.Empty, StringComparer.Ordinal))
            .Select(data => Uri.UnescapeDataString(data.Descendants("CipherReference").FirstOrDefault().Said("URI") ?? string.Empty)),
        StringComparer.Ordinal);

    private static string Resolve(string folder, string href)
    {
        var path = new List<string>();
        foreach (var step in (folder + Uri.UnescapeDataString(href.Split('#')[0])).Split('/'))
        {
            if (step == ".." && path.Count > 0)
            {
                path.RemoveAt(path.Count - 1);
            }
            else if (step is not ("" or "." or ".."))
            {
                path.Add(step);
            }
        }

        return string.Join('/', path);
    }
}
