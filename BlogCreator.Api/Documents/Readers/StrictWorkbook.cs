using System.IO.Compression;
using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// A workbook in the strict form of the standard says the same as any other in other namespaces, which the reader of
/// workbooks does not know: they are written over in a copy in memory.
/// </summary>
internal static class StrictWorkbook
{
    private const string Mark = "http://purl.oclc.org/ooxml/";

    private static readonly (string Strict, string Usual)[] Namespaces =
    [
        (Mark + "spreadsheetml/main", "http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
        (Mark + "officeDocument/relationships", "http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    ];

    /// <returns>The copy; null when the workbook is not in the strict form.</returns>
    public static MemoryStream? Translate(string path)
    {
        using var zip = SafeZip.Open(path);
        if (zip.ReadEntry("xl/workbook.xml") is not { } book || !Encoding.UTF8.GetString(book).Contains(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        var copy = new MemoryStream();
        using (var archive = new ZipArchive(copy, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in zip.Names.Where(name => name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)))
            {
                var text = Encoding.UTF8.GetString(zip.ReadEntry(name)!);
                foreach (var (strict, usual) in Namespaces)
                {
                    text = text.Replace(strict, usual, StringComparison.Ordinal);
                }

                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        copy.Position = 0;
        return copy;
    }
}
