namespace BlogCreator.Api.Evidence;

/// <summary>
/// A sentence may spell a short form out, as in "green leaf volatiles (GLVs)", where one of the passages that it cites
/// does so word for word. What it says of the thing is then compared without the spelled-out name.
/// </summary>
internal static class ReadExplanations
{
    private const int LongestName = 8;

    /// <summary>The words of the sentence without the names that a cited passage explains; the same list when there is none.</summary>
    public static IReadOnlyList<Word> Without(IReadOnlyList<Word> words, IReadOnlyList<PassageText> passages)
    {
        List<Word>? left = null;
        for (var i = 2; i < words.Count; i++)
        {
            if (!IsShortForm(words, i) || passages.Max(passage => Length(words, i, passage.Words)) is var length && length < 2)
            {
                continue;
            }

            left ??= [.. words];
            for (var k = i - length; k < i; k++)
            {
                left.Remove(words[k]);
            }

            left[left.IndexOf(words[i])] = words[i] with { InBrackets = false };
        }

        return left ?? words;
    }

    private static bool IsShortForm(IReadOnlyList<Word> words, int at) => words[at] is { Name: true, InBrackets: true } && !words[at - 1].InBrackets;

    /// <summary>How many words before the short form are the same in the passage, where it stands in brackets too.</summary>
    private static int Length(IReadOnlyList<Word> words, int at, List<Word> passage)
    {
        var longest = 0;
        for (var j = 2; j < passage.Count; j++)
        {
            // "Green leaf volatiles, or GLVs" explains as well as brackets do.
            var end = IsShortForm(passage, j) ? j : passage[j].Name && passage[j - 1].Key is "or" ? j - 1 : -1;
            if (end > 0 && passage[j].Key == words[at].Key)
            {
                var length = 0;
                while (length < LongestName && length < at && length < end && words[at - length - 1].Key == passage[end - length - 1].Key && !words[at - length - 1].InBrackets)
                {
                    length++;
                }

                longest = Math.Max(longest, length);
            }
        }

        return longest;
    }
}
