using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing;

/// <summary>Finds the noun-like phrases that texts come back to.</summary>
internal static class FindKeyPhrases
{
    private const int LongestPhrase = 3;

    private static readonly HashSet<string> Measures =
    [
        .. new[] { "euro", "euros", "dollar", "dollars", "cost", "costs", "price", "prices", "percent", "prozent", "million", "millions", "kilogram", "kilograms", "metre", "metres", "kilometre", "kilometres", "degree", "degrees", "hour", "hours", "minute", "minutes", "week", "weeks", "month", "months", "jahr", "jahre", "zahl", "amount", "average", "half", "third", "quarter", "size", "length", "loans", "top", "end", "side" }
            .Select(word => Vocabulary.Canonical(Stem.Of(word))),
    ];

    public static List<KeyPhrase> Run(IEnumerable<string> texts, Func<string, double> weight, int atLeast, int take)
    {
        var found = new Dictionary<string, Candidate>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var words = ReadWords.Run(text);
            for (var i = 0; i < words.Count; i++)
            {
                for (var length = 1; length <= LongestPhrase && i + length <= words.Count; length++)
                {
                    var last = words[i + length - 1];
                    if ((length == 1 && BehindInitial(text, last)) || IsRankOfSpecies(last))
                    {
                        break;
                    }

                    if (!Terms.IsTerm(last) || last.InBrackets || (length > 1 && !Adjacent(text, words[i + length - 2], last)))
                    {
                        break;
                    }

                    if (LooksLikeVerb(text, last) || LooksLikeAdverb(text, words[i]))
                    {
                        continue;
                    }

                    var key = string.Join(' ', words.Skip(i).Take(length).Select(word => word.Key));
                    if (!found.TryGetValue(key, out var candidate))
                    {
                        found[key] = candidate = new Candidate([.. words.Skip(i).Take(length).Select(word => word.Key)]);
                    }

                    candidate.Count++;
                    candidate.Name |= length == 1 && words[i].Name;
                    var surface = CleanSentence.OneLine(text[words[i].Start..last.End]);
                    candidate.Surfaces[surface] = candidate.Surfaces.GetValueOrDefault(surface) + 1;
                }
            }
        }

        var ranked = found.Values
            .Where(candidate => candidate.Count >= atLeast && candidate.Terms.Distinct().Count() == candidate.Terms.Length)
            .Select(candidate => new KeyPhrase(candidate.Surface, candidate.Terms, Score(candidate, weight)))
            .Where(phrase => phrase.Text.Length is > 2 and < 50)
            .OrderByDescending(phrase => phrase.Weight)
            .ThenBy(phrase => phrase.Text, StringComparer.Ordinal);
        var whole = found.Where(candidate => candidate.Value.Terms.Length == LongestPhrase && candidate.Value.Count >= atLeast).ToList();
        var chosen = new List<KeyPhrase>();
        foreach (var phrase in ranked)
        {
            // "Business Machines" is cut out of a name where the whole of it stands as often.
            var key = string.Join(' ', phrase.Terms);
            if (phrase.Terms.Count is > 1 and < LongestPhrase && whole.Exists(longer => longer.Value.Count >= found[key].Count && longer.Key.Contains(key, StringComparison.Ordinal)))
            {
                continue;
            }

            // A phrase inside, or mostly made of, one already taken says nothing new.
            if (!chosen.Exists(other => phrase.Terms.Count(other.Terms.Contains) * 2 >= phrase.Terms.Count))
            {
                chosen.Add(phrase);
                if (chosen.Count == take)
                {
                    break;
                }
            }
        }

        return chosen;
    }

    /// <summary>No codes ("irLOX2 plants") and nothing cut out of a longer name.</summary>
    public static bool ReadsWell(string phrase) =>
        phrase.Length >= 4
        && !phrase.Split(' ', '-').Any(word => word.Length == 0 || (char.IsLower(word[0]) && word.Any(char.IsUpper)) || (word.Any(char.IsAsciiDigit) && (word.Length is < 4 or > 6) && !word.All(char.IsAsciiDigit)) || word.Length == 1);

    /// <summary>"Euros", "cost" or "percent" say nothing of what a text is about.</summary>
    public static bool IsMeasure(KeyPhrase phrase) => Measures.Contains(phrase.Terms[^1]);

    /// <summary>The "sexta" of "M. sexta" is no word by itself.</summary>
    private static bool BehindInitial(string text, Word word) =>
        word.Start >= 3 && char.IsLower(text[word.Start]) && text[word.Start - 1] is ' ' && text[word.Start - 2] is '.' && char.IsUpper(text[word.Start - 3])
        && (word.Start == 3 || !char.IsLetterOrDigit(text[word.Start - 4]));

    private static bool IsRankOfSpecies(Word word) => word.Key is "spp" or "sp" or "subsp" or "ssp" or "var" or "cf";

    private static double Score(Candidate candidate, Func<string, double> weight)
    {
        var terms = candidate.Terms.Sum(weight) / candidate.Terms.Length;
        var length = candidate.Terms.Length switch { 1 => candidate.Name ? 0.6 : 0.4, 2 => 1.25, _ => 1.3 };
        return Math.Log(1 + candidate.Count) * terms * length;
    }

    private static bool Adjacent(string text, Word word, Word next) =>
        next.Start - word.End == 1 && text[word.End] is ' ' or '-' or '\n';

    private static bool LooksLikeVerb(string text, Word word)
    {
        var surface = text.AsSpan(word.Start, word.End - word.Start);
        return !word.Name && (surface.EndsWith("ed", StringComparison.Ordinal) || surface.EndsWith("ing", StringComparison.Ordinal)
            || surface.EndsWith("ly", StringComparison.Ordinal) || surface.EndsWith("ize", StringComparison.Ordinal) || surface.EndsWith("ates", StringComparison.Ordinal)
            || surface.EndsWith("ous", StringComparison.Ordinal) || surface.EndsWith("ive", StringComparison.Ordinal) || surface.EndsWith("able", StringComparison.Ordinal)
            || surface.EndsWith("ic", StringComparison.Ordinal) || surface.EndsWith("ent", StringComparison.Ordinal) && surface.Length < 10 || surface.EndsWith("al", StringComparison.Ordinal));
    }

    private static bool LooksLikeAdverb(string text, Word word)
    {
        var surface = text.AsSpan(word.Start, word.End - word.Start);
        return surface.EndsWith("ly", StringComparison.Ordinal) && surface.Length > 4;
    }

    private sealed class Candidate(string[] terms)
    {
        public string[] Terms { get; } = terms;

        public int Count { get; set; }

        public bool Name { get; set; }

        public Dictionary<string, int> Surfaces { get; } = new(StringComparer.Ordinal);

        /// <summary>As it is written most often, in small letters if it ever is: a capital may only be the start of a sentence.</summary>
        public string Surface
        {
            get
            {
                var inside = Surfaces.Where(surface => char.IsLower(surface.Key[0])).ToList();
                return (inside.Count > 0 ? inside : [.. Surfaces]).OrderByDescending(surface => surface.Value).ThenByDescending(surface => surface.Key.EndsWith('s')).ThenBy(surface => surface.Key, StringComparer.Ordinal).First().Key;
            }
        }
    }
}
