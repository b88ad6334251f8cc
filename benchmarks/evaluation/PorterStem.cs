namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>The stemmer of Porter (1980), as ROUGE is defined with it. The product's own is lighter, so it would not do here.</summary>
internal static class PorterStem
{
    private static readonly (string Ending, string Instead)[] Second =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
        ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
        ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"),
    ];

    private static readonly (string Ending, string Instead)[] Third =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", "")];

    private static readonly string[] Fourth =
        ["ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic", "ou"];

    public static string Of(string word)
    {
        if (word.Length <= 2)
        {
            return word;
        }

        var stem = Plural(word);
        stem = Past(stem);
        stem = stem.EndsWith('y') && HasVowel(stem[..^1]) ? stem[..^1] + "i" : stem;
        stem = Replace(stem, Second);
        stem = Replace(stem, Third);
        stem = WithoutSuffix(stem);
        if (stem.EndsWith('e') && Measure(stem[..^1]) is var measure && (measure > 1 || (measure == 1 && !EndsShort(stem[..^1]))))
        {
            stem = stem[..^1];
        }

        return stem.EndsWith("ll", StringComparison.Ordinal) && Measure(stem[..^1]) > 1 ? stem[..^1] : stem;
    }

    private static string Plural(string word) =>
        word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("ies", StringComparison.Ordinal) ? word[..^2]
        : word.EndsWith("ss", StringComparison.Ordinal) || !word.EndsWith('s') ? word
        : word[..^1];

    private static string Past(string word)
    {
        if (word.EndsWith("eed", StringComparison.Ordinal))
        {
            return Measure(word[..^3]) > 0 ? word[..^1] : word;
        }

        var cut = word.EndsWith("ed", StringComparison.Ordinal) ? 2 : word.EndsWith("ing", StringComparison.Ordinal) ? 3 : 0;
        if (cut == 0 || !HasVowel(word[..^cut]))
        {
            return word;
        }

        var stem = word[..^cut];
        if (stem.EndsWith("at", StringComparison.Ordinal) || stem.EndsWith("bl", StringComparison.Ordinal) || stem.EndsWith("iz", StringComparison.Ordinal))
        {
            return stem + "e";
        }

        if (EndsDouble(stem) && stem[^1] is not ('l' or 's' or 'z'))
        {
            return stem[..^1];
        }

        return Measure(stem) == 1 && EndsShort(stem) ? stem + "e" : stem;
    }

    private static string Replace(string word, (string Ending, string Instead)[] rules)
    {
        foreach (var (ending, instead) in rules)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
            {
                return Measure(word[..^ending.Length]) > 0 ? word[..^ending.Length] + instead : word;
            }
        }

        return word;
    }

    private static string WithoutSuffix(string word)
    {
        var ending = Array.Find(Fourth, ending => word.EndsWith(ending, StringComparison.Ordinal));
        return ending is null || Measure(word[..^ending.Length]) <= 1 || (ending is "ion" && word[^4] is not ('s' or 't')) ? word : word[..^ending.Length];
    }

    private static bool IsConsonant(string word, int at) =>
        word[at] is not ('a' or 'e' or 'i' or 'o' or 'u') && (word[at] is not 'y' || at == 0 || !IsConsonant(word, at - 1));

    /// <summary>How often a consonant follows a vowel.</summary>
    private static int Measure(string stem)
    {
        var measure = 0;
        for (var i = 1; i < stem.Length; i++)
        {
            measure += IsConsonant(stem, i) && !IsConsonant(stem, i - 1) ? 1 : 0;
        }

        return measure;
    }

    private static bool HasVowel(string stem) => Enumerable.Range(0, stem.Length).Any(at => !IsConsonant(stem, at));

    private static bool EndsDouble(string stem) => stem.Length > 1 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1);

    private static bool EndsShort(string stem) =>
        stem.Length > 2 && IsConsonant(stem, stem.Length - 1) && !IsConsonant(stem, stem.Length - 2) && IsConsonant(stem, stem.Length - 3) && stem[^1] is not ('w' or 'x' or 'y');
}
