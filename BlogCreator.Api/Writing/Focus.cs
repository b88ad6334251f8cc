namespace BlogCreator.Api.Writing;

/// <summary>What a post is to be about, where that is less than all its documents say.</summary>
internal sealed class Focus
{
    /// <summary>So much of what was asked about a sentence must speak of.</summary>
    private const double Enough = 0.3;

    private readonly List<string> _asked;
    private readonly Dictionary<string, IReadOnlyList<string>> _shortForms;

    /// <param name="terms">What was asked, with the short forms that stand for it, as <see cref="WithShortForms"/> gives it.</param>
    public Focus(IEnumerable<string> terms, Understanding understanding)
    {
        var all = terms.Distinct(StringComparer.Ordinal).ToList();
        _shortForms = understanding.ShortForms.Where(form => all.Contains(form.Key) && form.Value.All(all.Contains)).ToDictionary(StringComparer.Ordinal);
        _asked = [.. all.Where(term => !_shortForms.ContainsKey(term))];
    }

    public bool IsNarrow => _asked.Count > 0;

    /// <summary>"Green leaf volatiles" are spoken of as GLVs in most of a document.</summary>
    public static List<string> WithShortForms(List<string> asked, Understanding understanding) =>
        [.. asked, .. understanding.ShortForms.Where(form => !asked.Contains(form.Key) && form.Value.All(asked.Contains)).Select(form => form.Key)];

    /// <summary>How much of what was asked these terms name.</summary>
    public double Share(IReadOnlySet<string> terms)
    {
        if (_asked.Count == 0)
        {
            return 1;
        }

        var meant = _shortForms.Where(form => terms.Contains(form.Key)).SelectMany(form => form.Value).ToHashSet(StringComparer.Ordinal);
        return (double)_asked.Count(term => meant.Contains(term) || Names(terms, term)) / _asked.Count;
    }

    public bool Bears(IReadOnlySet<string> terms, bool atAll = false) => Share(terms) is var share && (atAll ? share > 0 : share >= Enough);

    /// <summary>The same stem, its other form ("saving", "saves"), or a compound that holds it.</summary>
    private static bool Names(IReadOnlySet<string> terms, string asked) =>
        terms.Contains(asked)
        || (asked.Length >= 3 && (terms.Contains(asked + "e") || (asked[^1] is 'e' && terms.Contains(asked[..^1]))))
        || (asked.Length >= 6 && terms.Any(term => term.Length > asked.Length && term.Contains(asked, StringComparison.Ordinal)));
}
