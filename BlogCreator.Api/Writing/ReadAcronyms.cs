using System.Text.RegularExpressions;

namespace BlogCreator.Api.Writing;

/// <summary>What a short form stands for, and the passage that says so.</summary>
internal sealed record LongForm(string Name, Guid Passage);

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
                if (!found.ContainsKey(shortForm) && Spelled(text[..match.Index], shortForm) is { } name)
                {
                    found[shortForm] = name;
                }
            }
        }

        return found;
    }

    /// <summary>Where a document explains its short forms: the first passage that does, by short form.</summary>
    public static Dictionary<string, LongForm> Of(SourceDocument document)
    {
        var found = new Dictionary<string, LongForm>(StringComparer.Ordinal);
        foreach (var passage in document.Passages.Where(passage => passage.Kind is "prose" or "list"))
        {
            foreach (var (shortForm, name) in Run([CleanSentence.OneLine(passage.Text)]))
            {
                found.TryAdd(shortForm, new LongForm(name, passage.Id));
            }
        }

        return found;
    }

    public static string Singular(string shortForm) => shortForm.Length > 2 && shortForm[^1] is 's' ? shortForm[..^1] : shortForm;

    /// <summary>
    /// The words before the bracket whose letters spell the short form, read from its end; its first letter opens a word.
    /// After Schwartz and Hearst (2003).
    /// </summary>
    private static string? Spelled(string before, string shortForm)
    {
        var end = before.Length;
        while (end > 0 && before[end - 1] is ' ')
        {
            end--;
        }

        var at = end;
        var starts = 0;
        var lastWord = before.LastIndexOfAny([' ', '-'], Math.Max(0, end - 1)) + 1;
        var lastWordMeant = false;
        for (var letter = shortForm.Length - 1; letter >= 0; letter--)
        {
            var wanted = char.ToUpperInvariant(shortForm[letter]);
            at--;
            while (at >= 0 && (char.ToUpperInvariant(before[at]) != wanted || (letter == 0 && !OpensWord(before, at))))
            {
                if (end - at > LongestName || before[at] is '.' or ';' or ':' or '(' or ')' or ',')
                {
                    return null;
                }

                at--;
            }

            if (at < 0)
            {
                return null;
            }

            starts += OpensWord(before, at) ? 1 : 0;
            lastWordMeant |= letter == shortForm.Length - 1 && at >= lastWord;
        }

        var name = before[at..end];
        var words = name.Count(c => c is ' ' or '-') + 1;
        // Letters found here and there within words spell nothing.
        return words >= 2 && lastWordMeant && starts * 2 >= shortForm.Length && words <= shortForm.Length + 2 && !name.Contains(shortForm, StringComparison.Ordinal) ? name : null;
    }

    private static bool OpensWord(string text, int at) => at == 0 || text[at - 1] is ' ' or '-' or '–' or '/' or '“' or '(';

    [GeneratedRegex("""(\((?<short>[A-Z][A-Za-z]{0,6}[A-Zs])\)|, or (?<short>[A-Z]{2,6}s?)[,;.)])""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex ShortForm();
}
