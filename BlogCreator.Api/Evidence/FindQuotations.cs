namespace BlogCreator.Api.Evidence;

/// <summary>Finds what a sentence puts in quotation marks, four words and more.</summary>
internal static class FindQuotations
{
    private const int FewestWords = 4;

    public static List<TextSpan> Run(string sentence)
    {
        var found = new List<TextSpan>();
        var i = 0;
        while (i < sentence.Length)
        {
            if (Closing(sentence, i) is not { } close)
            {
                i++;
                continue;
            }

            if (CountWords(sentence.AsSpan(i + 1, close - i - 1)) >= FewestWords)
            {
                found.Add(new TextSpan(i + 1, close));
            }

            i = close + 1;
        }

        return found;
    }

    private static int? Closing(string text, int open)
    {
        var closers = text[open] switch
        {
            '"' => "\"",
            '“' => "”\"",
            '„' => "“”",
            '”' => "”",
            '«' => "»",
            '»' => "«",
            '「' => "」",
            '‘' => "’",
            '\'' when open == 0 || char.IsWhiteSpace(text[open - 1]) => "'",
            _ => null,
        };
        if (closers is null)
        {
            return null;
        }

        for (var i = open + 1; i < text.Length; i++)
        {
            if (!closers.Contains(text[i], StringComparison.Ordinal))
            {
                continue;
            }

            // An apostrophe inside a word does not close.
            if (text[i] is '’' or '\'' && i + 1 < text.Length && char.IsLetter(text[i + 1]))
            {
                continue;
            }

            return i;
        }

        // An opened quotation that is never closed runs to the end: it must not escape the check.
        return text[open] is '“' or '„' or '«' or '「' ? text.Length : null;
    }

    private static int CountWords(ReadOnlySpan<char> text)
    {
        var count = 0;
        var inside = false;
        foreach (var c in text)
        {
            var letter = char.IsLetterOrDigit(c);
            count += letter && !inside ? 1 : 0;
            inside = letter || (inside && c is '\'' or '’' or '-');
        }

        return count;
    }
}
