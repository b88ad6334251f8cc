using System.Text.RegularExpressions;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Exceptions;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>PDF, read with PdfPig: letters to lines, lines to blocks.</summary>
internal sealed partial class PdfReader : IDocumentReader
{
    // Where the end of a file has to be; readers on people's desks look as far.
    private const int Tail = 2048;

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        if (!IsComplete(path))
        {
            throw new ReadFailedException(ReadFailures.Damaged);
        }

        using var document = Open(path);
        output.Pages(document.NumberOfPages);
        var pages = new List<PdfPage>(document.NumberOfPages);
        var (unreadable, unmapped, letters, characters) = (0, 0L, 0L, 0L);
        for (var number = 1; number <= document.NumberOfPages; number++)
        {
            if (TryReadPage(document, number) is { } page)
            {
                var glyphs = PdfGlyphs.Of(page);
                letters += glyphs.Count;
                unmapped += glyphs.Count(glyph => glyph.Text[0] is '\uFFFD' or (>= '\uE000' and <= '\uF8FF'));
                var lines = PdfColumns.Order(PdfLines.Of(glyphs));
                characters += lines.Sum(line => (long)line.Text.Length);
                output.Expect(characters);
                pages.Add(new PdfPage(number, page.Height, lines));
            }
            else
            {
                unreadable++;
            }

            output.Progress(number, document.NumberOfPages);
        }

        // A page or two may be broken in a file that is otherwise whole; more than that is no document to rely on.
        if (unreadable * 10 > document.NumberOfPages)
        {
            throw new ReadFailedException(ReadFailures.Damaged);
        }

        if (letters > 0 && unmapped * 2 > letters)
        {
            throw new ReadFailedException(ReadFailures.UnreadableText);
        }

        PdfFurniture.Remove(pages);
        var (blocks, shown) = pages.Count > 0 ? PdfBlocks.Of(pages) : ([], null);
        foreach (var block in blocks)
        {
            output.Write(block);
        }

        return output.HasText
            ? new ReaderSummary(document.NumberOfPages, Title(document, shown, blocks), GuessLanguage.Of(blocks.Select(block => block.Text)), unreadable)
            : throw new ReadFailedException(ReadFailures.NoText);
    }

    /// <summary>A file that was cut off has no end mark; one made for fast web view also says how long it should be.</summary>
    private static bool IsComplete(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[Math.Min(Tail, file.Length)];
        file.ReadExactly(start);
        var linearized = Linearized().Match(System.Text.Encoding.Latin1.GetString(start));
        if (linearized.Success && long.Parse(linearized.Groups["length"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) > file.Length)
        {
            return false;
        }

        var end = new byte[Math.Min(Tail, file.Length)];
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(end);
        return end.AsSpan().IndexOf("%%EOF"u8) >= 0;
    }

    private static PdfDocument Open(string path)
    {
        PdfDocument document;
        try
        {
            document = PdfDocument.Open(path, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
        }
        catch (PdfDocumentEncryptedException)
        {
            throw new ReadFailedException(ReadFailures.Encrypted);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // PdfPig tells a broken file by many exceptions, also by ones that are not its own.
            throw new ReadFailedException(ReadFailures.Damaged);
        }

        if (document.NumberOfPages > 0)
        {
            return document;
        }

        document.Dispose();
        throw new ReadFailedException(ReadFailures.NoPages);
    }

    private static Page? TryReadPage(PdfDocument document, int number)
    {
        try
        {
            return document.GetPage(number);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return null;
        }
    }

    // What the file calls itself is often a leftover ("Microsoft Word - draft2.doc"): believed only when its pages say so too.
    private static string? Title(PdfDocument document, string? shown, List<Block> blocks)
    {
        var named = CleanText.Line(document.Information.Title ?? string.Empty);
        if (named.Length is < 4 or > 300)
        {
            return shown;
        }

        var firstPage = string.Join(' ', blocks.TakeWhile(block => block.Page <= 2).Select(block => block.Text));
        return firstPage.Contains(named, StringComparison.OrdinalIgnoreCase) ? named : shown ?? (FileLike().IsMatch(named) ? null : named);
    }

    [GeneratedRegex(@"/Linearized\b[^>]{0,200}/L\s+(?<length>\d{1,15})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Linearized();

    [GeneratedRegex(@"^microsoft word|^powerpoint presentation$|^untitled|\.\w{2,4}$|^[\w-]+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex FileLike();
}
