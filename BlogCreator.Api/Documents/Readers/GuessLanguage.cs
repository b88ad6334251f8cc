using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Names the language of a text by its script, then by its small words. Null rather than a wild guess.</summary>
internal static class GuessLanguage
{
    private const int Enough = 20_000;

    private static readonly Dictionary<string, string[]> SmallWords = new(StringComparer.Ordinal)
    {
        ["en"] = ["the", "and", "of", "to", "is", "that", "with", "for", "are", "was", "this", "from", "which", "by", "it", "be", "have", "not"],
        ["de"] = ["der", "die", "und", "das", "ist", "nicht", "mit", "von", "den", "ein", "eine", "auf", "für", "sich", "werden", "dem", "auch", "zu"],
        ["fr"] = ["le", "la", "les", "et", "des", "est", "une", "dans", "pour", "que", "qui", "sur", "pas", "du", "avec", "au", "par", "sont"],
        ["es"] = ["el", "los", "las", "una", "que", "por", "con", "para", "del", "es", "se", "como", "más", "pero", "sus", "y", "en", "no"],
        ["pt"] = ["o", "os", "uma", "que", "por", "com", "para", "do", "da", "não", "é", "em", "mais", "como", "dos", "das", "ao", "foi"],
        ["it"] = ["il", "di", "che", "la", "un", "una", "per", "con", "del", "della", "è", "sono", "non", "gli", "nel", "dei", "le", "e"],
        ["nl"] = ["de", "het", "een", "van", "en", "is", "dat", "niet", "met", "voor", "op", "zijn", "door", "aan", "ook", "te", "bij", "worden"],
        ["sv"] = ["och", "att", "det", "som", "en", "är", "av", "för", "med", "till", "den", "inte", "på", "ett", "har", "om", "var", "från"],
        ["pl"] = ["i", "w", "nie", "na", "się", "z", "do", "jest", "to", "że", "od", "przez", "jak", "po", "oraz", "dla", "są", "co"],
    };

    private static readonly Dictionary<string, string[]> LanguagesOfWord = SmallWords
        .SelectMany(language => language.Value.Select(word => (word, language.Key)))
        .GroupBy(pair => pair.word, pair => pair.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    public static string? Of(IEnumerable<string> texts)
    {
        var sample = new StringBuilder();
        foreach (var text in texts)
        {
            sample.Append(text.AsSpan(0, Math.Min(text.Length, Enough - sample.Length))).Append(' ');
            if (sample.Length >= Enough)
            {
                break;
            }
        }

        return OfSample(sample.ToString());
    }

    private static string? OfSample(string sample)
    {
        var scripts = new Dictionary<string, int>(StringComparer.Ordinal);
        var letters = 0;
        foreach (var rune in sample.EnumerateRunes())
        {
            if (Rune.IsLetter(rune))
            {
                letters++;
                var script = Script(rune.Value);
                scripts[script] = scripts.GetValueOrDefault(script) + 1;
            }
        }

        if (letters < 20)
        {
            return null;
        }

        // Japanese is written mostly in Chinese characters; a few kana decide.
        if (scripts.GetValueOrDefault("ja") * 10 > letters)
        {
            return "ja";
        }

        var most = scripts.MaxBy(script => script.Value);
        return most.Key != "latin" ? (most.Value * 2 > letters ? most.Key : null) : OfWords(sample);
    }

    private static string? OfWords(string sample)
    {
        var scores = new Dictionary<string, int>(StringComparer.Ordinal);
        var distinct = new HashSet<(string Language, string Word)>();
        var words = 0;
        foreach (var word in sample.Split([' ', '\n', '\t', ',', '.', ';', ':', '(', ')', '"'], StringSplitOptions.RemoveEmptyEntries))
        {
            words++;
            foreach (var language in LanguagesOfWord.GetValueOrDefault(word.ToLowerInvariant(), []))
            {
                scores[language] = scores.GetValueOrDefault(language) + 1;
                distinct.Add((language, word));
            }
        }

        var best = scores.OrderByDescending(score => score.Value).Take(2).ToArray();
        return best is [var first, ..] && first.Value * 12 >= words && distinct.Count(pair => pair.Language == first.Key) >= 3 && (best.Length == 1 || first.Value > best[1].Value) ? first.Key : null;
    }

    private static string Script(int letter) => letter switch
    {
        < 0x370 => "latin",
        < 0x400 => "el",
        < 0x530 => "ru",
        >= 0x590 and < 0x600 => "he",
        >= 0x600 and < 0x780 => "ar",
        >= 0x900 and < 0x980 => "hi",
        >= 0xE00 and < 0xE80 => "th",
        >= 0x1100 and < 0x1200 or >= 0xAC00 and < 0xD7B0 => "ko",
        >= 0x1E00 and < 0x2000 => "latin",
        >= 0x3040 and < 0x3100 => "ja",
        >= 0x3400 and < 0xA000 or >= 0x20000 => "zh",
        _ => "other",
    };
}
