using System.Globalization;
using System.Text.RegularExpressions;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Excel (XLSX, XLSM, XLS): each visible sheet a heading, its tables as they are shown. Formulas give their last value; nothing is computed.</summary>
internal sealed partial class ExcelReader : IDocumentReader
{
    // A used range may be blown up to a million rows by one stray format.
    private const int MostEmptyRows = 20_000;
    private const int MostColumns = 1024;

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        MemoryStream? strict = null;
        if (!OleFile.Is(path))
        {
            SafeZip.Check(path);
            strict = StrictWorkbook.Translate(path);
        }
        else if (OleFile.IsEncrypted(path))
        {
            throw new ReadFailedException(ReadFailures.Encrypted);
        }

        LegacyText.Register();
        try
        {
            using Stream file = strict ?? (Stream)File.OpenRead(path);
            using var book = ExcelReaderFactory.CreateReader(file);
            return Read(book, output);
        }
        catch (InvalidPasswordException)
        {
            throw new ReadFailedException(ReadFailures.Encrypted);
        }
        catch (HeaderException)
        {
            throw new ReadFailedException(ReadFailures.Damaged);
        }
    }

    private static ReaderSummary Read(IExcelDataReader book, ReaderOutput output)
    {
        var writer = new BlockWriter(output);
        var sheet = 0;
        do
        {
            sheet++;
            if (book.VisibleState is null or "visible")
            {
                ReadSheet(book, writer);
            }

            writer.Progress(sheet, book.ResultsCount);
        }
        while (book.NextResult());
        return writer.Finish();
    }

    private static void ReadSheet(IExcelDataReader book, BlockWriter writer)
    {
        var rows = new SheetRows(writer);
        var (empty, named) = (0, false);
        while (empty < MostEmptyRows && book.Read())
        {
            var cells = Cells(book);
            if (cells.Count == 0)
            {
                empty++;
            }
            else
            {
                empty = 0;
                if (!named)
                {
                    // The second level: the name of a sheet is not the title of the book.
                    writer.Write(BlockKind.Heading, book.Name ?? string.Empty, 2);
                    named = true;
                }
            }

            rows.Add(cells);
        }

        rows.End();
    }

    private static List<string> Cells(IExcelDataReader book)
    {
        var cells = new List<string>();
        for (var i = 0; i < Math.Min(book.FieldCount, MostColumns); i++)
        {
            if (book.GetValue(i) is { } value && Shown(value, book.GetNumberFormatString(i)) is { Length: > 0 } text)
            {
                while (cells.Count < i)
                {
                    cells.Add(string.Empty);
                }

                cells.Add(text);
            }
        }

        return cells;
    }

    private static string Shown(object value, string? format) => value switch
    {
        string text => CleanText.Line(text),
        double number => Shown(number, format ?? string.Empty),
        bool isTrue => isTrue ? "TRUE" : "FALSE",
        DateTime { TimeOfDay.Ticks: 0 } date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        TimeSpan span => span.ToString(span.Days == 0 ? "hh\\:mm\\:ss" : "d\\.hh\\:mm\\:ss", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => string.Empty,
    };

    // A number is what the sheet shows: a person who compares looks there. Rare formats show the number plain.
    private static string Shown(double number, string format)
    {
        var section = format.Split(';')[0];
        var match = Digits().Match(Quoted().Replace(section, string.Empty));
        if (!match.Success || section.Contains('E', StringComparison.Ordinal) || section.Contains('?', StringComparison.Ordinal))
        {
            return Math.Round(number, 10).ToString("0.##########", CultureInfo.InvariantCulture);
        }

        var isPercent = section.Contains('%', StringComparison.Ordinal);
        var decimals = match.Groups["decimals"].Length;
        var shown = (isPercent ? number * 100 : number).ToString((match.Groups["whole"].Value.Contains(',', StringComparison.Ordinal) ? "N" : "F") + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var currency = Currency().Match(section).Value;
        return currency + shown + (isPercent ? "%" : string.Empty);
    }

    [GeneratedRegex(@"(?<whole>[#0][#0,]*)(?:\.(?<decimals>[0#]+))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Digits();

    [GeneratedRegex("\"[^\"]*\"|\\[[^\\]]*\\]|\\\\.|_.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Quoted();

    [GeneratedRegex("[$€£¥]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Currency();
}
