using System.Text.RegularExpressions;

namespace BlogCreator.Api.Writing;

/// <summary>Finds what short forms stand for where a text says so: "green leaf volatiles (GLVs)".</summary>
internal static partial class ReadAcronyms
{
    private const int LongestName = 60;

    /// <summary>The long form of each short form, the short one without its plural s.</summary>
    public static Dictionary<string, string> Run(IEnumerable<string> texts)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (Match match in ShortForm().Matches(text))
            {
                var shortForm = Singular(match.Groups["short"].Value);
                if (!found.ContainsKey(shortForm) && LongForm(text[..match.Index], shortForm) is { } name)
                {
                    found[shortForm] = name;
                }
            }
        }

        return found;
    }

    public static string Singular(string shortForm) => shortForm.Length > 2 && shortForm[^1] is 's' ? shortForm[..^1] : shortForm;

    /// <summary>As many words before the bracket as the short form has letters, each beginning with its letter.</summary>
    private static string? LongForm(string before, string shortForm)
    {
        var end = before.Length;
        while (end > 0 && before[end - 1] is ' ')
        {
            end--;
        }

        var at = end;
        for (var letter = shortForm.Length - 1; letter >= 0; letter--)
        {
            var start = at;
            while (start > 0 && (char.IsLetterOrDigit(before[start - 1]) || before[start - 1] is '’' or '\''))
            {
                start--;
            }

            if (start == at || char.ToUpperInvariant(before[start]) != char.ToUpperInvariant(shortForm[letter]))
            {
                return null;
            }

            if (letter == 0)
            {
                return end - start <= LongestName ? before[start..end] : null;
            }

            at = start - 1;
            if (at <= 0 || before[at] is not (' ' or '-'))
            {
                return null;
            }
        }

        return null;
    }

    [GeneratedRegex("""\((?<short>[A-Z][A-Za-z]{0,6}[A-Zs])\)""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ShortForm();
}
