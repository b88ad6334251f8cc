using BlogCreator.Api.Documents.Readers;
using BlogCreator.Api.Evidence;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>Reads the documents of a brief: which sentences can be shown, what they are about, what part each section plays.</summary>
public static class UnderstandSources
{
    /// <summary>A long stretch under one heading is divided, so that each part can become a section of its own.</summary>
    private const int LongestSection = 9;

    /// <summary>Sentences of a part where no heading divides a text.</summary>
    private const int LongestUnnamed = 14;

    public static Understanding Run(BriefDetails brief, IReadOnlyList<SourceDocument> documents, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(documents);
        var repeated = RepeatedSentences(documents);
        var counts = CountTerms(documents);
        var titles = documents.Select(document => (document.Id, Title: TitleOf(document))).ToDictionary(pair => pair.Id, pair => pair.Title);
        var titleTerms = titles.Values.SelectMany(Terms.Of).Concat(Terms.Of(brief.Topic ?? "")).ToHashSet(StringComparer.Ordinal);
        var weights = Weigh(counts, titleTerms);
        var understood = new List<UnderstoodDocument>();
        foreach (var document in documents)
        {
            cancel.ThrowIfCancellationRequested();
            understood.Add(Understand(document, titles[document.Id], weights, repeated, alone: documents.Count == 1));
        }

        var texts = understood.SelectMany(document => document.Sections).SelectMany(section => section.Passages).SelectMany(passage => passage.Sentences).Select(sentence => sentence.Text).ToList();
        var phrases = WithFullNames(FindKeyPhrases.Run(texts, term => weights.GetValueOrDefault(term, 0.05), texts.Count > 80 ? 4 : texts.Count > 45 ? 3 : 2, 24), documents);
        return new Understanding(LanguageOf(documents, texts), understood, weights, phrases) { ShortForms = ShortForms(documents) };
    }

    private static Dictionary<string, IReadOnlyList<string>> ShortForms(IReadOnlyList<SourceDocument> documents)
    {
        var forms = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (form, name) in documents.SelectMany(ReadAcronyms.Of))
        {
            if (Terms.Of(form) is [var key] && Terms.Of(name.Name) is { Count: > 1 } terms)
            {
                forms.TryAdd(key, terms);
            }
        }

        return forms;
    }

    /// <summary>"GLV" says nothing to a reader who has not read the document; "green leaf volatiles" does.</summary>
    private static List<KeyPhrase> WithFullNames(List<KeyPhrase> phrases, IReadOnlyList<SourceDocument> documents)
    {
        if (!phrases.Exists(phrase => IsShortForm(phrase.Text)))
        {
            return phrases;
        }

        var names = ReadAcronyms.Run(documents.SelectMany(document => document.Passages).Where(passage => passage.Kind is "prose" or "list").Select(passage => CleanSentence.OneLine(passage.Text)));
        return
        [
            .. phrases
                .Select(phrase => IsShortForm(phrase.Text) && names.TryGetValue(ReadAcronyms.Singular(phrase.Text), out var name) ? new KeyPhrase(InSentence(name), [.. Terms.Of(name)], phrase.Weight) : phrase)
                .DistinctBy(phrase => phrase.Text, StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>"Green leaf volatiles" opened a sentence where it was found; "Dow Jones" is a name.</summary>
    private static string InSentence(string name) =>
        name.Contains(' ', StringComparison.Ordinal) && char.IsUpper(name[0]) && name.Skip(1).All(c => !char.IsUpper(c)) ? char.ToLowerInvariant(name[0]) + name[1..] : name;

    private static bool IsShortForm(string phrase) => phrase.Length is >= 2 and <= 8 && !phrase.Contains(' ', StringComparison.Ordinal) && phrase.Skip(1).Any(char.IsUpper);

    private static UnderstoodDocument Understand(SourceDocument document, string title, Dictionary<string, double> weights, HashSet<string> repeated, bool alone)
    {
        var passages = document.Passages.OrderBy(passage => passage.Order).ToList();
        var common = CommonRoot(passages);
        var paper = IsPaper(passages);
        var sections = new List<UnderstoodSection>();
        var position = 0;
        var inherited = SectionRole.Other;
        var afterDiscussion = false;
        foreach (var group in Sections(passages))
        {
            var path = ReadHeading.Path(group[0].Heading);
            if (common is not null && path.Length > 0 && string.Equals(path[0], common, StringComparison.Ordinal))
            {
                path = path[1..];
            }

            // Readers of flat formats lose the level of "Results"; the parts under it still belong to it.
            var own = ReadHeading.Role(path);
            // A part with a name of its own behind the introduction is a result: a bare "Results" above it leaves no passage.
            if (own is SectionRole.Other && inherited is SectionRole.Introduction or SectionRole.Abstract && path.Length > 0)
            {
                inherited = SectionRole.Result;
            }

            var role = own is SectionRole.Other && paper ? inherited : own;
            inherited = role;
            if (ReadHeading.IsBoilerplate(path))
            {
                position += group.Count;
                continue;
            }

            var usable = new List<UnderstoodPassage>();
            var procedures = 0;
            foreach (var passage in group)
            {
                if (passage.Kind is "prose" or "list" or "quote")
                {
                    var sentences = Usable(passage, paper, weights, repeated, title, out var done);
                    procedures += done;
                    // In a post about several papers nobody knows who "the authors" are.
                    if (!alone && paper)
                    {
                        sentences.RemoveAll(sentence => sentence.Text.Contains("he authors", StringComparison.Ordinal));
                    }

                    if (sentences.Count > 0)
                    {
                        usable.Add(new UnderstoodPassage(passage.Id, passage.Order, sentences));
                    }
                }
            }

            // Parts of the methods often carry no more than their own names; they are known by how they speak.
            afterDiscussion |= own is SectionRole.Discussion;
            var count = usable.Sum(passage => passage.Sentences.Count);
            if (paper && own is SectionRole.Other && procedures > (afterDiscussion ? 0.15 : 0.5) * Math.Max(1, count))
            {
                role = SectionRole.Method;
                // Behind the discussion the methods run on to the next part that has a name of its own.
                inherited = afterDiscussion ? role : inherited;
            }

            usable = [.. usable.Select(passage => passage with { Sentences = [.. passage.Sentences.Select(sentence => sentence with { Weight = Math.Round(sentence.Weight * RoleFactor(role), 4), Quotable = Math.Round(sentence.Quotable * QuoteFactor(role), 4) })] })];
            var heading = path.Length == 0 ? "" : ReadHeading.Telling(path[^1]) is { Length: > 0 } telling ? telling : ReadHeading.Kept(path[^1]);
            if (string.Equals(heading, title, StringComparison.OrdinalIgnoreCase))
            {
                heading = "";
            }

            if (heading.Length == 0 && own is SectionRole.Other && path.Length > 0)
            {
                heading = ReadHeading.Shortened(path[^1]);
            }

            foreach (var part in Divide(usable, unnamed: heading.Length == 0 && role is SectionRole.Other))
            {
                sections.Add(new UnderstoodSection(heading, role, (double)position / Math.Max(1, passages.Count), part));
                position += part.Count;
            }

            position += group.Count - usable.Count;
        }

        return new UnderstoodDocument(document.Id, document.Name, title, paper, sections);
    }

    private static IEnumerable<IReadOnlyList<UnderstoodPassage>> Divide(List<UnderstoodPassage> passages, bool unnamed)
    {
        if (passages.Count == 0)
        {
            yield break;
        }

        var sentences = passages.Sum(passage => passage.Sentences.Count);
        var parts = Math.Max(
            (passages.Count + LongestSection - 1) / LongestSection,
            unnamed ? Math.Min(passages.Count / 2, (sentences + LongestUnnamed - 1) / LongestUnnamed) : 1);
        var size = (passages.Count + parts - 1) / parts;
        for (var i = 0; i < passages.Count; i += size)
        {
            yield return passages.GetRange(i, Math.Min(size, passages.Count - i));
        }
    }

    private static IEnumerable<List<SourcePassage>> Sections(List<SourcePassage> passages)
    {
        var group = new List<SourcePassage>();
        foreach (var passage in passages)
        {
            if (group.Count > 0 && !string.Equals(group[0].Heading, passage.Heading, StringComparison.Ordinal))
            {
                yield return group;
                group = [];
            }

            group.Add(passage);
        }

        if (group.Count > 0)
        {
            yield return group;
        }
    }

    private static List<UsableSentence> Usable(SourcePassage passage, bool paper, Dictionary<string, double> weights, HashSet<string> repeated, string title, out int procedures)
    {
        var usable = new List<UsableSentence>();
        var number = 0;
        procedures = 0;
        var condition = false;
        foreach (var span in SplitSentences.Of(passage))
        {
            var raw = span.Of(passage.Text);
            if (!repeated.Contains(Key(raw)) && !string.Equals(CleanSentence.OneLine(raw).TrimEnd('.'), title, StringComparison.OrdinalIgnoreCase)
                && JudgeSentence.Run(raw, paper) is { } judged)
            {
                var weight = WeightOf(judged.Text, weights) * (judged.Finding ? 1.35 : 1) * (number == 0 ? 1.12 : 1);
                procedures += judged.Procedure ? 1 : 0;
                // "Switch it off" means the case that the sentence before it names; nothing is said before the first words of a document.
                var standsAlone = (judged.StandsAlone && !(condition && JudgeSentence.IsRequest(judged.Text)))
                    || (passage.Order == 0 && number == 0 && judged.Text.StartsWith("The ", StringComparison.Ordinal));
                condition = StatesCase(judged.Text) || (condition && !standsAlone);
                usable.Add(new UsableSentence(passage.Id, number, judged.Text, standsAlone, judged.Verbatim, Math.Round(judged.Polish, 3), Math.Round(weight, 4), Math.Round(judged.Point, 3), Math.Round(judged.Quotable, 3)));
            }

            number++;
        }

        return usable;
    }

    /// <summary>"If the display shows E7, the fan is blocked" names a case for the request that follows.</summary>
    private static bool StatesCase(string text) =>
        (text.StartsWith("If ", StringComparison.Ordinal) || text.StartsWith("When ", StringComparison.Ordinal) || text.StartsWith("Wenn ", StringComparison.Ordinal) || text.StartsWith("Falls ", StringComparison.Ordinal))
        && text.IndexOf(',', StringComparison.Ordinal) is > 0 and var comma
        && !JudgeSentence.IsRequest(text[(comma + 1)..].TrimStart());

    private static double WeightOf(string text, Dictionary<string, double> weights)
    {
        var terms = Terms.Of(text).Distinct().ToList();
        return terms.Count == 0 ? 0 : Math.Min(1.5, terms.Sum(term => weights.GetValueOrDefault(term)) / Math.Pow(Math.Max(terms.Count, 5), 0.8));
    }

    private static double RoleFactor(SectionRole role) => role switch
    {
        SectionRole.Abstract => 1.4,
        SectionRole.Conclusion => 1.3,
        SectionRole.Discussion => 1.15,
        SectionRole.Method => 0.3,
        _ => 1,
    };

    private static double QuoteFactor(SectionRole role) => role switch
    {
        SectionRole.Abstract or SectionRole.Discussion or SectionRole.Conclusion => 1.5,
        SectionRole.Introduction => 0.8,
        SectionRole.Result => 0.5,
        SectionRole.Method => 0,
        _ => 1,
    };

    private static Dictionary<string, int> CountTerms(IReadOnlyList<SourceDocument> documents)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var passage in documents.SelectMany(document => document.Passages))
        {
            if (passage.Kind is "toc" or "references" or "note" || ReadHeading.IsBoilerplate(ReadHeading.Path(passage.Heading)))
            {
                continue;
            }

            foreach (var term in Terms.Of(passage.Text))
            {
                counts[term] = counts.GetValueOrDefault(term) + 1;
            }
        }

        return counts;
    }

    private static Dictionary<string, double> Weigh(Dictionary<string, int> counts, HashSet<string> titleTerms)
    {
        var most = Math.Log(1 + Math.Max(2, counts.Values.DefaultIfEmpty(0).Max()));
        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (term, count) in counts)
        {
            if (count < 2 && !titleTerms.Contains(term))
            {
                continue;
            }

            weights[term] = Math.Round(Math.Min(1, Math.Log(1 + count) / most * (titleTerms.Contains(term) ? 1.5 : 1)), 4);
        }

        return weights;
    }

    /// <summary>What stands on many pages word for word is a running header or a legal notice.</summary>
    private static HashSet<string> RepeatedSentences(IReadOnlyList<SourceDocument> documents)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var passage in documents.SelectMany(document => document.Passages))
        {
            foreach (var span in SplitSentences.Of(passage))
            {
                var key = Key(span.Of(passage.Text));
                seen[key] = seen.GetValueOrDefault(key) + 1;
            }
        }

        return [.. seen.Where(pair => pair.Value >= 3).Select(pair => pair.Key)];
    }

    private static string Key(string raw) => CleanSentence.OneLine(raw).ToLowerInvariant();

    private static string? CommonRoot(List<SourcePassage> passages)
    {
        var roots = passages.Select(passage => ReadHeading.Path(passage.Heading)).Where(path => path.Length > 0).Select(path => path[0]).Distinct(StringComparer.Ordinal).Take(2).ToList();
        return roots.Count == 1 && passages.Exists(passage => ReadHeading.Path(passage.Heading).Length > 1) ? roots[0] : null;
    }

    private static bool IsPaper(List<SourcePassage> passages)
    {
        var roles = passages.Select(passage => ReadHeading.Role(ReadHeading.Path(passage.Heading))).Distinct().ToList();
        var scholarly = roles.Count(role => role is SectionRole.Abstract or SectionRole.Introduction or SectionRole.Method or SectionRole.Result or SectionRole.Discussion);
        var cited = passages.Count(passage => passage.Text.Contains("et al", StringComparison.Ordinal));
        return scholarly >= 3 || (scholarly >= 2 && cited >= 2) || cited >= 6;
    }

    private static string TitleOf(SourceDocument document)
    {
        if (document.Title is { } title && ReadHeading.Title(title) is { Length: > 0 } telling)
        {
            return telling;
        }

        var root = document.Passages.OrderBy(passage => passage.Order).Select(passage => ReadHeading.Path(passage.Heading)).FirstOrDefault(path => path.Length > 0);
        if (root is not null && CommonRoot([.. document.Passages]) is { } common && ReadHeading.Title(common) is { Length: > 0 } heading)
        {
            return heading;
        }

        if (FirstLine(document) is { } line && ReadHeading.Title(line) is { Length: > 0 } opening)
        {
            return opening;
        }

        var name = Path.GetFileNameWithoutExtension(CleanSentence.OneLine(document.Name)).Replace('_', ' ').Replace('-', ' ');
        name = string.Join(' ', name.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return name.Length == 0 ? document.Name : char.ToUpperInvariant(name[0]) + name[1..];
    }

    /// <summary>A plain text often opens with its title: one line of some words that ends with no stop.</summary>
    private static string? FirstLine(SourceDocument document)
    {
        if (document.Passages.MinBy(passage => passage.Order) is not { Kind: "prose", Heading.Length: 0 } first)
        {
            return null;
        }

        var line = first.Text.Split('\n')[0].Trim();
        return line.Length is > 10 and < 120 && char.IsUpper(line[0]) && char.IsLetterOrDigit(line[^1]) && line.AsSpan().Count(' ') is >= 2 and <= 16 ? line : null;
    }

    private static string LanguageOf(IReadOnlyList<SourceDocument> documents, List<string> texts)
    {
        var stated = documents.Select(document => document.Language).Where(language => language is { Length: >= 2 }).Select(language => language![..2].ToLowerInvariant()).GroupBy(language => language).MaxBy(group => group.Count())?.Key;
        if (stated is not null)
        {
            return stated;
        }

        return GuessLanguage.Of(texts.Take(60)) ?? "en";
    }
}
