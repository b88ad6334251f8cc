using System.Globalization;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

public enum SectionPart
{
    Lead,
    KeyPoints,
    Body,
}

/// <summary>What a post will say, in which order.</summary>
/// <param name="Topic">What the person asked about; null when nothing was asked.</param>
/// <param name="TopicCovered">Whether the documents speak of it. When not, the post says so.</param>
/// <param name="Summary">Checked sentences; null to take the first of the post.</param>
public sealed record PostPlan(string Title, string? Topic, bool TopicCovered, string Language, int Words, IReadOnlyList<PlannedSection> Sections, string? Summary = null);

/// <param name="Heading">Empty for the lead.</param>
/// <param name="About">Stems that say what it is about.</param>
/// <param name="Passages">Where its sentences come from first.</param>
/// <param name="Quote">Whether a quotation is to stand in it.</param>
public sealed record PlannedSection(string Heading, SectionPart Part, IReadOnlyList<string> About, IReadOnlyList<Guid> Passages, int Words, bool Quote);

/// <summary>Plans a post: its title, and sections by theme across the documents.</summary>
public static class PlanPost
{
    private const double SameTheme = 0.24;
    private const int MostInTheme = 4;

    private static readonly string[] Articles = ["the", "a", "an", "of", "no", "each", "every", "its", "their", "der", "die", "das", "den", "dem", "ein", "eine", "einen", "le", "la", "les", "el", "los", "las", "il", "lo", "gli", "de", "het", "een", "o", "os", "as"];

    public static PostPlan Run(BriefDetails brief, Understanding understanding)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(understanding);
        var topic = ReadTopic.Run(brief.Topic);
        var asked = topic is null ? [] : Terms.Of(topic).Distinct(StringComparer.Ordinal).ToList();
        var units = Units(understanding);
        var covered = topic is null || asked.Count == 0 || IsCovered(asked, units);
        // Asked for what a document is about as a whole, all of it is on the topic: nothing is left out as beside the point.
        var whole = understanding.Documents.Any(document => Terms.Of(document.Title).ToHashSet(StringComparer.Ordinal) is var title && asked.TrueForAll(title.Contains));
        var focus = covered && asked.Count > 0 && !whole ? Focus.WithShortForms(asked, understanding) : [];
        var narrow = new Focus(focus, understanding);
        var words = brief.Length switch { PostLength.Short => 350, PostLength.Medium => 700, _ => 1300 };
        var themes = Choose(Themes(units, narrow), brief.Length, focus);
        var keyPoints = brief.Length switch { PostLength.Short => 3, PostLength.Medium => 4, _ => 5 };
        var bodyWords = Math.Max(120, words - 60 - keyPoints * 22 - 30);
        var total = themes.Sum(theme => Math.Sqrt(theme.Score));
        var quoteIn = themes.Select((theme, index) => (index, Score: theme.BestQuote * (focus.Count > 0 ? theme.Score : 1))).Where(quote => quote.Score > 0).OrderByDescending(quote => quote.Score).Select(quote => quote.index).DefaultIfEmpty(-1).First();
        var labels = Labels.For(understanding.Language);
        var sections = new List<PlannedSection>
        {
            new("", SectionPart.Lead, focus, [.. themes.SelectMany(theme => theme.Passages)], 60, Quote: false),
            new(labels.KeyPoints, SectionPart.KeyPoints, focus, [.. themes.SelectMany(theme => theme.Passages)], keyPoints * 22, Quote: false),
        };
        var headings = Headings(themes, understanding, focus);
        for (var i = 0; i < themes.Count; i++)
        {
            sections.Add(new PlannedSection(
                headings[i],
                SectionPart.Body,
                [.. focus.Concat(themes[i].TopTerms(12)).Distinct(StringComparer.Ordinal)],
                themes[i].Passages,
                (int)Math.Round(bodyWords * Math.Sqrt(themes[i].Score) / Math.Max(total, 0.001)),
                i == quoteIn));
        }

        return new PostPlan(Title(topic, covered, understanding, labels), topic, covered, understanding.Language, words, sections);
    }

    private static List<Theme> Units(Understanding understanding)
    {
        var units = new List<Theme>();
        for (var d = 0; d < understanding.Documents.Count; d++)
        {
            foreach (var section in understanding.Documents[d].Sections)
            {
                if (section.Passages.SelectMany(passage => passage.Sentences).Any(sentence => sentence.StandsAlone))
                {
                    units.Add(new Theme(d, understanding.Documents[d].Paper, section, understanding.TermWeights));
                }
            }
        }

        return units;
    }

    /// <summary>Half of what was asked about must be there, and some of it close together.</summary>
    private static bool IsCovered(List<string> asked, List<Theme> units)
    {
        var sentences = units.SelectMany(unit => unit.Sentences).Select(sentence => Terms.Of(sentence.Text).ToHashSet(StringComparer.Ordinal)).ToList();
        var known = asked.Where(term => sentences.Exists(terms => Has(terms, term))).ToList();
        if (known.Count * 2 < asked.Count)
        {
            return false;
        }

        var together = Math.Max(1, Math.Min(2, known.Count));
        return sentences.Exists(terms => known.Count(term => Has(terms, term)) >= together)
            || units.Exists(unit => known.TrueForAll(unit.Terms.ContainsKey));
    }

    private static bool Has(HashSet<string> terms, string asked) =>
        terms.Contains(asked) || (asked.Length >= 6 && terms.Any(term => term.Length > asked.Length && term.Contains(asked, StringComparison.Ordinal)));

    /// <summary>Joins sections of different documents that speak of the same.</summary>
    private static List<Theme> Themes(List<Theme> units, Focus focus)
    {
        foreach (var unit in units)
        {
            unit.Rate(focus);
        }

        // Documents of one field share words everywhere; only what is much nearer than the rest speaks of the same.
        var usual = UsualLikeness(units);
        var themes = new List<Theme>();
        foreach (var unit in units.OrderByDescending(unit => unit.Score))
        {
            var near = themes
                .Where(theme => theme.Sections.Count < MostInTheme && !theme.Documents.Contains(unit.Document))
                .Select(theme => (theme, Likeness: theme.Likeness(unit)))
                .Where(pair => pair.Likeness >= Math.Max(SameTheme, 1.6 * usual) * pair.theme.Distance(unit))
                .OrderByDescending(pair => pair.Likeness)
                .Select(pair => pair.theme)
                .FirstOrDefault();
            if (near is null)
            {
                themes.Add(unit);
            }
            else
            {
                near.Join(unit);
            }
        }

        return themes;
    }

    private static double UsualLikeness(List<Theme> units)
    {
        var some = units.Take(60).ToList();
        var found = new List<double>();
        for (var i = 0; i < some.Count; i++)
        {
            for (var j = i + 1; j < some.Count; j++)
            {
                if (some[i].Document != some[j].Document)
                {
                    found.Add(some[i].Likeness(some[j]));
                }
            }
        }

        return found.Count > 3 ? found.Order().ElementAt(found.Count / 2) : 0;
    }

    private static List<Theme> Choose(List<Theme> themes, PostLength length, List<string> focus)
    {
        var most = length switch { PostLength.Short => 3, PostLength.Medium => 5, _ => 8 };
        var ranked = themes.OrderByDescending(theme => theme.Score).ToList();
        if (focus.Count > 0)
        {
            var best = ranked.Count > 0 ? ranked[0].Score : 0;
            ranked = [.. ranked.Where((theme, index) => index == 0 || theme.Score > 0.3 * best)];
        }

        // How it was done in detail is told only where there is little else.
        var told = ranked.Where(theme => theme.Sections.Exists(section => section.Role is not SectionRole.Method)).ToList();
        ranked = told.Count >= 3 || told.Sum(theme => theme.Sentences.Count) >= 25 ? told : ranked;
        // What an abstract says is said by the lead and the key points.
        var body = ranked.Where(theme => theme.Sections.Exists(section => section.Role is not SectionRole.Abstract)).ToList();
        ranked = WithoutTwins(body.Count >= 2 ? body : ranked, most);
        var chosen = ranked.Take(most).ToList();
        // A reader of a research article needs its introduction more than its fifth finding.
        if (focus.Count == 0)
        {
            foreach (var introduction in ranked.Where(theme => theme.Paper && theme.Sections[0].Role is SectionRole.Introduction).DistinctBy(theme => theme.Document))
            {
                if (!chosen.Exists(theme => theme.Document == introduction.Document && theme.Sections[0].Role is SectionRole.Introduction))
                {
                    if (chosen.Count >= most)
                    {
                        chosen.RemoveAt(chosen.Count - 1);
                    }

                    chosen.Insert(0, introduction);
                }
            }
        }

        // Every document of the brief has a word, where it has anything to say.
        if (focus.Count == 0)
        {
            foreach (var document in themes.Select(theme => theme.Document).Distinct())
            {
                if (!chosen.Exists(theme => theme.Documents.Contains(document)) && ranked.Find(theme => theme.Documents.Contains(document)) is { } missing)
                {
                    if (chosen.Count >= most && chosen.FindLast(theme => theme.Documents.All(own => chosen.Count(other => other.Documents.Contains(own)) > 1)) is { } spare)
                    {
                        chosen.Remove(spare);
                    }

                    chosen.Add(missing);
                }
            }
        }

        var shared = chosen.Exists(theme => theme.Documents.Count > 1);
        return shared
            ? [.. chosen.OrderBy(theme => theme.Position)]
            : [.. chosen.OrderBy(theme => theme.Document).ThenBy(theme => theme.Position)];
    }

    /// <summary>Parts of one long section that would carry the same heading become one again, as far as they are among the best.</summary>
    private static List<Theme> WithoutTwins(List<Theme> ranked, int most)
    {
        var apart = new List<Theme>();
        var parts = 0;
        foreach (var theme in ranked)
        {
            var first = theme.Sections[0];
            var named = first.Heading.Length > 0 || first.Role is not SectionRole.Other;
            var twin = named ? apart.Find(other => other.Document == theme.Document && other.Sections[0].Role == first.Role && string.Equals(other.Sections[0].Heading, first.Heading, StringComparison.OrdinalIgnoreCase)) : null;
            if (twin is null)
            {
                apart.Add(theme);
            }
            else if (parts < most)
            {
                twin.Join(theme);
            }

            parts++;
        }

        return apart;
    }

    private static List<string> Headings(List<Theme> themes, Understanding understanding, List<string> focus)
    {
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var usedTerms = new HashSet<string>(StringComparer.Ordinal);
        var headings = new List<string>();
        var labels = Labels.For(understanding.Language);
        foreach (var theme in themes)
        {
            var own = theme.Sections.Select(section => section.Heading).Where(heading => heading.Length > 0).ToList();
            var heading = own.Where(candidate => !used.Contains(candidate)).MinBy(candidate => candidate.Length)
                ?? labels.HeadingsOf(theme.Sections[0].Role).FirstOrDefault(candidate => !used.Contains(candidate))
                ?? FromPhrases(theme, themes, understanding, usedTerms, used, focus, labels)
                ?? labels.PlainHeadings.FirstOrDefault(candidate => !used.Contains(candidate))
                ?? $"{labels.PlainHeadings[0]} ({(headings.Count + 1).ToString(CultureInfo.InvariantCulture)})";
            used.Add(heading);
            foreach (var term in Terms.Of(heading))
            {
                usedTerms.Add(term);
            }

            headings.Add(heading);
        }

        return headings;
    }

    /// <summary>The one noun phrase that this theme says more of than the others do, if there is a good one.</summary>
    private static string? FromPhrases(Theme theme, List<Theme> all, Understanding understanding, HashSet<string> usedTerms, HashSet<string> used, List<string> focus, Labels labels)
    {
        var phrases = FindKeyPhrases.Run(
            theme.Sentences.Select(sentence => sentence.Text),
            term =>
            {
                var spread = all.Count(other => other.Terms.ContainsKey(term));
                var rare = Math.Log(1 + (double)all.Count / Math.Max(1, spread)) + 0.2;
                return rare * (0.2 + understanding.TermWeights.GetValueOrDefault(term)) * (usedTerms.Contains(term) ? 0.15 : 1) * (focus.Contains(term) ? 0.7 : 1);
            },
            2,
            12);
        var text = string.Join(' ', theme.Sentences.Select(sentence => sentence.Text));
        var telling = phrases.Where(phrase => FindKeyPhrases.ReadsWell(phrase.Text) && !FindKeyPhrases.IsMeasure(phrase)).ToList();
        // Failing a phrase of several words, the two things that it speaks of most.
        var things = telling.Where(phrase => phrase.Terms.Count == 1 && IsThing(phrase.Text, text)).Take(2).Select(phrase => phrase.Text).ToList();
        return telling.Where(phrase => phrase.Terms.Count > 1).Select(phrase => phrase.Text)
            .Append(things.Count == 2 ? string.Join(labels.And, things) : things.FirstOrDefault() ?? "")
            .Where(phrase => phrase.Length > 0)
            .Select(phrase => char.IsLower(phrase[0]) && !(phrase.Length > 1 && char.IsUpper(phrase[1])) ? char.ToUpperInvariant(phrase[0]) + phrase[1..] : phrase)
            .FirstOrDefault(phrase => !used.Contains(phrase));
    }

    /// <summary>A word that stands behind an article or "of" names a thing; a verb does not.</summary>
    private static bool IsThing(string word, string text) =>
        word.Length >= 4 && Articles.Any(article => text.Contains($" {article} {word} ", StringComparison.OrdinalIgnoreCase) || text.Contains($" {article} {word},", StringComparison.OrdinalIgnoreCase) || text.Contains($" {article} {word}.", StringComparison.OrdinalIgnoreCase));

    private static string Title(string? topic, bool covered, Understanding understanding, Labels labels)
    {
        if (topic is not null && covered)
        {
            return char.ToUpperInvariant(topic[0]) + topic[1..];
        }

        if (understanding.Documents.Count == 1)
        {
            return understanding.Documents[0].Title;
        }

        // What all of them speak of names the post; failing that, their titles.
        var shared = understanding.KeyPhrases
            .Where(phrase => understanding.Documents.Count(document => document.Sections.SelectMany(section => section.Passages).SelectMany(passage => passage.Sentences)
                .Any(sentence => sentence.Text.Contains(phrase.Text, StringComparison.OrdinalIgnoreCase))) * 2 > understanding.Documents.Count)
            .Take(2)
            .Select(phrase => phrase.Text)
            .ToList();
        if (shared.Count > 0)
        {
            var names = string.Join(labels.And, shared);
            return $"{char.ToUpperInvariant(names[0])}{names[1..]}: {labels.WhatDocumentsSay(understanding.Documents.Count)}";
        }

        return string.Join(labels.And, understanding.Documents.Take(2).Select(document => ReadHeading.Shortened(document.Title) is { Length: > 0 } brief ? brief : document.Title));
    }

    /// <summary>One or more sections about the same.</summary>
    private sealed class Theme
    {
        private readonly IReadOnlyDictionary<string, double> _weights;
        private double _positions;

        public Theme(int document, bool paper, UnderstoodSection section, IReadOnlyDictionary<string, double> weights)
        {
            _weights = weights;
            Document = document;
            Paper = paper;
            Documents = [document];
            Sections = [section];
            Sentences = [.. section.Passages.SelectMany(passage => passage.Sentences)];
            _positions = section.Position;
            foreach (var term in Sentences.SelectMany(sentence => Writing.Terms.Of(sentence.Text)).Concat(Writing.Terms.Of(section.Heading)))
            {
                Terms[term] = Terms.GetValueOrDefault(term) + 1;
            }
        }

        public int Document { get; }

        public bool Paper { get; }

        public HashSet<int> Documents { get; }

        public List<UnderstoodSection> Sections { get; }

        public List<UsableSentence> Sentences { get; }

        public Dictionary<string, int> Terms { get; } = new(StringComparer.Ordinal);

        public double Score { get; private set; }

        public double Position => _positions / Sections.Count;

        public IReadOnlyList<Guid> Passages => [.. Sections.SelectMany(section => section.Passages).Select(passage => passage.Id)];

        public double BestQuote => Sentences.Where(sentence => PickQuote.Fits(sentence, PickQuote.Least(Paper))).Select(PickQuote.Worth).DefaultIfEmpty(0).Max();

        public void Rate(Focus focus)
        {
            var best = Sentences.Where(sentence => sentence.StandsAlone)
                .Select(sentence => sentence.Weight * (0.3 + sentence.Polish) * Relevance(sentence, focus))
                .OrderDescending().Take(6).ToList();
            var enough = Math.Min(1, Sentences.Count / 5.0);
            Score = best.Sum() * enough + 0.0001;
            if (focus.IsNarrow && Sections.Exists(section => focus.Share(Writing.Terms.Of(section.Heading).ToHashSet(StringComparer.Ordinal)) > 0))
            {
                Score *= 1.6;
            }
        }

        private static double Relevance(UsableSentence sentence, Focus focus)
        {
            if (!focus.IsNarrow)
            {
                return 1;
            }

            var share = focus.Share(Writing.Terms.Of(sentence.Text).ToHashSet(StringComparer.Ordinal));
            return 0.06 + share * Math.Sqrt(share);
        }

        public double Likeness(Theme other)
        {
            double product = 0, own = 0, others = 0;
            foreach (var (term, count) in Terms)
            {
                var weight = Math.Log(1 + count) * _weights.GetValueOrDefault(term);
                own += weight * weight;
                if (other.Terms.TryGetValue(term, out var otherCount))
                {
                    product += weight * Math.Log(1 + otherCount) * _weights.GetValueOrDefault(term);
                }
            }

            foreach (var (term, count) in other.Terms)
            {
                var weight = Math.Log(1 + count) * _weights.GetValueOrDefault(term);
                others += weight * weight;
            }

            return own * others > 0 ? product / Math.Sqrt(own * others) : 0;
        }

        /// <summary>What carries headings that have nothing in common must be the nearer in what it says.</summary>
        public double Distance(Theme other)
        {
            var own = Writing.Terms.Of(Sections[0].Heading);
            var theirs = Writing.Terms.Of(other.Sections[0].Heading);
            return own.Any(theirs.Contains) ? 1 : own.Count > 0 && theirs.Count > 0 ? 1.2 : own.Count + theirs.Count > 0 ? 1.4 : 1;
        }

        public void Join(Theme other)
        {
            Documents.UnionWith(other.Documents);
            Sections.AddRange(other.Sections);
            Sentences.AddRange(other.Sentences);
            _positions += other._positions;
            Score += 0.8 * other.Score;
            foreach (var (term, count) in other.Terms)
            {
                Terms[term] = Terms.GetValueOrDefault(term) + count;
            }
        }

        public IEnumerable<string> TopTerms(int take) =>
            Terms.OrderByDescending(term => Math.Log(1 + term.Value) * _weights.GetValueOrDefault(term.Key)).ThenBy(term => term.Key, StringComparer.Ordinal).Take(take).Select(term => term.Key);
    }
}
