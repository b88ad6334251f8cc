using System.Runtime.CompilerServices;
using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Writing;

/// <summary>The stems of a text that say what it is about.</summary>
internal static class Terms
{
    /// <summary>Words of every report: they never make a theme.</summary>
    private static readonly HashSet<string> Everywhere = [.. new[]
    {
        "study", "studies", "result", "results", "data", "figure", "table", "analysis", "example", "case", "number", "time", "times", "way", "ways", "thing", "things",
        "level", "levels", "group", "groups", "type", "kind", "part", "use", "used", "using", "method", "show", "shown", "found", "find", "new", "different", "difference",
        "several", "well", "high", "low", "large", "small", "significant", "similar", "important", "possible", "present", "based", "work", "make", "made", "see", "first", "second",
        "observed", "compared", "following", "increase", "increased", "decrease", "decreased", "effect", "effects", "change", "changes", "role", "suggest", "indicate", "may", "however",
        "specific", "single", "individual", "various", "certain", "additional", "major", "main", "known", "total", "respective", "potential", "overall", "recent", "previous", "common", "order", "addition", "contrast", "presence", "absence", "evidence", "experiment", "experiments", "including", "general", "approach", "set", "value", "values", "system", "year", "years", "day", "days", "page", "one", "two", "three", "also", "within", "must", "per", "much", "assay", "assays", "sample", "samples",
        "good", "best", "better", "long", "short", "many", "take", "give", "given", "go", "come", "get", "help", "need", "people", "include", "provide", "consistent", "respectively",
    }.Select(word => Vocabulary.Canonical(Stem.Of(word)))];

    /// <summary>Every step asks for the terms of the same sentences; they are kept as long as the sentence is.</summary>
    private static readonly ConditionalWeakTable<string, string[]> Known = [];

    public static IReadOnlyList<string> Of(string text) =>
        Known.GetValue(text, static text => [.. ReadWords.Run(text).Where(IsTerm).Select(word => word.Key)]);

    public static bool IsTerm(Word word) =>
        word.Role is WordRole.Content && word.Key.Length > 2 | word.Name | word.Key[0] > 0x2E80 && !Everywhere.Contains(word.Key);

    public static double Overlap(IReadOnlySet<string> terms, IReadOnlySet<string> others)
    {
        if (terms.Count == 0 || others.Count == 0)
        {
            return 0;
        }

        var shared = terms.Count(others.Contains);
        return (double)shared / Math.Min(terms.Count, others.Count);
    }
}
