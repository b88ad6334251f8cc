namespace BlogCreator.Api.Documents.Readers;

/// <summary>Puts the lines of a page into reading order: columns of prose one after the other, anything else row by row.</summary>
internal static class PdfColumns
{
    private const int FewestLines = 6;
    private const int MostColumns = 4;

    public static List<PdfLine> Order(List<PdfLine> pieces)
    {
        var ordered = new List<PdfLine>(pieces.Count);
        var region = 0;
        Order(pieces, MostColumns, ordered, ref region);
        return ordered;
    }

    private static void Order(List<PdfLine> pieces, int columns, List<PdfLine> ordered, ref int region)
    {
        if (columns < 2 || FindGutter(pieces) is not { } gutter)
        {
            foreach (var line in Rows(pieces))
            {
                line.Region = region;
                ordered.Add(line);
            }

            region++;
            return;
        }

        // Lines that cross the gutter (a title, a wide figure's caption) part the page; between two of them, the left column comes first.
        var band = new List<PdfLine>();
        var crossing = new List<PdfLine>();
        foreach (var piece in pieces.OrderByDescending(piece => piece.Baseline))
        {
            var crosses = piece.Left < gutter && piece.Right > gutter;
            if (crosses && band.Count > 0)
            {
                OrderBand(band, gutter, columns, ordered, ref region);
                band.Clear();
            }
            else if (!crosses && crossing.Count > 0)
            {
                Order(crossing, 1, ordered, ref region);
                crossing.Clear();
            }

            (crosses ? crossing : band).Add(piece);
        }

        if (band.Count > 0)
        {
            OrderBand(band, gutter, columns, ordered, ref region);
        }

        if (crossing.Count > 0)
        {
            Order(crossing, 1, ordered, ref region);
        }
    }

    private static void OrderBand(List<PdfLine> band, double gutter, int columns, List<PdfLine> ordered, ref int region)
    {
        var left = band.Where(piece => piece.Right <= gutter).ToList();
        var right = band.Where(piece => piece.Right > gutter).ToList();
        foreach (var side in (List<PdfLine>[])[left, right])
        {
            if (side.Count > 0)
            {
                Order(side, columns - 1, ordered, ref region);
            }
        }
    }

    private static double? FindGutter(List<PdfLine> pieces)
    {
        if (pieces.Count < FewestLines * 2)
        {
            return null;
        }

        var left = pieces.Min(piece => piece.Left);
        var right = pieces.Max(piece => piece.Right);
        var width = right - left;
        double? best = null;
        var fewestCrossing = int.MaxValue;
        // A gutter lies where columns begin: just left of the place at which several lines start.
        foreach (var start in pieces.CountBy(piece => Math.Round(piece.Left)).Where(group => group.Value >= FewestLines / 2))
        {
            var x = start.Key - 2;
            if (x < left + (width * 0.2) || x > left + (width * 0.8))
            {
                continue;
            }

            var crossing = pieces.Count(piece => piece.Left < x && piece.Right > x);
            if (crossing < fewestCrossing && ArePartedBy(x, pieces, crossing, left, right))
            {
                fewestCrossing = crossing;
                best = x;
            }
        }

        return best;
    }

    private static bool ArePartedBy(double x, List<PdfLine> pieces, int crossing, double left, double right)
    {
        var before = pieces.Where(piece => piece.Right <= x).ToList();
        var after = pieces.Where(piece => piece.Left >= x).ToList();
        if (before.Count < FewestLines || after.Count < FewestLines || crossing > (before.Count + after.Count) / 2)
        {
            return false;
        }

        var overlap = Math.Min(before.Max(piece => piece.Baseline), after.Max(piece => piece.Baseline))
            - Math.Max(before.Min(piece => piece.Baseline), after.Min(piece => piece.Baseline));
        var height = pieces.Max(piece => piece.Baseline) - pieces.Min(piece => piece.Baseline);
        return overlap > height * 0.15 && IsProse(before, x - left) && IsProse(after, right - x);
    }

    // Cells of a table are short and fill their column rarely; lines of prose fill it mostly.
    private static bool IsProse(List<PdfLine> column, double width)
    {
        var full = column.Count(line => line.Right - line.Left > width * 0.6 && line.Text.Length >= 15);
        return full * 2 >= column.Count;
    }

    private static IEnumerable<PdfLine> Rows(List<PdfLine> pieces)
    {
        var row = new List<PdfLine>();
        foreach (var piece in pieces.OrderByDescending(piece => piece.Baseline))
        {
            if (row.Count > 0 && row[0].Baseline - piece.Baseline > Math.Min(row[0].Size, piece.Size) * 0.35)
            {
                yield return Row(row);
                row = [];
            }

            row.Add(piece);
        }

        if (row.Count > 0)
        {
            yield return Row(row);
        }
    }

    private static PdfLine Row(List<PdfLine> pieces)
    {
        if (pieces.Count == 1)
        {
            return pieces[0];
        }

        var cells = pieces.OrderBy(piece => piece.Left).ToList();
        var widest = cells.MaxBy(cell => cell.Text.Length)!;
        return new PdfLine
        {
            Text = string.Join(' ', cells.Select(cell => cell.Text)),
            Left = cells[0].Left,
            Right = cells.Max(cell => cell.Right),
            Baseline = widest.Baseline,
            Size = widest.Size,
            IsBold = cells.TrueForAll(cell => cell.IsBold),
            IsMonospaced = cells.TrueForAll(cell => cell.IsMonospaced),
            Cells = [.. cells.Select(cell => new PdfCell(cell.Left, cell.Right, cell.Text))],
        };
    }
}
