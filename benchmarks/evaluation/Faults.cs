using System.Text.RegularExpressions;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>What a reader of a post would stumble over, found by rules that are not the writer's own.</summary>
/// <param name="WordForWord">Sentences that stand in their passage as they are, brackets aside.</param>
/// <param name="InOrder">Sentences all of whose words stand in their passage in the same order, but for "the authors", "they" and "their".</param>
/// <param name="Dangling">Sentences that mean something the sentence before them does not say.</param>
/// <param name="Pointers">Sentences that point to a figure, a table or "above", or that say "we".</param>
/// <param name="ShortForms">Short forms that the source explains and the post does not.</param>
/// <param name="Repeats">Pairs of sentences that share more than half of the words that carry meaning.</param>
internal sealed record Faults(int Cited, int WordForWord, int InOrder, int Supported, int Checked, IReadOnlyList<string> Dangling, IReadOnlyList<string> Pointers, IReadOnlyList<string> ShortForms, IReadOnlyList<string> Repeats);

internal static partial class FindFaults
{
    private static readonly HashSet<string> Added = [.. Rouge.Tokens("the authors they their results a study")];

    public static Faults Run(AssembledPost post, IReadOnlyList<SourceDocument> documents)
    {
        var claims = CheckPost.Run(post.Markdown, post.Citations);
        var summary = CheckPost.Summarise(claims);
        var cited = Cited(post).ToList();
        var dangling = new List<string>();
        var pointers = new List<string>();
        for (var i = 0; i < cited.Count; i++)
        {
            var (text, passage, paragraph) = cited[i];
            if (LeansBack().IsMatch(text) && !(i > 0 && cited[i - 1].Paragraph == paragraph && cited[i - 1].Passage.Id == passage.Id && Follows(passage, cited[i - 1].Text, text)))
            {
                dangling.Add(text);
            }

            if (Pointer().IsMatch(text) || Own().IsMatch(Quoted().Replace(text, "")))
            {
                pointers.Add(text);
            }
        }

        var told = string.Join('\n', Texts.OfPost(post.Markdown));
        var source = string.Join('\n', documents.SelectMany(document => document.Passages).Select(passage => passage.Text));
        var shortForms = ShortForm().Matches(told)
            .Select(match => match.Value)
            .Distinct(StringComparer.Ordinal)
            .Where(form => Explained(source, form) && !Explained(told, form))
            .Order(StringComparer.Ordinal)
            .ToList();
        return new Faults(
            cited.Count,
            cited.Count(sentence => Plain(sentence.Passage.Text).Contains(Plain(sentence.Text), StringComparison.OrdinalIgnoreCase)),
            cited.Count(sentence => StandsInOrder(Rouge.Tokens(sentence.Text), Rouge.Tokens(sentence.Passage.Text))),
            summary.Supported,
            summary.Checked,
            dangling,
            pointers,
            shortForms,
            [.. Repeats(cited.ConvertAll(sentence => sentence.Text))]);
    }

    /// <summary>Each sentence that carries a mark, with its passage and the paragraph it stands in.</summary>
    private static IEnumerable<(string Text, SourcePassage Passage, int Paragraph)> Cited(AssembledPost post)
    {
        var paragraph = 0;
        foreach (var line in post.Markdown.Split('\n'))
        {
            paragraph++;
            var start = 0;
            foreach (Match mark in Mark().Matches(line))
            {
                var text = line[start..mark.Index].Replace("\\", "", StringComparison.Ordinal).TrimStart('-', '>', ' ').Trim('“', '”', '„', ' ');
                start = mark.Index + mark.Length;
                if (text.Length > 0 && post.Citations.TryGetValue(int.Parse(mark.Groups["label"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), out var passage))
                {
                    yield return (text, passage, paragraph);
                }
            }
        }
    }

    /// <summary>Whether the second is the sentence right behind the first in its passage.</summary>
    private static bool Follows(SourcePassage passage, string first, string second)
    {
        var sentences = SplitSentences.Of(passage).Select(span => Rouge.Tokens(span.Of(passage.Text)).ToHashSet(StringComparer.Ordinal)).ToList();
        return sentences.Count > 1 && Nearest(sentences, second) - Nearest(sentences, first) == 1;
    }

    private static int Nearest(List<HashSet<string>> sentences, string text)
    {
        var tokens = Rouge.Tokens(text);
        return Enumerable.Range(0, sentences.Count).MaxBy(at => (double)tokens.Count(sentences[at].Contains) / Math.Max(1, tokens.Length) - 0.001 * sentences[at].Count);
    }

    private static bool StandsInOrder(string[] sentence, string[] passage)
    {
        var at = 0;
        foreach (var token in sentence)
        {
            var found = Array.IndexOf(passage, token, at);
            if (found >= 0)
            {
                at = found + 1;
            }
            else if (!Added.Contains(token))
            {
                return false;
            }
        }

        return true;
    }

    private static IEnumerable<string> Repeats(List<string> sentences)
    {
        var words = sentences.ConvertAll(sentence => Rouge.Tokens(sentence).Where(token => token.Length > 3).ToHashSet(StringComparer.Ordinal));
        for (var i = 0; i < sentences.Count; i++)
        {
            for (var j = i + 1; j < sentences.Count; j++)
            {
                if (words[i].Count > 3 && words[j].Count > 3 && words[i].Count(words[j].Contains) > 0.6 * Math.Min(words[i].Count, words[j].Count))
                {
                    yield return sentences[i] + " / " + sentences[j];
                }
            }
        }
    }

    /// <summary>"volatiles (GLVs)" and "GLVs (green leaf volatiles)" explain it.</summary>
    private static bool Explained(string text, string form)
    {
        var bare = form.TrimEnd('s');
        return text.Contains("(" + bare + ")", StringComparison.Ordinal) || text.Contains("(" + bare + "s)", StringComparison.Ordinal) || text.Contains(", or " + bare, StringComparison.Ordinal) || text.Contains(bare + " (", StringComparison.Ordinal) || text.Contains(bare + "s (", StringComparison.Ordinal);
    }

    private static string Plain(string text) => string.Join(' ', NoLetter().Split(Bracket().Replace(text, "")).Where(word => word.Length > 0));

    [GeneratedRegex("""(?<!\\)\[\^(?<label>\d+)\]""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Mark();

    [GeneratedRegex(
        """^(this|that|these|those|it|its|they|their|he|she|his|her|such|both|however|therefore|thus|hence|moreover|furthermore|also|then|consequently|similarly|in addition|in contrast|by contrast|as a result|for example|for instance|on the other hand|but|and|so|diese[rsnm]?|dies|er|sie|es|dadurch|damit|daher|jedoch|dabei|dazu|außerdem)\b|^(in|under|at|for|of|with|to) (this|these|those|such|diese[rnm]?)\b|^the (latter|former|other|same)\b""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LeansBack();

    [GeneratedRegex("""\b(figs?|figures?|tables?|section|chapter|appendix) ?\.? ?\d|\b(see|as) (above|below|described|shown)\b|\b(described|shown|mentioned|discussed) (above|below|earlier)\b|\bsiehe\b""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pointer();

    [GeneratedRegex("""\b([Ww]e|[Oo]ur|I|my)\b""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Own();

    [GeneratedRegex("""“[^”]*”""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex("""\b[A-Z][A-Za-z]{0,5}[A-Z]s?\b|\b[A-Z]{2,}-[A-Z]\b""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ShortForm();

    [GeneratedRegex("""\([^()]*\)|\[[^\[\]]*\]""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Bracket();

    [GeneratedRegex("""[^\p{L}\p{N}]+""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NoLetter();
}
