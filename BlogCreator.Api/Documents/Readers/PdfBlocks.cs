using System.Text.RegularExpressions;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Turns the lines of all pages into headings, paragraphs, lists and tables, by what is usual in this document.</summary>
internal sealed partial class PdfBlocks
{
    private readonly IReadOnlyList<PdfPage> _pages;
    private readonly double _bodySize;
    private readonly bool _isTypewritten;
    private readonly Dictionary<double, double> _leading;
    private readonly HashSet<string> _hyphenated;
    private readonly Dictionary<(int Page, int Region), (double Left, double Right)> _columns = [];

    private PdfBlocks(IReadOnlyList<PdfPage> pages)
    {
        _pages = pages;
        var lines = pages.SelectMany(page => page.Lines).ToList();
        var characters = lines.Sum(line => (long)line.Text.Length);
        _isTypewritten = lines.Where(line => line.IsMonospaced).Sum(line => (long)line.Text.Length) * 3 > characters;
        _bodySize = BodySize(lines);
        _leading = Leading(pages);
        _hyphenated = Hyphenated(lines);
        foreach (var page in pages)
        {
            foreach (var column in page.Lines.GroupBy(line => line.Region))
            {
                _columns[(page.Number, column.Key)] = (column.Min(line => line.Left), column.Max(line => line.Right));
            }
        }
    }

    /// <summary>The blocks in reading order, and the title that the first page shows.</summary>
    public static (List<Block> Blocks, string? Title) Of(IReadOnlyList<PdfPage> pages)
    {
        var reader = new PdfBlocks(pages);
        var groups = reader.JoinAcrossColumns(reader.Groups());
        return reader.ToBlocks(groups);
    }

    private static double BodySize(List<PdfLine> lines)
    {
        var weights = new Dictionary<double, long>();
        foreach (var line in lines)
        {
            weights[line.Size] = weights.GetValueOrDefault(line.Size) + line.Text.Length;
        }

        return weights.Count == 0 ? 10 : weights.MaxBy(size => size.Value).Key;
    }

    private static Dictionary<double, double> Leading(IReadOnlyList<PdfPage> pages)
    {
        var gaps = new Dictionary<double, List<double>>();
        foreach (var page in pages)
        {
            for (var i = 1; i < page.Lines.Count; i++)
            {
                var (before, line) = (page.Lines[i - 1], page.Lines[i]);
                var gap = before.Baseline - line.Baseline;
                if (before.Region == line.Region && before.Size == line.Size && gap > line.Size * 0.8 && gap < line.Size * 3)
                {
                    if (!gaps.TryGetValue(line.Size, out var list))
                    {
                        gaps[line.Size] = list = [];
                    }

                    list.Add(gap);
                }
            }
        }

        // The tighter half: gaps between paragraphs are not the distance of lines.
        return gaps.Where(size => size.Value.Count > 2).ToDictionary(size => size.Key, size => size.Value.Order().ElementAt(size.Value.Count * 2 / 5));
    }

    private static HashSet<string> Hyphenated(List<PdfLine> lines)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Where(line => line.Text.Contains('-', StringComparison.Ordinal)))
        {
            foreach (Match word in HyphenatedWord().Matches(line.Text))
            {
                words.Add(word.Value);
            }
        }

        return words;
    }

    private double LeadingOf(double size) => _leading.TryGetValue(size, out var leading) ? Math.Min(leading, size * 1.9) : size * 1.25;

    private List<Group> Groups()
    {
        var groups = new List<Group>();
        foreach (var page in _pages)
        {
            Group? group = null;
            for (var i = 0; i < page.Lines.Count; i++)
            {
                var line = page.Lines[i];
                var before = i > 0 && page.Lines[i - 1].Region == line.Region ? page.Lines[i - 1] : null;
                var kind = KindOf(page.Lines, i);
                if (group is null || before is null || Breaks(group, before, line, kind, page.Number))
                {
                    group = new Group(page.Number, kind, before is null ? null : before.Baseline - line.Baseline);
                    groups.Add(group);
                }

                group.Lines.Add(line);
            }
        }

        return groups;
    }

    private LineKind KindOf(List<PdfLine> lines, int i)
    {
        var line = lines[i];
        if (SectionNames.IsContentsLine(line.Text))
        {
            return LineKind.Toc;
        }

        if (line.IsMonospaced && !_isTypewritten)
        {
            return LineKind.Code;
        }

        if (Item().IsMatch(line.Text))
        {
            return LineKind.Item;
        }

        return IsRow(line) && ((i > 0 && IsRowBeside(lines[i - 1], line)) || (i + 1 < lines.Count && IsRowBeside(lines[i + 1], line)))
            ? LineKind.Row
            : LineKind.Prose;
    }

    private static bool IsRow(PdfLine line) => line.Cells.Count > 1 && !Item().IsMatch(line.Text);

    private static bool IsRowBeside(PdfLine other, PdfLine line) => IsRow(other)
        && other.Region == line.Region
        && Math.Abs(other.Baseline - line.Baseline) < line.Size * 4
        && other.Cells.Skip(1).Any(cell => line.Cells.Skip(1).Any(mine =>
            Math.Abs(cell.Left - mine.Left) < line.Size || Math.Abs(cell.Right - mine.Right) < line.Size
            || Math.Abs(cell.Left + cell.Right - mine.Left - mine.Right) < line.Size));

    private bool Breaks(Group group, PdfLine before, PdfLine line, LineKind kind, int page)
    {
        var gap = before.Baseline - line.Baseline;
        var leading = LeadingOf(line.Size);
        switch (group.Kind, kind)
        {
            case (LineKind.Toc, LineKind.Toc) or (LineKind.Code, LineKind.Code):
                return gap > leading * 3;
            case (LineKind.Row, LineKind.Row):
                return gap > line.Size * 4 || !IsRowBeside(before, line);
            case (LineKind.Item, LineKind.Item):
                return gap > leading * 2.2 || before.Size != line.Size;
            case (LineKind.Item, LineKind.Prose):
                // An item goes on while its lines keep right of its mark.
                var mark = group.Lines.FindLast(item => Item().IsMatch(item.Text))!;
                return gap > leading * 1.35 || before.Size != line.Size || line.Left < mark.Left + (mark.Size * 0.4);
            case (LineKind.Prose, LineKind.Item):
                // A line that begins with "2.5)" within a paragraph is not an item: only where one may begin.
                return !(NumberItem().IsMatch(line.Text) && !EndsSentence(before.Text) && gap < leading * 1.2 && Math.Abs(line.Left - before.Left) < line.Size * 0.3);
            case (LineKind.Prose, LineKind.Prose):
                break;
            default:
                return true;
        }

        if (gap > leading * 1.3 || gap < -line.Size || Math.Abs(before.Size - line.Size) > line.Size * 0.08)
        {
            return true;
        }

        var column = _columns[(page, line.Region)];
        var width = column.Right - column.Left;
        var room = column.Right - before.Right;
        if (before.IsBold != line.IsBold && (room > width * 0.15 || EndsSentence(before.Text)))
        {
            return true;
        }

        // The first word of this line would have fitted: the line before was ended on purpose.
        var firstWord = line.Text.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end ? end : line.Text.Length;
        var needed = (firstWord + 1) * (line.Right - line.Left) / line.Text.Length;
        var wasEnded = EndsSentence(before.Text) && room > needed + (line.Size * 2);
        var isIndented = line.Left > before.Left + (line.Size * 0.8) && line.Left < before.Left + (line.Size * 5)
            && (EndsSentence(before.Text) || room > needed + (line.Size * 2)) && group.Lines.Count > 0 && before.Left < column.Left + (line.Size * 0.5);
        return wasEnded || isIndented || (room > width * 0.45 && room > needed * 3 && before.Left < column.Left + (line.Size * 3) && char.IsUpper(line.Text[0]));
    }

    private static bool EndsSentence(string text) => text.TrimEnd('"', '”', '’', ')', ']', '»') is [.., '.' or '!' or '?' or ':' or '…' or '。' or '！' or '？'];

    /// <summary>A paragraph that the end of a column or page cut in two becomes one again, on the page where it began.</summary>
    private List<Group> JoinAcrossColumns(List<Group> groups)
    {
        var joined = new List<Group>();
        Group? open = null;
        foreach (var group in groups)
        {
            var isStart = group.GapBefore is null;
            if (isStart && open is not null && group.Page - open.LastPage <= 1 && Continues(open, group))
            {
                open.Lines.AddRange(group.Lines);
                open.LastPage = group.Page;
                continue;
            }

            joined.Add(group);
            if (group.Kind == LineKind.Prose && IsBody(group) && !HeadingLike(group))
            {
                open = group;
                open.LastPage = group.Page;
            }
            else if (!IsAside(group))
            {
                open = null;
            }
        }

        return joined;
    }

    private bool Continues(Group open, Group group)
    {
        if (group.Kind != LineKind.Prose || !IsBody(group) || HeadingLike(group) || EndsSentence(open.Text)
            || Math.Abs(open.Lines[^1].Size - group.Lines[0].Size) > 0.5)
        {
            return false;
        }

        var column = _columns[(open.LastPage, open.Lines[^1].Region)];
        var isFull = open.Lines[^1].Right > column.Right - ((column.Right - column.Left) * 0.12);
        return char.IsLower(group.Lines[0].Text[0]) || (isFull && open.Lines.Count > 1 && !SectionNames.IsCaption(group.Text));
    }

    private bool IsBody(Group group) => Math.Abs(group.Size - _bodySize) <= _bodySize * 0.12 && !SectionNames.IsCaption(group.Lines[0].Text);

    // What stands between the halves of a paragraph without ending it: footnotes, captions, tables.
    private bool IsAside(Group group) => group.Size < _bodySize * 0.92 || group.Kind is LineKind.Row || SectionNames.IsCaption(group.Lines[0].Text);

    private bool HeadingLike(Group group)
    {
        var text = group.Lines[0].Text;
        if (group.Kind is not (LineKind.Prose or LineKind.Item) || group.Lines.Count > 3 || SectionNames.IsCaption(text))
        {
            return false;
        }

        text = group.Text;
        var isNumbered = NumberedHeading().IsMatch(text);
        if (text.Length is < 2 or > 160 || !text.Any(char.IsLetter) || text[^1] is ',' or ';' || (text[^1] is '.' && !(isNumbered && text.Length < 60))
            || (group.Kind == LineKind.Item && !isNumbered))
        {
            return false;
        }

        var leading = LeadingOf(group.Size);
        var standsApart = group.GapBefore is null || group.GapBefore > leading * 1.15;
        var isBold = group.Lines.TrueForAll(line => line.IsBold);
        if (group.Size >= _bodySize * 1.12)
        {
            return true;
        }

        if (text[^1] == ':' || group.Size < _bodySize * 0.92)
        {
            return false;
        }

        if (SectionNames.IsReferences(text) || SectionNames.IsContents(text))
        {
            return true;
        }

        if (group.Lines.Count > 2)
        {
            return false;
        }

        var isCapitals = text.Length <= 90 && text.Count(char.IsLetter) >= 4 && !text.Any(char.IsLower) && text.Any(char.IsUpper);
        return (isBold && (standsApart || isNumbered))
            || (isCapitals && standsApart && text.Any(letter => letter == ' ' || char.IsUpper(letter)))
            || (isNumbered && standsApart && text.Length < 100 && group.Lines.Count == 1 && text.Split(' ')[0].Trim('.').Contains('.', StringComparison.Ordinal));
    }

    private (List<Block> Blocks, string? Title) ToBlocks(List<Group> groups)
    {
        var headings = groups.Where(HeadingLike).ToHashSet();
        var ranks = headings.Select(StyleOf).Distinct().OrderByDescending(style => style.Size).ThenByDescending(style => style.IsBold)
            .ThenByDescending(style => style.IsCapitals).ThenBy(style => style.Depth).ToList();
        var blocks = new List<Block>();
        string? title = null;
        var largest = 0.0;
        var section = SectionKind.Body;
        var sectionLevel = 0;
        for (var i = 0; i < groups.Count; i++)
        {
            var group = groups[i];
            var text = group.Joined(_hyphenated.Contains);
            if (text.Length == 0)
            {
                continue;
            }

            if (section == SectionKind.Contents && IsContentsEntry(groups, i))
            {
                Add(blocks, new Block(BlockKind.Toc, Rows(group), group.Page));
                continue;
            }

            if (headings.Contains(group))
            {
                var level = Math.Min(6, ranks.IndexOf(StyleOf(group)) + 1);
                if (group.Page == _pages[0].Number && group.Size > largest && text.Count(char.IsLetter) is > 3 and var letters && letters * 2 > text.Length)
                {
                    (title, largest) = (text, group.Size);
                }

                if (SectionNames.IsReferences(text))
                {
                    (section, sectionLevel) = (SectionKind.References, level);
                }
                else if (SectionNames.IsContents(text))
                {
                    (section, sectionLevel) = (SectionKind.Contents, level);
                }
                else if (section != SectionKind.References || level <= sectionLevel)
                {
                    section = SectionKind.Body;
                }

                blocks.Add(new Block(BlockKind.Heading, text, group.Page, level));
                continue;
            }

            Add(blocks, ToBlock(group, text, section));
        }

        return (blocks, title);
    }

    private Block ToBlock(Group group, string text, SectionKind section)
    {
        if (section == SectionKind.References)
        {
            return new Block(BlockKind.References, text, group.Page);
        }

        if (group.Kind != LineKind.Row && SectionNames.IsCaption(text) && group.Lines.Count <= 12)
        {
            return new Block(BlockKind.Caption, text, group.Page);
        }

        return group.Kind switch
        {
            LineKind.Toc => new Block(BlockKind.Toc, Rows(group), group.Page),
            LineKind.Code => new Block(BlockKind.Code, Code(group), group.Page),
            LineKind.Row => new Block(BlockKind.Table, Rows(group), group.Page),
            LineKind.Item => new Block(BlockKind.List, Items(group), group.Page),
            _ when IsFootnote(group) => new Block(BlockKind.Note, text, group.Page),
            _ => new Block(BlockKind.Paragraph, text, group.Page),
        };
    }

    // Neighbouring lists and tables that only a column or a wide gap parted are one.
    private static void Add(List<Block> blocks, Block block)
    {
        if (block.Kind is BlockKind.List or BlockKind.Toc && blocks is [.., var last] && last.Kind == block.Kind && last.Page == block.Page
            && last.Text.Length + block.Text.Length < 4000)
        {
            blocks[^1] = last with { Text = last.Text + "\n" + block.Text };
            return;
        }

        blocks.Add(block);
    }

    // Entries end in the number of a page; an entry of two lines is followed by one.
    private static bool IsContentsEntry(List<Group> groups, int i) => groups[i].Text.Length < 2000
        && groups.Skip(i).Take(2).Any(group => group.Lines.Exists(line => ContentsEntry().IsMatch(line.Text)));

    private bool IsFootnote(Group group) => group.Size < _bodySize * 0.92 && Footnote().IsMatch(group.Text)
        && _pages.First(page => page.Number == group.Page) is var page && group.Lines[0].Baseline < page.Height * 0.4;

    private static Style StyleOf(Group group)
    {
        var text = group.Text;
        var depth = NumberedHeading().Match(text) is { Success: true } match ? match.Value.Trim().Trim('.').Count(letter => letter == '.') + 1 : 0;
        return new Style(group.Size, group.Lines.TrueForAll(line => line.IsBold), !text.Any(char.IsLower), depth);
    }

    private static string Rows(Group group) => string.Join('\n', group.Lines.Select(line =>
        line.Cells.Count > 1 ? string.Join(" | ", line.Cells.Select(cell => cell.Text)) : line.Text));

    private string Items(Group group)
    {
        var items = new List<List<string>>();
        foreach (var line in group.Lines)
        {
            if (items.Count == 0 || Item().IsMatch(line.Text))
            {
                items.Add([]);
            }

            items[^1].Add(line.Text);
        }

        return string.Join('\n', items
            .Select(item => JoinHyphens.Of(item, _hyphenated.Contains))
            .Select(item => Bullet().IsMatch(item) ? "- " + Bullet().Replace(item, string.Empty) : item));
    }

    private static string Code(Group group)
    {
        var left = group.Lines.Min(line => line.Left);
        return string.Join('\n', group.Lines.Select(line =>
        {
            // Letters of one width: the distance to the left edge counts blanks.
            var width = Math.Max(line.Size * 0.5, (line.Right - line.Left) / Math.Max(1, line.Text.Length));
            return new string(' ', (int)Math.Clamp(Math.Round((line.Left - left) / width), 0, 60)) + line.Text;
        }));
    }

    private enum LineKind
    {
        Prose,
        Item,
        Row,
        Code,
        Toc,
    }

    private enum SectionKind
    {
        Body,
        Contents,
        References,
    }

    private sealed record Style(double Size, bool IsBold, bool IsCapitals, int Depth);

    private sealed class Group(int page, LineKind kind, double? gapBefore)
    {
        public int Page { get; } = page;

        public int LastPage { get; set; } = page;

        public LineKind Kind { get; } = kind;

        /// <summary>Distance to the line above in the same column; null at its top.</summary>
        public double? GapBefore { get; } = gapBefore;

        public List<PdfLine> Lines { get; } = [];

        public double Size => Lines[0].Size;

        public string Text => string.Join(' ', Lines.Select(line => line.Text));

        public string Joined(Predicate<string> isHyphenated) => JoinHyphens.Of(Lines.Select(line => line.Text), isHyphenated);
    }

    [GeneratedRegex(@"\p{L}+(?:-\p{L}+)+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex HyphenatedWord();

    [GeneratedRegex(@"^(?:[•◦▪‣·●○■□➢✓✔–—*∗-]\s+\S|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s+\S)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Item();

    [GeneratedRegex(@"^\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex NumberItem();

    [GeneratedRegex(@"^[•◦▪‣·●○■□➢✓✔–—*∗-]\s+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Bullet();

    [GeneratedRegex(@"^(?:\d{1,2}(?:\.\d{1,2}){0,4}\.?|[A-Z](?:\.\d{1,2}){0,3}\.?|[IVX]{1,5}\.|(?:chapter|appendix|section|part|annex|kapitel|anhang)\s+(?:\d{1,2}|[A-Z]|[IVX]+)[.:]?)\s+(?=[\p{Lu}\d""“])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex NumberedHeading();

    [GeneratedRegex(@"\s(?:\d{1,4}|[ivxlc]{1,7})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex ContentsEntry();

    [GeneratedRegex(@"^(?:\d{1,3}|[*†‡§¹²³⁴⁵⁶⁷⁸⁹])\s?\D", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Footnote();
}
