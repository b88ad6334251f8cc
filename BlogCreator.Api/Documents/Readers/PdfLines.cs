using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Puts letters into lines. Starts from the order in which the file draws them, which keeps raised and lowered letters where they belong.</summary>
internal static class PdfLines
{
    // A gap wider than this, in sizes of the letters, is a new cell or column rather than a blank between words.
    private const double WidestBlank = 1.3;

    private const double NarrowestBlank = 0.17;

    public static List<PdfLine> Of(List<PdfGlyph> glyphs)
    {
        var runs = MergeNeighbours(RunsOf(glyphs));
        var lines = new List<PdfLine>(runs.Count);
        foreach (var run in runs)
        {
            if (run.ToLine() is { } line)
            {
                lines.Add(line);
            }
        }

        return lines;
    }

    private static List<Run> RunsOf(List<PdfGlyph> glyphs)
    {
        var runs = new List<Run>();
        Run? run = null;
        foreach (var glyph in glyphs)
        {
            if (run is not null && run.Last == glyph)
            {
                continue;
            }

            if (run is null || !run.Continues(glyph))
            {
                if (glyph.IsBlank)
                {
                    run = null;
                    continue;
                }

                run = new Run();
                runs.Add(run);
            }

            run.Add(glyph);
        }

        return runs;
    }

    // Some programs draw a line word by word, in any order.
    private static List<Run> MergeNeighbours(List<Run> runs)
    {
        var byPlace = runs.Where(run => run.HasText).OrderByDescending(run => run.Baseline).ThenBy(run => run.Left).ToList();
        var merged = new List<Run>();
        foreach (var run in byPlace)
        {
            var into = -1;
            for (var i = merged.Count - 1; i >= 0 && merged[i].Baseline - run.Baseline <= Math.Max(merged[i].Size, run.Size); i--)
            {
                if (merged[i].IsBeside(run))
                {
                    into = i;
                    break;
                }
            }

            if (into >= 0)
            {
                merged[into].Merge(run);
            }
            else
            {
                merged.Add(run);
            }
        }

        return merged;
    }

    private sealed class Run
    {
        private readonly List<PdfGlyph> _glyphs = [];
        private double _size;

        public double Left { get; private set; } = double.MaxValue;

        public double Right { get; private set; } = double.MinValue;

        public double Baseline { get; private set; }

        public double Size => _size;

        public bool HasText { get; private set; }

        public PdfGlyph Last => _glyphs[^1];

        public void Add(PdfGlyph glyph)
        {
            _glyphs.Add(glyph);
            if (!glyph.IsBlank)
            {
                HasText = true;
                Left = Math.Min(Left, glyph.Left);
                Right = Math.Max(Right, glyph.Right);
            }

            // The largest letters set the line; smaller ones are raised or lowered within it.
            if (glyph.Size > _size * 1.05)
            {
                _size = glyph.Size;
                Baseline = glyph.Baseline;
            }
        }

        public bool Continues(PdfGlyph glyph)
        {
            var size = Math.Max(_size, glyph.Size);
            var offset = Math.Abs(glyph.Baseline - Baseline);
            var isSameLine = offset < size * 0.2 || (offset < size * 0.6 && (glyph.Size < _size * 0.85 || _size < glyph.Size * 0.85));
            var gap = glyph.Left - Math.Max(Last.Right, Right);
            return isSameLine && gap < size * WidestBlank && glyph.Left > Last.Left - (size * 0.3);
        }

        public bool IsBeside(Run other)
        {
            var size = Math.Max(_size, other._size);
            var offset = Math.Abs(other.Baseline - Baseline);
            var gap = Math.Max(other.Left - Right, Left - other.Right);
            var isRaised = offset < size * 0.6 && gap < size * 0.3 && (other._size < _size * 0.85 || _size < other._size * 0.85);
            return (offset < size * 0.2 && gap < size * WidestBlank && gap > -size * 0.5) || (isRaised && gap > -size * 0.5);
        }

        public void Merge(Run other)
        {
            var isAfter = other.Left >= Left;
            _glyphs.InsertRange(isAfter ? _glyphs.Count : 0, other._glyphs);
            Left = Math.Min(Left, other.Left);
            Right = Math.Max(Right, other.Right);
            if (other._size > _size * 1.05)
            {
                _size = other._size;
                Baseline = other.Baseline;
            }
        }

        public PdfLine? ToLine()
        {
            var text = CleanText.Line(IsRightToLeft() ? RightToLeftText() : Text());
            if (text.Length == 0)
            {
                return null;
            }

            var letters = 0;
            var bold = 0;
            var monospaced = 0;
            foreach (var glyph in _glyphs)
            {
                if (!glyph.IsBlank)
                {
                    letters++;
                    bold += glyph.IsBold ? 1 : 0;
                    monospaced += glyph.IsMonospaced ? 1 : 0;
                }
            }

            return new PdfLine
            {
                Text = text,
                Left = Left,
                Right = Right,
                Baseline = Baseline,
                Size = CommonSize(),
                IsBold = bold * 10 >= letters * 9,
                IsMonospaced = monospaced * 10 >= letters * 9,
            };
        }

        private double CommonSize() => _glyphs
            .Where(glyph => !glyph.IsBlank)
            .CountBy(glyph => Math.Round(glyph.Size * 2) / 2)
            .MaxBy(size => size.Value).Key;

        private string Text()
        {
            var text = new StringBuilder(_glyphs.Count + 16);
            for (var i = 0; i < _glyphs.Count; i++)
            {
                var glyph = _glyphs[i];
                if (i > 0 && NeedsBlank(_glyphs[i - 1], glyph))
                {
                    text.Append(' ');
                }

                text.Append(IsRaised(glyph) ? Raised(glyph.Text, text) : glyph.Text is "\uF0B7" or "\uF0A7" ? "•" : glyph.Text);
            }

            return text.ToString();
        }

        private static bool NeedsBlank(PdfGlyph before, PdfGlyph glyph)
        {
            if (before.IsBlank || glyph.IsBlank)
            {
                return false;
            }

            var gap = glyph.Left - before.Right;
            var isDense = JoinHyphens.IsWithoutBlanks(before.Text[^1]) && JoinHyphens.IsWithoutBlanks(glyph.Text[0]);
            return gap > Math.Max(before.Size, glyph.Size) * (isDense ? 0.8 : NarrowestBlank);
        }

        private bool IsRaised(PdfGlyph glyph) => glyph.Size < _size * 0.85 && glyph.Baseline > Baseline + (_size * 0.15) && char.IsAsciiDigit(glyph.Text[0]);

        // 10⁶ and m² are numbers and units, and stay; the mark of a footnote after a word is not part of its sentence.
        private static string Raised(string digit, StringBuilder before)
        {
            var end = before.Length;
            while (end > 0 && "⁰¹²³⁴⁵⁶⁷⁸⁹⁻".Contains(before[end - 1], StringComparison.Ordinal))
            {
                end--;
            }

            var letters = 0;
            while (letters < end && char.IsLetter(before[end - 1 - letters]))
            {
                letters++;
            }

            var keeps = end > 0 && (letters is 1 or 2 || (letters == 0 && (char.IsDigit(before[end - 1]) || before[end - 1] is '-' or '−' or ')')));
            return keeps ? "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit[0] - '0'].ToString() : string.Empty;
        }

        private bool IsRightToLeft()
        {
            var rightToLeft = 0;
            var letters = 0;
            foreach (var glyph in _glyphs)
            {
                if (char.IsLetter(glyph.Text[0]))
                {
                    letters++;
                    rightToLeft += IsRightToLeftLetter(glyph.Text[0]) ? 1 : 0;
                }
            }

            return rightToLeft * 2 > letters;
        }

        // Drawn from left to right, read from right to left; numbers and Latin words within keep their own order.
        private string RightToLeftText()
        {
            var glyphs = _glyphs.OrderByDescending(glyph => glyph.Right).ToList();
            var text = new StringBuilder(glyphs.Count + 16);
            for (var i = 0; i < glyphs.Count;)
            {
                var end = i;
                while (end < glyphs.Count && !glyphs[end].IsBlank && char.IsLetterOrDigit(glyphs[end].Text[0]) && !IsRightToLeftLetter(glyphs[end].Text[0]))
                {
                    end++;
                }

                if (i > 0 && glyphs[i - 1].Left - glyphs[i].Right > glyphs[i].Size * NarrowestBlank)
                {
                    text.Append(' ');
                }

                for (var j = end - 1; j >= i; j--)
                {
                    text.Append(glyphs[j].Text);
                }

                if (end == i)
                {
                    text.Append(Mirrored(glyphs[end++].Text));
                }

                i = end;
            }

            return text.ToString();
        }

        private static string Mirrored(string text) => text switch
        {
            "(" => ")",
            ")" => "(",
            "[" => "]",
            "]" => "[",
            _ => text,
        };

        private static bool IsRightToLeftLetter(char letter) => letter is (>= '\u0590' and <= '\u08FF') or (>= '\uFB1D' and <= '\uFDFF') or (>= '\uFE70' and <= '\uFEFE');
    }
}
