using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>The passages that each section of a plan may use, best first. Same order as the plan's sections.</summary>
public sealed record RetrievedPassages(IReadOnlyList<RetrievedSection> Sections);

public sealed record RetrievedSection(IReadOnlyList<RankedPassage> Passages);

public sealed record RankedPassage(Guid PassageId, double Score);

/// <summary>
/// Ranks the passages of the brief's documents for each section: BM25, the query widened by terms that occur beside it,
/// then thinned so that no two say the same.
/// </summary>
public static class RetrievePassages
{
    private const double K1 = 1.2;
    private const double B = 0.7;
    private const double Widening = 0.35;
    private const int Feedback = 5;
    private const int WideningTerms = 10;
    private const int MostForSection = 14;
    private const int MostForWhole = 60;
    private const double Novelty = 0.3;
    private const double OpeningScore = 0.35;

    public static RetrievedPassages Run(BriefDetails brief, PostPlan plan, Understanding understanding)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(understanding);
        var index = new Index(understanding.Documents.SelectMany(document => document.Sections).SelectMany(section => section.Passages));
        var owner = new Dictionary<Guid, int>();
        for (var s = 0; s < plan.Sections.Count; s++)
        {
            if (plan.Sections[s].Part is SectionPart.Body)
            {
                foreach (var id in plan.Sections[s].Passages)
                {
                    owner.TryAdd(id, s);
                }
            }
        }

        // Under a heading of its own a passage is about that; below another one it would say something out of place.
        var headed = understanding.Documents.SelectMany(document => document.Sections)
            .Where(section => section.Heading.Length > 0 || section.Role is not SectionRole.Other)
            .SelectMany(section => section.Passages)
            .Select(passage => passage.Id)
            .ToHashSet();
        var sections = new List<RetrievedSection>();
        for (var s = 0; s < plan.Sections.Count; s++)
        {
            var section = plan.Sections[s];
            var whole = section.Part is not SectionPart.Body;
            var query = section.About.Count > 0 ? section.About : [.. understanding.TermWeights.OrderByDescending(term => term.Value).ThenBy(term => term.Key, StringComparer.Ordinal).Take(20).Select(term => term.Key)];
            // Lead and key points stay with what was asked for. A passage belongs to one section; a section may take in what no section owns when it fits well.
            var scores = index.Score(index.Widen(query))
                .Where(found => whole ? section.About.Count == 0 || section.Passages.Contains(found.Key) : (owner.TryGetValue(found.Key, out var other) ? other == s : !headed.Contains(found.Key)))
                .Select(found => (Id: found.Key, Score: found.Value * (owner.ContainsKey(found.Key) ? 1 : 0.4)))
                .ToList();
            var ranked = index.Thin(scores, whole ? MostForWhole : MostForSection);
            if (section.Part is SectionPart.Lead && section.About.Count == 0)
            {
                ranked.AddRange(Openings(understanding).Except(ranked.Select(passage => passage.PassageId)).Select(id => new RankedPassage(id, OpeningScore)));
            }

            sections.Add(new RetrievedSection(ranked));
        }

        return new RetrievedPassages(sections);
    }

    /// <summary>Where a document says what it is about, whether or not it uses the words of the query there.</summary>
    private static IEnumerable<Guid> Openings(Understanding understanding) => understanding.Documents.SelectMany(document =>
    {
        var told = document.Sections.Where(section => section.Role is SectionRole.Abstract or SectionRole.Introduction or SectionRole.Conclusion).ToList();
        return (told.Count > 0 ? told : document.Sections.Take(2)).SelectMany(section => section.Passages.Take(4)).Select(passage => passage.Id);
    });

    private sealed class Index
    {
        private readonly Dictionary<Guid, Dictionary<string, int>> _terms = [];
        private readonly Dictionary<string, int> _spread = new(StringComparer.Ordinal);
        private readonly Dictionary<Guid, int> _lengths = [];
        private readonly double _averageLength;

        public Index(IEnumerable<UnderstoodPassage> passages)
        {
            foreach (var passage in passages)
            {
                var terms = new Dictionary<string, int>(StringComparer.Ordinal);
                foreach (var term in passage.Sentences.SelectMany(sentence => Terms.Of(sentence.Text)))
                {
                    terms[term] = terms.GetValueOrDefault(term) + 1;
                }

                _terms[passage.Id] = terms;
                _lengths[passage.Id] = terms.Values.Sum();
                foreach (var term in terms.Keys)
                {
                    _spread[term] = _spread.GetValueOrDefault(term) + 1;
                }
            }

            _averageLength = _lengths.Count == 0 ? 1 : Math.Max(1, _lengths.Values.Average());
        }

        public Dictionary<Guid, double> Score(IReadOnlyDictionary<string, double> query)
        {
            var scores = new Dictionary<Guid, double>();
            foreach (var (id, terms) in _terms)
            {
                double score = 0;
                foreach (var (term, weight) in query)
                {
                    if (terms.TryGetValue(term, out var count))
                    {
                        score += weight * Rarity(term) * count * (K1 + 1) / (count + K1 * (1 - B + B * _lengths[id] / _averageLength));
                    }
                }

                if (score > 0)
                {
                    scores[id] = score;
                }
            }

            return scores;
        }

        /// <summary>Adds what the best passages for the query speak of besides.</summary>
        public Dictionary<string, double> Widen(IReadOnlyList<string> query)
        {
            var widened = query.Distinct(StringComparer.Ordinal).ToDictionary(term => term, _ => 1.0, StringComparer.Ordinal);
            var best = Score(widened).OrderByDescending(found => found.Value).ThenBy(found => found.Key).Take(Feedback).ToList();
            var total = best.Sum(found => found.Value);
            var beside = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var (id, score) in best)
            {
                foreach (var (term, count) in _terms[id])
                {
                    beside[term] = beside.GetValueOrDefault(term) + score / total * count / Math.Max(1, _lengths[id]) * Rarity(term);
                }
            }

            var most = beside.Values.DefaultIfEmpty(1).Max();
            foreach (var (term, weight) in beside.Where(pair => !widened.ContainsKey(pair.Key)).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(WideningTerms))
            {
                widened[term] = Widening * weight / most;
            }

            return widened;
        }

        /// <summary>Maximal marginal relevance: each next passage must be relevant and unlike those already taken.</summary>
        public List<RankedPassage> Thin(List<(Guid Id, double Score)> scores, int take)
        {
            var chosen = new List<RankedPassage>();
            var rest = scores.OrderByDescending(found => found.Score).ThenBy(found => found.Id).Take(take * 3).ToList();
            var most = rest.Count > 0 ? rest[0].Score : 1;
            var likeness = rest.ToDictionary(found => found.Id, _ => 0.0);
            while (chosen.Count < take && rest.Count > 0)
            {
                var next = rest.MaxBy(found => found.Score / most - Novelty * likeness[found.Id]);
                rest.Remove(next);
                chosen.Add(new RankedPassage(next.Id, Math.Round(next.Score / most, 4)));
                foreach (var (id, _) in rest)
                {
                    likeness[id] = Math.Max(likeness[id], Likeness(_terms[id], _terms[next.Id]));
                }
            }

            return chosen;
        }

        private static double Likeness(Dictionary<string, int> one, Dictionary<string, int> other)
        {
            var shared = one.Keys.Count(other.ContainsKey);
            return shared == 0 ? 0 : (double)shared / Math.Min(one.Count, other.Count);
        }

        private double Rarity(string term) => Math.Log(1 + (_terms.Count - _spread.GetValueOrDefault(term) + 0.5) / (_spread.GetValueOrDefault(term) + 0.5));
    }
}
