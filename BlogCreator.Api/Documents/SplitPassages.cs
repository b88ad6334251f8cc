using System.Text;
using System.Text.RegularExpressions;
using BlogCreator.Api.Documents.Readers;

namespace BlogCreator.Api.Documents;

/// <summary>A passage before it has an identity.</summary>
/// <param name="Start">Offset of its first character in the document's text: all blocks, parted by empty lines.</param>
internal sealed record PassageText(int Order, int? Page, string Heading, string Kind, string Text, int Start, int End);

/// <summary>
/// Cuts blocks into passages small enough to cite and large enough to understand. A passage stays under one heading and on one page;
/// only a paragraph that runs over the end of a page is kept whole, on the page where it begins.
/// </summary>
internal static partial class SplitPassages
{
    private const int Enough = 300;
    private const int Most = 1200;
    // A table or a program is understood as a whole, so it is cut later.
    private const int MostWhole = 4000;
    // Long tables come in parts that are whole; what is longer still is one row, which is not torn.
    private const int MostTable = 12_000;
    private const int LongestHeading = 200;

    public static List<PassageText> Of(IEnumerable<Block> blocks)
    {
        var splitter = new Splitter();
        foreach (var block in blocks)
        {
            splitter.Add(block);
        }

        return splitter.Finish();
    }

    private static string KindOf(BlockKind kind) => kind switch
    {
        BlockKind.List => "list",
        BlockKind.Table => "table",
        BlockKind.Code => "code",
        BlockKind.Quote => "quote",
        BlockKind.Caption => "caption",
        BlockKind.Toc => "toc",
        BlockKind.References => "references",
        BlockKind.Note => "note",
        BlockKind.Heading or BlockKind.Paragraph => "prose",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Clean(Block block) => block.Kind switch
    {
        BlockKind.Code => CleanText.Code(block.Text),
        BlockKind.List or BlockKind.Table or BlockKind.Quote or BlockKind.Toc or BlockKind.References => CleanText.Lines(block.Text),
        _ => CleanText.Line(block.Text),
    };

    /// <summary>Cuts at the ends of lines or sentences; where one sentence alone is too long, at a blank.</summary>
    private static IEnumerable<(int Start, int End)> Pieces(string text, int most, bool byLines)
    {
        var start = 0;
        while (text.Length - start > most)
        {
            // Two halves read better than a full piece and a scrap.
            var left = text.Length - start;
            var goal = left < most * 2 ? (left / 2) + (most / 6) : most;
            var cut = Cut(text, start, Math.Min(goal, most), byLines);
            yield return (start, cut);
            start = cut;
            while (start < text.Length && char.IsWhiteSpace(text[start]))
            {
                start++;
            }
        }

        if (start < text.Length)
        {
            yield return (start, text.Length);
        }
    }

    private static int Cut(string text, int start, int most, bool byLines)
    {
        var window = text.AsSpan(start, most);
        if (byLines && window.LastIndexOf('\n') is > 0 and var line)
        {
            return start + line;
        }

        var end = 0;
        foreach (var boundary in SentenceEnd().EnumerateMatches(window))
        {
            var after = boundary.Index + boundary.Length;
            if (!GoesOn(text, start + after) && !IsAbbreviation(window[..after]))
            {
                end = after;
            }
        }

        if (end > most / 4)
        {
            return start + window[..end].TrimEnd().Length;
        }

        var blank = window.LastIndexOf(' ');
        var cut = blank > most / 4 ? blank : most;
        return start + (cut < text.Length - start && char.IsLowSurrogate(text[start + cut]) ? cut - 1 : cut);
    }

    // "Quercus spp. were", "approx. three": a sentence does not begin with a small letter, whatever stands before it.
    private static bool GoesOn(string text, int at)
    {
        while (at < text.Length && text[at] is '(' or '[' or '“' or '"' or '‘' or '\'')
        {
            at++;
        }

        return at < text.Length && char.IsLower(text[at]);
    }

    private static bool IsAbbreviation(ReadOnlySpan<char> before)
    {
        var sentence = before.TrimEnd();
        if (sentence[^1] != '.')
        {
            return false;
        }

        var word = sentence[(sentence.LastIndexOf(' ') + 1)..^1].TrimStart('(');
        return word.Length == 1 || Abbreviation().IsMatch(word);
    }

    [GeneratedRegex(@"[.!?…]['""”’)\]»]*\s+|[。！？]['""”’)\]»」』]*\s*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"^(?:e\.g|i\.e|cf|vs|etc|al|Fig|Figs|Eq|Eqs|Sec|No|Nos|Vol|pp?|spp?|ssp|subsp|var|gen|nov|comb|syn|sensu|Gen|Col|Capt|Rev|Hon|Dept|Univ|Ed|eds|Ch|Chap|Art|Ref|Refs|resp|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|approx|ca|Inc|Ltd|Co|U\.S|z\.B|d\.h|bzw|Nr|Abb|usw|vgl)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Abbreviation();

    private sealed class Splitter
    {
        private readonly List<PassageText> _passages = [];
        private readonly List<(int Level, string Text)> _headings = [];
        private readonly StringBuilder _pending = new();
        private string _path = string.Empty;
        private int? _page;
        private int _offset;
        private int _pendingStart;

        public void Add(Block block)
        {
            var text = Clean(block);
            if (text.Length == 0)
            {
                return;
            }

            var start = _offset;
            _offset += text.Length + 2;
            if (block.Kind == BlockKind.Heading)
            {
                Flush();
                Enter(block.Level, text);
                return;
            }

            if (block.Kind is BlockKind.Paragraph && text.Length <= Most)
            {
                AddParagraph(text, block.Page, start);
                return;
            }

            var kind = KindOf(block.Kind);
            if (block.Kind == BlockKind.List && _pending.Length is > 0 and < Enough && _pending[^1] == ':' && _page == block.Page
                && _pending.Length + text.Length < Most)
            {
                // "The parts are:" says nothing without its list.
                _pending.Append("\n\n").Append(text);
                FlushAs(kind);
                return;
            }

            Flush();
            var most = block.Kind switch { BlockKind.Table => MostTable, BlockKind.Code => MostWhole, _ => Most };
            foreach (var (from, to) in Pieces(text, most, byLines: block.Kind is not (BlockKind.Paragraph or BlockKind.Note or BlockKind.Caption)))
            {
                Store(kind, text[from..to], block.Page, start + from);
            }
        }

        public List<PassageText> Finish()
        {
            Flush();
            if (_passages.Count == 0 && _headings.Count > 0)
            {
                // A poster or a slide may be nothing but headings.
                Store("prose", _headings[^1].Text, null, Math.Max(0, _offset - _headings[^1].Text.Length - 2));
            }

            return _passages;
        }

        private void Enter(int level, string text)
        {
            _headings.RemoveAll(heading => heading.Level >= level);
            _headings.Add((level, text.Length <= LongestHeading ? text : string.Concat(text.AsSpan(0, LongestHeading - 1).TrimEnd(), "…")));
            _path = string.Join(" › ", _headings.Select(heading => heading.Text));
        }

        private void AddParagraph(string text, int? page, int start)
        {
            if (_pending.Length > 0 && (_page != page || _pending.Length + text.Length + 2 > Most || (_pending.Length >= Enough && text.Length >= Enough / 3)))
            {
                Flush();
            }

            if (_pending.Length == 0)
            {
                (_page, _pendingStart) = (page, start);
            }
            else
            {
                // The offsets of a passage have to fit its text: paragraphs are parted by an empty line in both.
                _pending.Append("\n\n");
            }

            _pending.Append(text);
        }

        private void Flush() => FlushAs("prose");

        private void FlushAs(string kind)
        {
            if (_pending.Length > 0)
            {
                Store(kind, _pending.ToString(), _page, _pendingStart);
                _pending.Clear();
            }
        }

        private void Store(string kind, string text, int? page, int start) =>
            _passages.Add(new PassageText(_passages.Count, page, _path, kind, text, start, start + text.Length));
    }
}
