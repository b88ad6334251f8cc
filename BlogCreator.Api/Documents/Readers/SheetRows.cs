namespace BlogCreator.Api.Documents.Readers;

/// <summary>
/// Rows of a sheet as they come. Empty rows part tables; a row with one cell above a table is its title; a column of single
/// cells is text. Only some rows are held at a time.
/// </summary>
internal sealed class SheetRows(BlockWriter writer, bool isOneTable = false)
{
    private const int MostHeld = 500;
    private const int LongestItem = 120;

    private readonly List<IReadOnlyList<string>> _rows = [];
    private string? _head;
    private List<int> _columns = [];

    public void Add(IReadOnlyList<string> cells)
    {
        if (cells.All(cell => cell.Length == 0))
        {
            if (!isOneTable)
            {
                End();
            }

            return;
        }

        _rows.Add(cells);
        if (_rows.Count >= MostHeld)
        {
            Flush();
        }
    }

    public void End()
    {
        Flush();
        _head = null;
    }

    private void Flush()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var from = 0;
        if (_head is null)
        {
            while (from < _rows.Count && Filled(_rows[from]) == 1)
            {
                from++;
            }

            WriteText(_rows[..from], isTitle: from < _rows.Count);
            _columns = Used(_rows[from..], isWhole: _rows.Count < MostHeld);
        }
        else if (Used(_rows, isWhole: false) is var used && used.Count > 0 && used[^1] > _columns[^1])
        {
            // A column that begins below the rows seen so far.
            _columns.AddRange(Enumerable.Range(_columns[^1] + 1, used[^1] - _columns[^1]));
        }

        var lines = _rows[from..].Select(row => TableText.Row(_columns.Select(column => column < row.Count ? row[column] : string.Empty))).ToList();
        _rows.Clear();
        if (lines.Count == 0)
        {
            return;
        }

        if (_head is null)
        {
            _head = lines[0];
        }
        else
        {
            lines.Insert(0, _head);
        }

        writer.Write(BlockKind.Table, string.Join('\n', lines));
    }

    private void WriteText(List<IReadOnlyList<string>> rows, bool isTitle)
    {
        var texts = rows.Select(row => row.First(cell => cell.Length > 0)).ToList();
        if (isTitle || texts.Count < 2 || texts.Exists(text => text.Length > LongestItem))
        {
            texts.ForEach(text => writer.Write(isTitle ? BlockKind.Caption : BlockKind.Paragraph, text));
        }
        else
        {
            writer.Write(BlockKind.List, string.Join('\n', texts.Select(text => "- " + CleanText.Line(text))));
        }
    }

    private static int Filled(IReadOnlyList<string> row) => row.Count(cell => cell.Length > 0);

    /// <summary>Columns without any cell part others only on the sheet. Of rows that more may follow, those in between are kept.</summary>
    private static List<int> Used(List<IReadOnlyList<string>> rows, bool isWhole)
    {
        var used = new SortedSet<int>();
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Count; i++)
            {
                if (row[i].Length > 0)
                {
                    used.Add(i);
                }
            }
        }

        return isWhole || used.Count == 0 ? [.. used] : [.. Enumerable.Range(used.Min, used.Max - used.Min + 1)];
    }
}
