using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Joins the lines of a paragraph; a word divided at the end of a line becomes whole again.</summary>
internal static class JoinHyphens
{
    /// <param name="isHyphenated">Whether the document writes this word ("well-known") with its hyphen elsewhere.</param>
    public static string Of(IEnumerable<string> lines, Predicate<string> isHyphenated)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            if (line.Length == 0)
            {
                continue;
            }

            if (text.Length > 0)
            {
                Join(text, line, isHyphenated);
            }

            text.Append(line);
        }

        return text.ToString();
    }

    private static void Join(StringBuilder text, string line, Predicate<string> isHyphenated)
    {
        var last = text[^1];
        if (last is '-' or '\u2010' && text.Length > 1 && char.IsLetter(text[^2]) && char.IsLower(line[0]))
        {
            if (!isHyphenated(LastWord(text) + FirstWord(line)))
            {
                text.Length--;
            }
        }
        else if (last is '-' or '–' or '—' && text.Length > 1 && !char.IsWhiteSpace(text[^2]) && char.IsLetterOrDigit(line[0]))
        {
            // "1990-" + "2000", "Anglo-" + "Saxon": one word that keeps its hyphen.
        }
        else if (!(IsWithoutBlanks(last) && IsWithoutBlanks(line[0])))
        {
            text.Append(' ');
        }
    }

    // Chinese and Japanese write no blanks between words.
    internal static bool IsWithoutBlanks(char letter) => letter is (>= '\u2E80' and <= '\u9FFF') or (>= '\uF900' and <= '\uFAFF') or (>= '\uFF00' and <= '\uFF60');

    private static string LastWord(StringBuilder text)
    {
        var start = text.Length;
        while (start > 0 && text.Length - start < 40 && (char.IsLetter(text[start - 1]) || text[start - 1] is '-' or '\u2010'))
        {
            start--;
        }

        return text.ToString(start, text.Length - start);
    }

    private static string FirstWord(string line)
    {
        var end = 0;
        while (end < line.Length && end < 40 && char.IsLetter(line[end]))
        {
            end++;
        }

        return line[..end];
    }
}
