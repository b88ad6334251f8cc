using System.Buffers;
using System.Collections.Frozen;

namespace BlogCreator.Api.Evidence;

/// <summary>Finds the sentences of a text in one pass, without regular expressions: the text may be hostile.</summary>
public static class SplitSentences
{
    /// <summary>Stands in for a citation mark, so that a mark never hides the end of a sentence.</summary>
    internal const char Mark = '\uE000';

    private const int LongestQuotation = 400;

    private static readonly SearchValues<char> Stops = SearchValues.Create(".!?…。！？｡");

    private static readonly SearchValues<char> Closers = SearchValues.Create("\"'”’»)]}“‹›」』" + Mark);

    /// <summary>Never the last word of a sentence.</summary>
    private static readonly FrozenSet<string> Leading = new[]
    {
        "fig", "figs", "eq", "eqs", "dr", "mr", "mrs", "ms", "prof", "vs", "cf", "e.g", "i.e", "eg", "ie", "pp", "ca",
        "approx", "vol", "abb", "nr", "tab", "z.b", "d.h", "bzw", "ref", "refs", "sec", "ch", "eds", "st", "mt", "hon", "rev",
        "gen", "col", "sgt", "lt", "capt", "vgl", "u.a", "s.o", "s.u", "evtl", "ggf", "inkl", "max", "min", "suppl", "cap", "art",
        "hr", "fr", "bd", "hrsg", "resp", "viz", "al.,", "spp", "subsp", "var", "av", "etc.)",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>May be the last word: only when a usual first word follows.</summary>
    private static readonly FrozenSet<string> Ambiguous = new[]
    {
        "etc", "al", "inc", "ltd", "co", "corp", "jr", "sr", "u.s", "u.k", "u.s.a", "a.m", "p.m", "usw", "no", "nos", "p", "sp", "ed",
        "est", "dept", "univ", "ph.d", "m.d", "b.c", "a.d", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> AfterOrdinal = new[]
    {
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
        "Jahrhundert", "Jahrhunderts", "Jahrhunderte", "Jahrtausend", "Lebensjahr", "Auflage", "Klasse", "Platz",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> LeadingLookup =
        Leading.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> AmbiguousLookup =
        Ambiguous.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> AfterOrdinalLookup =
        AfterOrdinal.GetAlternateLookup<ReadOnlySpan<char>>();

    public static IReadOnlyList<TextSpan> Run(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var sentences = new List<TextSpan>();
        var start = SkipSpace(text, 0);
        var i = start;
        while (i < text.Length)
        {
            var c = text[i];
            if (c is '\n' && EndsParagraph(text, i))
            {
                Add(sentences, text, start, i);
                start = i = SkipSpace(text, i);
                continue;
            }

            if (c is '“' or '«' && ClosingQuote(text, i) is { } closing)
            {
                // A quotation is one piece, however many stops it holds; its last stop may end the sentence around it.
                i = Math.Max(i + 1, LastStop(text, i, closing));
                continue;
            }

            if (!Stops.Contains(c))
            {
                i++;
                continue;
            }

            var end = i + 1;
            while (end < text.Length && (Stops.Contains(text[end]) || Closers.Contains(text[end])))
            {
                end++;
            }

            end = TakeNoteNumber(text, i, end);
            if (Ends(text, start, i, end))
            {
                // A mark set after a space still belongs to the sentence before it.
                while (SkipSpace(text, end) is var next && next < text.Length && text[next] is Mark)
                {
                    end = next + 1;
                }

                Add(sentences, text, start, end);
                start = i = SkipSpace(text, end);
            }
            else
            {
                i = end;
            }
        }

        Add(sentences, text, start, text.Length);
        return sentences;
    }

    private static void Add(List<TextSpan> sentences, string text, int start, int end)
    {
        while (end > start && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (end > start)
        {
            sentences.Add(new TextSpan(start, end));
        }
    }

    private static int SkipSpace(string text, int i)
    {
        while (i < text.Length && char.IsWhiteSpace(text[i]))
        {
            i++;
        }

        return i;
    }

    /// <summary>An empty line, or a line that opens a list item.</summary>
    private static bool EndsParagraph(string text, int newline)
    {
        var i = newline + 1;
        while (i < text.Length && text[i] is ' ' or '\t' or '\r')
        {
            i++;
        }

        if (i >= text.Length || text[i] is '\n')
        {
            return true;
        }

        if (text[i] is '-' or '*' or '•' or '–' or '‣' or '◦' or '▪' && i + 1 < text.Length && text[i + 1] is ' ' or '\t')
        {
            return true;
        }

        var digits = i;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
        {
            digits++;
        }

        return digits > i && digits - i <= 3 && digits + 1 < text.Length && text[digits] is '.' or ')' && text[digits + 1] is ' ';
    }

    private static int? ClosingQuote(string text, int open)
    {
        var close = text[open] is '“' ? '”' : '»';
        var at = text.IndexOf(close, open + 1, Math.Min(LongestQuotation, text.Length - open - 1));
        return at < 0 || text.AsSpan(open, at - open).Contains("\n\n", StringComparison.Ordinal) ? null : at;
    }

    private static int LastStop(string text, int open, int close) =>
        close > open + 1 && Stops.Contains(text[close - 1]) ? close - 1 : close;

    /// <summary>Printed note numbers cling to the stop: "as shown.12 The next".</summary>
    private static int TakeNoteNumber(string text, int stop, int end)
    {
        if (text[stop] is not '.' || stop == 0 || !char.IsLetter(text[stop - 1]) || end >= text.Length || !char.IsAsciiDigit(text[end]))
        {
            return end;
        }

        var i = end;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] is ',' or '–' or '-') && i - end < 12)
        {
            i++;
        }

        var next = SkipSpace(text, i);
        return next > i && next < text.Length && char.IsUpper(text[next]) ? i : end;
    }

    private static bool Ends(string text, int start, int stop, int end)
    {
        if (end >= text.Length || text[stop] is '。' or '！' or '？' or '｡')
        {
            return true;
        }

        var next = SkipSpace(text, end);
        if (next >= text.Length)
        {
            return true;
        }

        var first = text[next];
        if (next == end)
        {
            return text[end - 1] is Mark && !char.IsLower(first);
        }

        if (char.IsLower(first))
        {
            return false;
        }

        if (text[stop] is not '.' || (stop + 1 < end && text[stop + 1] is not Mark && !char.IsAsciiDigit(text[stop + 1])))
        {
            // "!", "?" and a stop inside closing quotes or brackets; "(Smith et al.) The" is held back below by its lower case rule only.
            return first is not (',' or ';' or ':' or ')');
        }

        var word = WordBefore(text, start, stop);
        var following = WordAt(text, next);
        if (word.Length == 0)
        {
            return true;
        }

        if (LeadingLookup.Contains(word))
        {
            return false;
        }

        if (AmbiguousLookup.Contains(word))
        {
            return Vocabulary.OpensSentence(following);
        }

        if (word.Length == 1 && char.IsLetter(word[0]))
        {
            return Vocabulary.OpensSentence(following);
        }

        if (IsDigits(word))
        {
            var enumerator = stop - word.Length <= start && word.Length <= 3;
            return !enumerator && !AfterOrdinalLookup.Contains(following);
        }

        // "U.S. Senate", "Ph.D. Smith": stops inside the word.
        return !word.Contains('.') || Vocabulary.OpensSentence(following);
    }

    private static bool IsDigits(ReadOnlySpan<char> word) => !word.ContainsAnyExceptInRange('0', '9');

    private static ReadOnlySpan<char> WordBefore(string text, int start, int stop)
    {
        var i = stop;
        while (i > start && (char.IsLetterOrDigit(text[i - 1]) || (text[i - 1] is '.' && i - 1 > start)) && stop - i < 24)
        {
            i--;
        }

        return text.AsSpan(i, stop - i).TrimStart('.');
    }

    private static ReadOnlySpan<char> WordAt(string text, int start)
    {
        while (start < text.Length && text[start] is '“' or '"' or '(' or '[' or '‘' or '\'' or '„' or '«')
        {
            start++;
        }

        var end = start;
        while (end < text.Length && char.IsLetter(text[end]))
        {
            end++;
        }

        return text.AsSpan(start, end - start);
    }
}
