using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Takes running headers, footers and page numbers out: lines that return at the same place of page after page.</summary>
internal static partial class PdfFurniture
{
    private const int LinesAtEachEnd = 4;
    private const double Margin = 0.14;

    public static void Remove(IReadOnlyList<PdfPage> pages)
    {
        if (pages.Count < 2)
        {
            return;
        }

        var places = new Dictionary<(string Text, int Place), int>();
        var numbered = 0;
        foreach (var page in pages)
        {
            foreach (var key in Candidates(page).Select(line => KeyOf(line, page)).Distinct())
            {
                places[key] = places.GetValueOrDefault(key) + 1;
            }

            numbered += Candidates(page).Any(line => IsPageNumber(line.Text)) ? 1 : 0;
        }

        var often = pages.Count switch { 2 => 2, < 8 => (pages.Count / 2) + 1, _ => 3 };
        var hasNumbers = numbered * 2 > pages.Count;
        var offset = PageNumberOffset(pages);
        foreach (var page in pages)
        {
            var furniture = Candidates(page)
                .Where(line => Repeats(places, KeyOf(line, page), often)
                    || (hasNumbers && IsPageNumber(line.Text))
                    || (offset is not null && NumbersIn(line.Text).Any(number => page.Number - number == offset)))
                .ToHashSet();
            page.Lines.RemoveAll(furniture.Contains);
        }
    }

    private static bool Repeats(Dictionary<(string Text, int Place), int> places, (string Text, int Place) key, int often)
    {
        // A baseline may fall on either side of a rounding border.
        var times = places[key]
            + places.GetValueOrDefault((key.Text, key.Place - 1))
            + places.GetValueOrDefault((key.Text, key.Place + 1));
        return times >= often;
    }

    // "Chapter 2: Parsing 17" may stand on two pages only, but its number counts with the pages.
    private static int? PageNumberOffset(IReadOnlyList<PdfPage> pages)
    {
        var offsets = pages
            .SelectMany(page => Candidates(page).SelectMany(line => NumbersIn(line.Text)).Select(number => page.Number - number).Distinct())
            .CountBy(offset => offset)
            .ToList();
        return offsets.Count > 0 && offsets.MaxBy(offset => offset.Value) is var most && most.Value >= 4 && most.Value * 5 >= pages.Count * 2 ? most.Key : null;
    }

    private static IEnumerable<int> NumbersIn(string text) => EdgeNumber().Matches(text)
        .Select(match => int.Parse(match.ValueSpan, CultureInfo.InvariantCulture));

    private static IEnumerable<PdfLine> Candidates(PdfPage page)
    {
        if (page.Lines.Count == 0)
        {
            yield break;
        }

        var byHeight = page.Lines.OrderByDescending(line => line.Baseline).ToList();
        foreach (var (line, i) in byHeight.Select((line, i) => (line, i)))
        {
            var isAtTop = i < LinesAtEachEnd && line.Baseline > page.Height * (1 - Margin);
            var isAtBottom = i >= byHeight.Count - LinesAtEachEnd && line.Baseline < page.Height * Margin;
            if (isAtTop || isAtBottom)
            {
                yield return line;
            }
        }
    }

    // Page numbers change from page to page, so digits do not count.
    private static (string Text, int Place) KeyOf(PdfLine line, PdfPage page)
    {
        var key = new StringBuilder(line.Text.Length);
        foreach (var letter in line.Text.Where(letter => !char.IsWhiteSpace(letter)))
        {
            if (!char.IsDigit(letter))
            {
                key.Append(letter);
            }
            else if (key.Length == 0 || key[^1] != '#')
            {
                key.Append('#');
            }
        }

        return (key.ToString(), (int)(line.Baseline / page.Height * 200));
    }

    private static bool IsPageNumber(string text) => PageNumber().IsMatch(text);

    [GeneratedRegex(@"^\d{1,4}(?=\s|$)|(?<=\s|^)\d{1,4}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex EdgeNumber();

    [GeneratedRegex(@"^(?:page|seite|página|pagina|p\.)?\s*[-–—|]?\s*(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]-\d{1,3})\s*(?:(?:of|/|von|de|di|sur)\s*\d{1,4})?\s*[-–—|]?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex PageNumber();
}
