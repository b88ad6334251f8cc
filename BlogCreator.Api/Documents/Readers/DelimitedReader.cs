using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>CSV and TSV: one table, its delimiter found by looking.</summary>
internal sealed class DelimitedReader : IDocumentReader
{
    private const int SampleLines = 50;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    public ReaderSummary Read(string path, ReaderOutput output)
    {
        var bytes = File.ReadAllBytes(path);
        output.Expect(bytes.Length / 4);
        var text = DecodeText.Of(bytes);
        output.Expect(text.Length);

        // A line of Excel's own, for Excel alone.
        char? said = text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && text.Length > 4 ? text[4] : null;
        if (said is not null)
        {
            text = text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        }

        var delimiter = said ?? Delimiter(text);
        var writer = new BlockWriter(output);
        var rows = new SheetRows(writer, isOneTable: true);
        foreach (var row in Rows(text, delimiter))
        {
            rows.Add(row);
        }

        rows.End();
        return writer.Finish();
    }

    private static IEnumerable<List<string>> Rows(string text, char delimiter)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (quoted)
            {
                if (letter != '"')
                {
                    field.Append(letter);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    field.Append('"');
                    i++;
                }
                else
                {
                    quoted = false;
                }
            }
            // A quote in the middle of a field is a letter of it: 5" pipe.
            else if (letter == '"' && IsBlank(field))
            {
                field.Clear();
                quoted = true;
            }
            else if (letter == delimiter || letter == '\n')
            {
                row.Add(CleanText.Line(field.ToString()));
                field.Clear();
                if (letter == '\n')
                {
                    yield return row;
                    row = [];
                }
            }
            else
            {
                field.Append(letter);
            }
        }

        row.Add(CleanText.Line(field.ToString()));
        yield return row;
    }

    /// <summary>The one that parts the first lines into the same number of fields, more than one.</summary>
    internal static char Delimiter(string text)
    {
        var best = (Delimiter: ',', Score: 0.0);
        foreach (var delimiter in Delimiters)
        {
            var counts = Counts(text, delimiter);
            if (counts.Count == 0 || counts.Max() == 0)
            {
                continue;
            }

            var common = counts.Where(count => count > 0).CountBy(count => count).DefaultIfEmpty().MaxBy(group => group.Value);
            var score = (double)common.Value / counts.Count * Math.Log(common.Key + 2);
            if (score > best.Score)
            {
                best = (delimiter, score);
            }
        }

        return best.Delimiter;
    }

    private static bool IsBlank(StringBuilder field)
    {
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] != ' ')
            {
                return false;
            }
        }

        return true;
    }

    private static List<int> Counts(string text, char delimiter)
    {
        var counts = new List<int>();
        var (count, quoted, length) = (0, false, 0);
        foreach (var letter in text)
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (letter == '\n' && !quoted)
            {
                if (length > 0)
                {
                    counts.Add(count);
                }

                (count, length) = (0, 0);
                if (counts.Count == SampleLines)
                {
                    break;
                }

                continue;
            }
            else if (letter == delimiter && !quoted)
            {
                count++;
            }

            length++;
        }

        if (length > 0 && counts.Count < SampleLines)
        {
            counts.Add(count);
        }

        return counts;
    }
}
