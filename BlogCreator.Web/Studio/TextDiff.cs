using DiffPlex;
using DiffPlex.Chunkers;

namespace BlogCreator.Web.Studio;

/// <summary>How a line of a text came to be.</summary>
public enum LineChange
{
    Same,
    Added,
    Removed,

    /// <summary>Some of its words changed.</summary>
    Reworded,

    /// <summary>Stands for <see cref="DiffLine.Skipped"/> lines that stayed the same.</summary>
    Fold,
}

/// <summary>Some words of a line: kept, added or removed.</summary>
public sealed record DiffWords(string Text, LineChange Change);

public sealed record DiffLine(LineChange Change, IReadOnlyList<DiffWords> Words, int Skipped = 0);

/// <summary>What differs between two texts: by paragraph, and by word within a paragraph that was changed.</summary>
public static class TextDiff
{
    private static readonly char[] BetweenWords = [' ', '\t', '.', ',', ';', ':', '!', '?', '(', ')', '[', ']', '"', '“', '”', '*', '_'];

    public static IReadOnlyList<DiffLine> Between(string before, string after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var difference = Differ.Instance.CreateDiffs(Paragraphs(before), Paragraphs(after), ignoreWhiteSpace: false, ignoreCase: false, new LineChunker());
        var lines = new List<DiffLine>();
        var at = 0;
        foreach (var block in difference.DiffBlocks)
        {
            Keep(lines, difference.PiecesNew, at, block.InsertStartB);
            var (removed, added) = (Pieces(difference.PiecesOld, block.DeleteStartA, block.DeleteCountA), Pieces(difference.PiecesNew, block.InsertStartB, block.InsertCountB));
            var pairs = Math.Min(removed.Count, added.Count);
            lines.AddRange(Enumerable.Range(0, pairs).SelectMany(pair => Reworded(removed[pair], added[pair])));
            lines.AddRange(removed.Skip(pairs).Select(text => Whole(text, LineChange.Removed)));
            lines.AddRange(added.Skip(pairs).Select(text => Whole(text, LineChange.Added)));
            at = block.InsertStartB + block.InsertCountB;
        }

        Keep(lines, difference.PiecesNew, at, difference.PiecesNew.Count);
        return lines;
    }

    private static string Paragraphs(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)));

    private static DiffLine Whole(string text, LineChange change) => new(change, [new DiffWords(text, change)]);

    private static List<string> Pieces(IReadOnlyList<string> from, int start, int count) => [.. from.Skip(start).Take(count)];

    /// <summary>One line beside each change tells where it is; the others are counted.</summary>
    private static void Keep(List<DiffLine> lines, IReadOnlyList<string> pieces, int from, int to)
    {
        var head = lines.Count == 0 ? 0 : 1;
        var tail = to == pieces.Count ? 0 : 1;
        var skipped = to - from - head - tail;
        if (skipped <= 1)
        {
            lines.AddRange(Pieces(pieces, from, to - from).Select(text => Whole(text, LineChange.Same)));
            return;
        }

        lines.AddRange(Pieces(pieces, from, head).Select(text => Whole(text, LineChange.Same)));
        lines.Add(new DiffLine(LineChange.Fold, [], skipped));
        lines.AddRange(Pieces(pieces, to - tail, tail).Select(text => Whole(text, LineChange.Same)));
    }

    private static IEnumerable<DiffLine> Reworded(string before, string after)
    {
        var difference = Differ.Instance.CreateDiffs(before, after, ignoreWhiteSpace: false, ignoreCase: false, new DelimiterChunker(BetweenWords));
        var same = difference.PiecesOld.Count - difference.DiffBlocks.Sum(block => block.DeleteCountA);
        if (same * 3 < Math.Max(difference.PiecesOld.Count, difference.PiecesNew.Count))
        {
            // Hardly a word of it is left: two lines read better than a mixture.
            return [Whole(before, LineChange.Removed), Whole(after, LineChange.Added)];
        }

        var words = new List<DiffWords>();
        var at = 0;
        foreach (var block in difference.DiffBlocks)
        {
            Add(words, difference.PiecesNew, at, block.InsertStartB - at, LineChange.Same);
            Add(words, difference.PiecesOld, block.DeleteStartA, block.DeleteCountA, LineChange.Removed);
            Add(words, difference.PiecesNew, block.InsertStartB, block.InsertCountB, LineChange.Added);
            at = block.InsertStartB + block.InsertCountB;
        }

        Add(words, difference.PiecesNew, at, difference.PiecesNew.Count - at, LineChange.Same);
        return [new DiffLine(LineChange.Reworded, words)];
    }

    private static void Add(List<DiffWords> words, IReadOnlyList<string> pieces, int start, int count, LineChange change)
    {
        if (count > 0)
        {
            words.Add(new DiffWords(string.Concat(Pieces(pieces, start, count)), change));
        }
    }
}
