using System.Text;
using System.Text.RegularExpressions;

namespace BlogCreator.Api.Writing;

/// <summary>Takes out of a source sentence what only its own document needs: citations, pointers to figures, broken words.</summary>
internal static partial class CleanSentence
{
    /// <summary>The sentence as one line, or null when what is left is no sentence to show.</summary>
    public static string? Run(string raw)
    {
        var text = OneLine(raw);
        text = NoteNumbers().Replace(text, "${sentence}");
        text = WithoutBracketedReferences(text);
        text = NumberedReferences().Replace(text, "");
        text = YearAfterAuthors().Replace(text, "${authors}");
        text = Spaces(text);
        return Balanced(text) ? text : null;
    }

    /// <summary>One line, without control and invisible characters, and with words joined that a line end had broken.</summary>
    public static string OneLine(string raw)
    {
        var line = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c is '-' or '\u2010' && line.Length > 0 && char.IsLetter(line[^1]) && BrokenWord(raw, i) is { } next)
            {
                i = next - 1;
            }
            else if (char.IsWhiteSpace(c))
            {
                if (line.Length > 0 && line[^1] is not ' ')
                {
                    line.Append(' ');
                }
            }
            else if (!IsInvisible(c))
            {
                line.Append(c);
            }
        }

        return line.ToString().Trim();
    }

    /// <summary>Control, formatting (also those that turn the direction of writing) and private-use characters.</summary>
    private static bool IsInvisible(char c) =>
        char.IsControl(c)
        || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.PrivateUse or System.Globalization.UnicodeCategory.LineSeparator;

    private static int? BrokenWord(string raw, int hyphen)
    {
        var i = hyphen + 1;
        var line = false;
        while (i < raw.Length && char.IsWhiteSpace(raw[i]))
        {
            line |= raw[i] is '\n';
            i++;
        }

        return line && i < raw.Length && char.IsLower(raw[i]) ? i : null;
    }

    /// <summary>Drops "(Smith et al., 2010; Figure 3A)" and keeps "(PcG)".</summary>
    private static string WithoutBracketedReferences(string text)
    {
        var kept = new StringBuilder(text.Length);
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] is '(' or '[' && Closing(text, i) is { } close && Reference().IsMatch(text.AsSpan(i + 1, close - i - 1)))
            {
                while (kept.Length > 0 && kept[^1] is ' ')
                {
                    kept.Length--;
                }

                i = close + 1;
                continue;
            }

            kept.Append(text[i++]);
        }

        return kept.ToString();
    }

    private static int? Closing(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            depth += text[i] is '(' or '[' ? 1 : text[i] is ')' or ']' ? -1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        return null;
    }

    private static string Spaces(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is ' ' && (clean.Length == 0 || clean[^1] is ' '))
            {
                continue;
            }

            if (c is ',' or '.' or ';' or ':' or '!' or '?' or ')' && clean.Length > 0 && clean[^1] is ' ')
            {
                clean.Length--;
            }

            if (c is '.' or ',' && clean.Length > 0 && clean[^1] is ',' or ';')
            {
                clean.Length--;
            }

            clean.Append(c);
        }

        return clean.ToString().Trim();
    }

    private static bool Balanced(string text)
    {
        int round = 0, square = 0, quotes = 0, straight = 0;
        foreach (var c in text)
        {
            round += c is '(' ? 1 : c is ')' ? -1 : 0;
            square += c is '[' ? 1 : c is ']' ? -1 : 0;
            quotes += c is '“' or '„' ? 1 : c is '”' ? -1 : 0;
            straight += c is '"' ? 1 : 0;
            if (round < 0 || square < 0)
            {
                return false;
            }
        }

        return round == 0 && square == 0 && straight % 2 == 0 && (quotes == 0 || text.Contains('„', StringComparison.Ordinal));
    }

    [GeneratedRegex(
        """\b(1[89]|20)\d\d[a-z]?\b|\bet al\b|\bfigs?(ures?)?\b|\btables?\b|\bsupplement|\bsee\b|\bdata not shown|\bnot shown|\bunpublished|\bin press|\bpersonal communication|\barrows?\b|\bpanels?\b|\bmovies?\b|\bvideos?\b|\bboxe?s?\b|\bequations?\b|\beqs?\b|\bsections?\b|\bappendix|\bref\.|\breviewed|\bp ?[<=>≤] ?0|\bn ?= ?\d|\bsource data|\bvgl\.|\bsiehe|\babb\.|\btabelle|^[\d,–\- ]+$""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Reference();

    [GeneratedRegex(""" ?\[\d[\d,;–\- ]{0,30}\]""", RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex NumberedReferences();

    [GeneratedRegex("""(?<authors>et al\.?|and [A-Z][a-z]+|[A-Z][a-z]+),? \((1[89]|20)\d\d[a-z]?\)""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex YearAfterAuthors();

    [GeneratedRegex("""(?<sentence>[a-zà-ÿ)][.!?])\d{1,3}([,–-]\d{1,3}){0,4}$""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex NoteNumbers();
}
