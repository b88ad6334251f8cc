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
        "fig", "figs", "eq", "eqs", "eqn", "dr", "mr", "mrs", "ms", "prof", "vs", "cf", "e.g", "i.e", "eg", "ie", "pp", "ca", "incl", "excl",
        "approx", "vol", "vols", "abb", "nr", "z.b", "d.h", "bzw", "refs", "eds", "st", "mt", "hon", "sgt", "lt", "capt", "vgl", "u.a",
        "s.o", "s.u", "evtl", "ggf", "inkl", "suppl", "hr", "hrsg", "resp", "viz", "al.,", "subsp", "ssp", "aff", "etc.)",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>May be the last word: only when a usual first word follows.</summary>
    private static readonly FrozenSet<string> Ambiguous = new[]
    {
        "etc", "al", "spp", "var", "ref", "sec", "ch", "rev", "gen", "col", "max", "min", "cap", "art", "fr", "bd", "tab", "av", "inc", "ltd", "co", "corp", "jr", "sr", "u.s", "u.k", "u.s.a", "a.m", "p.m", "usw", "no", "nos", "p", "sp", "ed",
        "est", "dept", "univ", "ph.d", "m.d", "b.c", "a.d", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Words that a single letter names something with: "Lobe A." may end a sentence, "J." may not.</summary>
    private static readonly FrozenSet<string> BeforeLetter = new[]
    {
        "appendix", "area", "arm", "block", "box", "building", "category", "chain", "class", "cluster", "column", "component", "compound", "condition", "curve", "domain", "factor",
        "figure", "form", "gate", "grade", "group", "hepatitis", "influenza", "item", "level", "line", "lobe", "model", "module", "option", "panel", "part", "pattern", "phase", "plan",
        "plot", "point", "position", "protein", "region", "room", "row", "sample", "section", "series", "set", "site", "stage", "step", "strain", "subunit", "table", "team", "type",
        "unit", "variant", "version", "vitamin", "wing", "zone", "anhang", "gruppe", "klasse", "phase", "typ", "zone",
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

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> BeforeLetterLookup =
        BeforeLetter.GetAlternateLookup<ReadOnlySpan<char>>();

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

    /// <summary>The sentences of a passage; in a list or a table each line stands for itself.</summary>
    public static IReadOnlyList<TextSpan> Of(SourcePassage passage)
    {
        ArgumentNullException.ThrowIfNull(passage);
        if (passage.Kind is not ("list" or "table"))
        {
            return Run(passage.Text);
        }

        var sentences = new List<TextSpan>();
        var start = 0;
        foreach (var line in passage.Text.Split('\n'))
        {
            foreach (var span in Run(line))
            {
                sentences.Add(new TextSpan(start + span.Start, start + span.End));
            }

            start += line.Length + 1;
        }

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
            return Vocabulary.OpensSentence(following) || NamesByLetter(text, start, stop);
        }

        if (IsDigits(word))
        {
            var enumerator = stop - word.Length <= start && word.Length <= 3;
            return !enumerator && !AfterOrdinalLookup.Contains(following);
        }

        // "U.S. Senate", "Ph.D. Smith": stops inside the word.
        return !word.Contains('.') || Vocabulary.OpensSentence(following);
    }

    /// <summary>A text that stops at a word which wants another behind it ("wild Manduca spp.") was cut there.</summary>
    internal static bool EndsInAbbreviation(string text)
    {
        var stop = text.AsSpan().TrimEnd("\"'”’»)]}").Length - 1;
        if (stop <= 0 || text[stop] is not '.')
        {
            return false;
        }

        var word = WordBefore(text, 0, stop);
        return LeadingLookup.Contains(word)
            || word is "spp" or "sp" or "var" or "no" or "nos" or "al" or "p" or "ref" or "sec" or "ch" or "tab"
            || (word.Length == 1 && char.IsUpper(word[0]) && EndsInSmallWord(text, stop - 1));
    }

    private static bool NamesByLetter(string text, int start, int stop) =>
        stop - 2 > start && text[stop - 2] is ' ' && BeforeLetterLookup.Contains(WordBefore(text, start, stop - 2));

    private static bool EndsInSmallWord(string text, int end)
    {
        var before = end > 0 && text[end - 1] is ' ' ? WordBefore(text, 0, end - 1) : [];
        return before.Length > 0 && char.IsLower(before[0]) && Vocabulary.IsFunction(before.ToString());
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
