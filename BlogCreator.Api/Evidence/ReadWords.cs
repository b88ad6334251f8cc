using System.Globalization;
using System.Runtime.InteropServices;

namespace BlogCreator.Api.Evidence;

internal enum WordRole
{
    Content,
    Function,
    Telling,
    Negation,
    Hedge,
    Reporting,
    Figure,
}

/// <summary>A word or a figure of a text, with what the check compares.</summary>
/// <param name="Key">What two words must share to be the same: a stem, or <c>#41</c> for a figure.</param>
/// <param name="OtherKey">The second reading of an ambiguous figure (1.234 is 1,234 in German), else the key.</param>
/// <param name="Unit">The unit that follows a figure, if any.</param>
/// <param name="Name">A capitalised term inside a sentence, an acronym or an identifier.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Word(int Start, int End, string Key, string OtherKey, string Unit, WordRole Role, bool Name, bool InBrackets)
{
    /// <summary>Words without which a claim is another claim.</summary>
    public bool Weighs => Role is WordRole.Content or WordRole.Figure or WordRole.Telling;

    public bool IsYear => Role is WordRole.Figure && Unit.Length == 0 && End - Start == 4 && Key.Length == 5 && Key[1] is '1' or '2';
}

/// <summary>Reads a text into words, figures normalised: "1,234.5", "1 234,5", "forty", "12 March 2019" and "2019-03-12" compare equal.</summary>
internal static class ReadWords
{
    public const string NegationKey = "¬";

    public static List<Word> Run(string text, int start = 0, int? end = null)
    {
        var stop = end ?? text.Length;
        var words = new List<Word>((stop - start) / 6);
        var depth = 0;
        var i = start;
        while (i < stop)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                i = ReadFigure(text, i, stop, depth > 0, words);
            }
            else if (IsIdeograph(c))
            {
                words.Add(Make(i, i + 1, text[i..(i + 1)], WordRole.Content, name: false, depth > 0));
                i++;
            }
            else if (char.IsLetter(c))
            {
                i = ReadWord(text, i, stop, depth > 0, words);
            }
            else
            {
                if (c is '(' or '[')
                {
                    depth++;
                }
                else if (c is ')' or ']')
                {
                    depth = Math.Max(0, depth - 1);
                }
                else if (c is '%' or '€' or '$' or '£' or '°')
                {
                    AddUnit(words, i, i + 1, c.ToString(), depth > 0);
                }

                i++;
            }
        }

        AttachUnits(text, words);
        return words;
    }

    private static Word Make(int start, int end, string key, WordRole role, bool name, bool brackets) =>
        new(start, end, key, key, "", role, name, brackets);

    private static bool IsIdeograph(char c) =>
        c is >= '\u3040' and <= '\u30FF' or >= '\u3400' and <= '\u9FFF' or >= '\uAC00' and <= '\uD7AF' or >= '\uF900' and <= '\uFAFF';

    private static int ReadWord(string text, int start, int stop, bool brackets, List<Word> words)
    {
        var i = start;
        var digits = false;
        var upper = 0;
        while (i < stop)
        {
            var c = text[i];
            if (IsIdeograph(c))
            {
                break;
            }

            if (char.IsLetterOrDigit(c) || c is '\u00AD' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark)
            {
                digits |= char.IsAsciiDigit(c);
                upper += char.IsUpper(c) ? 1 : 0;
                i++;
            }
            else if (c is '\'' or '’' && i + 1 < stop && char.IsLetter(text[i + 1]))
            {
                i++;
            }
            else if (c is '-' or '\u2010' && LineBreakHyphen(text, i, stop) is { } next)
            {
                i = next;
            }
            else
            {
                break;
            }
        }

        var raw = text.AsSpan(start, i - start);
        var folded = Stem.Fold(raw);
        if (folded.Contains('-') || folded.Contains('\n') || folded.Contains('\u2010'))
        {
            folded = string.Concat(folded.Where(char.IsLetterOrDigit));
        }

        if (folded.EndsWith("n't", StringComparison.Ordinal))
        {
            if (folded.Length > 3)
            {
                words.Add(Make(start, i - 3, folded[..^3], WordRole.Function, name: false, brackets));
            }

            words.Add(Make(i - 3, i, NegationKey, WordRole.Negation, name: false, brackets));
            return i;
        }

        var apostrophe = folded.IndexOf('\'', StringComparison.Ordinal);
        if (apostrophe > 0)
        {
            folded = apostrophe <= 2 && folded.Length - apostrophe > 3 ? folded[(apostrophe + 1)..] : folded[..apostrophe];
        }

        var initial = char.IsUpper(text[start]);
        var identifier = upper > 1 || (digits && upper > 0);
        words.Add(Classify(start, i, folded, identifier, name: identifier || (initial && !OpensSentence(text, start)), brackets));
        return i;
    }

    /// <summary>A word broken at the end of a line is one word.</summary>
    private static int? LineBreakHyphen(string text, int hyphen, int stop)
    {
        var i = hyphen + 1;
        while (i < stop && text[i] is ' ' or '\r' or '\t')
        {
            i++;
        }

        if (i >= stop || text[i] is not '\n')
        {
            return null;
        }

        while (i < stop && char.IsWhiteSpace(text[i]))
        {
            i++;
        }

        return i < stop && char.IsLower(text[i]) ? i : null;
    }

    private static Word Classify(int start, int end, string folded, bool identifier, bool name, bool brackets)
    {
        if (identifier)
        {
            // "IT" and "US" are not "it" and "us"; a plural of an acronym is its singular.
            return Make(start, end, folded.Length > 3 && folded[^1] is 's' ? folded[..^1] : folded, WordRole.Content, name: true, brackets);
        }

        if (Vocabulary.IsNegation(folded))
        {
            return Make(start, end, NegationKey, WordRole.Negation, name: false, brackets);
        }

        if (Vocabulary.Spelled(folded) is { } number)
        {
            return Make(start, end, Key(number), WordRole.Figure, name: false, brackets);
        }

        if (Vocabulary.IsHedge(folded))
        {
            return Make(start, end, Vocabulary.Canonical(Stem.Of(folded)), WordRole.Hedge, name: false, brackets);
        }

        if (Vocabulary.IsTelling(folded))
        {
            return Make(start, end, folded, WordRole.Telling, name: false, brackets);
        }

        if (Vocabulary.IsFunction(folded) || folded.Length == 1)
        {
            return Make(start, end, folded, WordRole.Function, name: false, brackets);
        }

        var key = Vocabulary.Canonical(Stem.Of(folded));
        return Make(start, end, key, Vocabulary.IsReporting(folded) ? WordRole.Reporting : WordRole.Content, name, brackets);
    }

    private static bool OpensSentence(string text, int start)
    {
        var i = start - 1;
        while (i >= 0 && (char.IsWhiteSpace(text[i]) || text[i] is '"' or '“' or '„' or '«' or '\'' or '‘' or '(' or '[' or SplitSentences.Mark))
        {
            i--;
        }

        return i < 0 || text[i] is '.' or '!' or '?' or '…' or ':' or '\u2022' or '*' or '-' or '#' or '|';
    }

    private static int ReadFigure(string text, int start, int stop, bool brackets, List<Word> words)
    {
        var i = start;
        while (i < stop && (char.IsAsciiDigit(text[i]) || (IsGroupMark(text[i]) && i + 1 < stop && char.IsAsciiDigit(text[i + 1]))))
        {
            i++;
        }

        // "14th", "3D", "5-HT" are no quantities but parts of a term; ordinals keep their number.
        var raw = text.AsSpan(start, i - start);
        var negative = start > 0 && text[start - 1] is '-' or '−' or '–' && (start == 1 || !char.IsLetterOrDigit(text[start - 2]));
        if (i + 1 < stop && text[i] is '-' && raw.Length == 4 && IsoDate(text.AsSpan(start, Math.Min(10, stop - start))) is { } iso)
        {
            AddDate(words, start, start + 10, iso.Day, iso.Month, iso.Year, brackets);
            return start + 10;
        }

        if (raw.Count('.') == 2 && DottedDate(raw) is { } date)
        {
            AddDate(words, start, i, date.Day, date.Month, date.Year, brackets);
            return i;
        }

        if (i < stop && char.IsLetter(text[i]) && !IsIdeograph(text[i]))
        {
            var letters = i;
            while (letters < stop && char.IsLetterOrDigit(text[letters]))
            {
                letters++;
            }

            var suffix = Stem.Fold(text.AsSpan(i, letters - i));
            if (suffix is not ("st" or "nd" or "rd" or "th") && Vocabulary.Unit(suffix) is null && Vocabulary.Scale(suffix) is null)
            {
                words.Add(Make(start, letters, Stem.Fold(text.AsSpan(start, letters - start)), WordRole.Content, name: true, brackets));
                return letters;
            }

            if (suffix is "st" or "nd" or "rd" or "th")
            {
                words.Add(Figure(start, letters, raw, negative, brackets));
                return letters;
            }
        }

        words.Add(Figure(start, i, raw, negative, brackets));
        return i;
    }

    private static bool IsGroupMark(char c) => c is ',' or '.' or '\u00A0' or '\u2009' or '\u202F' or '\'' or '’';

    private static Word Figure(int start, int end, ReadOnlySpan<char> raw, bool negative, bool brackets)
    {
        var (value, other) = Value(raw);
        var sign = negative ? -1 : 1;
        return new Word(start, end, Key(sign * value), Key(sign * other), "", WordRole.Figure, Name: false, brackets);
    }

    /// <summary>The value, and the other reading where one mark can be a thousands separator or a decimal point.</summary>
    private static (decimal Value, decimal Other) Value(ReadOnlySpan<char> raw)
    {
        Span<char> clean = stackalloc char[Math.Min(raw.Length, 40)];
        var lastMark = raw.LastIndexOfAny(",.");
        var marks = raw.Count(',') + raw.Count('.');
        var mixed = raw.Contains(',') && raw.Contains('.');
        var thousands = lastMark >= 0 && !mixed && raw.Length - lastMark - 1 == 3 && lastMark <= 3 * marks + (marks - 1) && raw[0] is not '0';
        var decimalAt = lastMark >= 0 && (mixed || (marks == 1 && !thousands)) ? lastMark : -1;
        var value = Parse(raw, clean, decimalAt);
        // "1,234" is a thousand in English; "1.234" is read as a fraction first. Either may be meant.
        if (thousands && marks == 1)
        {
            var fraction = Parse(raw, clean, lastMark);
            return raw[lastMark] is ',' ? (value, fraction) : (fraction, value);
        }

        return (value, value);
    }

    private static decimal Parse(ReadOnlySpan<char> raw, Span<char> clean, int decimalAt)
    {
        var length = 0;
        for (var i = 0; i < raw.Length && length < Math.Min(clean.Length, 27); i++)
        {
            if (char.IsAsciiDigit(raw[i]))
            {
                clean[length++] = raw[i];
            }
            else if (i == decimalAt)
            {
                clean[length++] = '.';
            }
        }

        return decimal.TryParse(clean[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : 0;
    }

    public static string Key(decimal value) => "#" + value.ToString("0.############", CultureInfo.InvariantCulture);

    private static (int Year, int Month, int Day)? IsoDate(ReadOnlySpan<char> raw) =>
        raw.Length == 10 && DateOnly.TryParseExact(raw, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? (date.Year, date.Month, date.Day)
            : null;

    private static (int Year, int Month, int Day)? DottedDate(ReadOnlySpan<char> raw) =>
        DateOnly.TryParseExact(raw, ["d.M.yyyy", "dd.MM.yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? (date.Year, date.Month, date.Day)
            : null;

    private static void AddDate(List<Word> words, int start, int end, int day, int month, int year, bool brackets)
    {
        words.Add(Make(start, end, Key(day), WordRole.Figure, name: false, brackets));
        words.Add(Make(start, end, MonthKey(month), WordRole.Figure, name: false, brackets));
        words.Add(Make(start, end, Key(year), WordRole.Figure, name: false, brackets));
    }

    private static string MonthKey(int month) => "@" + month.ToString(CultureInfo.InvariantCulture);

    private static void AddUnit(List<Word> words, int start, int end, string sign, bool brackets) =>
        words.Add(Make(start, end, Vocabulary.Unit(sign) ?? sign, WordRole.Function, name: false, brackets));

    /// <summary>Joins "5 million", gives figures their unit, and reads the month of a date.</summary>
    private static void AttachUnits(string text, List<Word> words)
    {
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word.Role is not WordRole.Figure)
            {
                if (IsMonth(text, words, i, out var month))
                {
                    words[i] = word with { Key = MonthKey(month), OtherKey = MonthKey(month), Role = WordRole.Figure, Name = false };
                }

                continue;
            }

            if (i + 1 < words.Count && words[i + 1].Start - word.End <= 1 && Vocabulary.Scale(Lower(text, words[i + 1])) is { } scale
                && TryValue(word.Key, out var value) && value < 1_000_000m)
            {
                words[i] = word = word with { End = words[i + 1].End, Key = Key(value * scale), OtherKey = Key(value * scale) };
                words.RemoveAt(i + 1);
            }

            // "per cent" is two words, "%" none; a currency may stand before its figure.
            var unit = "";
            if (i + 1 < words.Count && words[i + 1].Start - word.End <= 1)
            {
                var next = Lower(text, words[i + 1]);
                unit = next is "per" && i + 2 < words.Count && Lower(text, words[i + 2]) is "cent" ? "%" : Vocabulary.Unit(next) ?? "";
            }

            if (unit.Length == 0 && i > 0 && words[i - 1].End == word.Start && words[i - 1].Key is "$" or "€" or "£")
            {
                unit = words[i - 1].Key;
            }

            words[i] = word with { Unit = unit };
        }
    }

    public static bool TryValue(string key, out decimal value) =>
        decimal.TryParse(key.AsSpan(1), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool IsMonth(string text, List<Word> words, int i, out int month)
    {
        month = 0;
        if (!char.IsUpper(text[words[i].Start]) || Vocabulary.Month(Lower(text, words[i])) is not { } found)
        {
            return false;
        }

        month = found;
        return (i > 0 && words[i - 1].Role is WordRole.Figure) || (i + 1 < words.Count && words[i + 1].Role is WordRole.Figure);
    }

    private static string Lower(string text, Word word) => Stem.Fold(text.AsSpan(word.Start, word.End - word.Start));
}
