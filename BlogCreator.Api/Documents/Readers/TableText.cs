namespace BlogCreator.Api.Documents.Readers;

/// <summary>How a table is written down: a row is a line, a bar parts its cells, the first row is its head.</summary>
internal static class TableText
{
    // A passage of this length is still read at a glance.
    private const int Longest = 3000;
    private const int LongestHead = 1000;

    public static string Row(IEnumerable<string> cells) => string.Join(" | ", cells.Select(Cell));

    /// <summary>A bar within a cell would look like the end of it.</summary>
    public static string Cell(string text) => CleanText.Line(text).Replace('|', '¦');

    /// <summary>Cuts a long table between its rows, each part under the head, so that every part can be understood alone.</summary>
    public static IEnumerable<string> Parts(string table)
    {
        if (table.Length <= Longest || table.IndexOf('\n', StringComparison.Ordinal) is not (> 0 and var end))
        {
            yield return table;
            yield break;
        }

        var head = end <= LongestHead ? table[..(end + 1)] : string.Empty;
        var start = head.Length;
        while (start < table.Length)
        {
            var stop = Math.Min(table.Length, start + Longest - head.Length);
            if (stop < table.Length)
            {
                var before = table.LastIndexOf('\n', stop, stop - start);
                var after = table.IndexOf('\n', stop);
                stop = before > start ? before : after >= 0 ? after : table.Length;
            }

            yield return head + table[start..stop];
            start = stop + 1;
        }
    }
}
