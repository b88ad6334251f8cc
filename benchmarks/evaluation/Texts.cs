using System.Text.RegularExpressions;
using BlogCreator.Api.Evidence;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>Sentences of a text, and texts cut to a number of words.</summary>
internal static partial class Texts
{
    public static List<string> Sentences(string text) => [.. SplitSentences.Run(text).Select(span => OneLine(span.Of(text)))];

    /// <summary>What a document says, without its title and headings.</summary>
    public static List<string> Body(string markdown) =>
        [.. markdown.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(block => block[0] is not ('#' or '|')).SelectMany(Sentences)];

    /// <summary>What a post says: its sentences in their order, without marks, headings, attributions and the list of sources.</summary>
    public static List<string> OfPost(string markdown)
    {
        var sentences = new List<string>();
        foreach (var line in markdown.Split('\n'))
        {
            if (line is "## Sources" or "## Quellen" or "## Fuentes" or "## Fonti" or "## Bronnen" or "## Fontes")
            {
                break;
            }

            if (line.Length > 0 && line[0] is not '#' && !line.StartsWith("> —", StringComparison.Ordinal) && line is not ">")
            {
                sentences.AddRange(Sentences(Marks().Replace(line, "").Replace("\\", "", StringComparison.Ordinal).TrimStart('-', '>', ' ').Trim('“', '”', '„', '«', '»')));
            }
        }

        return sentences;
    }

    public static int Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>The first words, the last sentence cut where the number is reached.</summary>
    public static List<string> Cut(IEnumerable<string> sentences, int words)
    {
        var kept = new List<string>();
        foreach (var sentence in sentences)
        {
            var all = sentence.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            kept.Add(string.Join(' ', all.Take(words)));
            words -= all.Length;
            if (words <= 0)
            {
                break;
            }
        }

        return kept;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex("""(?<!\\)\[\^\d+\]""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Marks();
}
