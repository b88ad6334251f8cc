using System.Globalization;
using System.Text;
using BlogCreator.Api.Evidence;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <param name="Citations">Which passage each mark <c>[^1]</c> of the Markdown means.</param>
/// <param name="Dropped">How many written sentences the check did not let through.</param>
public sealed record AssembledPost(
    string Title,
    string Summary,
    string Markdown,
    IReadOnlyList<string> Tags,
    IReadOnlyDictionary<int, SourcePassage> Citations,
    int Dropped);

/// <summary>Puts the sections together, checks them, and leaves out what the sources do not bear.</summary>
public static class AssemblePost
{
    private const int LongestSummary = 300;

    public static AssembledPost Run(BriefDetails brief, PostPlan plan, IReadOnlyList<WrittenSection> written, Understanding understanding, IReadOnlyList<SourceDocument> documents)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(written);
        ArgumentNullException.ThrowIfNull(understanding);
        ArgumentNullException.ThrowIfNull(documents);
        var titles = understanding.Documents.ToDictionary(document => document.Id, document => document.Title);
        var judged = written.SelectMany(section => section.Blocks).SelectMany(block => block.Sentences).Where(sentence => sentence.Judged)
            .SelectMany(sentence => sentence.Passages.Select(id => (id, Key: SentenceKey.Of(sentence.Text))))
            .ToLookup(pair => pair.id, pair => pair.Key);
        var passages = documents
            .SelectMany(document => document.Passages)
            .DistinctBy(passage => passage.Id)
            .ToDictionary(passage => passage.Id, passage => passage with { DocumentTitle = titles.GetValueOrDefault(passage.DocumentId), Judged = judged[passage.Id].ToList() is { Count: > 0 } keys ? keys : null });
        var sections = written.OrderBy(section => section.Index).Select(section => section with { Blocks = [.. section.Blocks] }).ToList();
        var before = Count(sections);
        var labels = Labels.For(plan.Language);
        var post = new Text(passages, labels).Write(sections);
        // A sentence that goes takes those that lean on it along, so the check is asked again until it has no objection.
        for (var round = 0; round < 6; round++)
        {
            var failing = CheckPost.Run(post.Markdown, post.Citations)
                .Where(claim => claim.Verdict is not (Verdict.Supported or Verdict.NotNeeded))
                .Select(claim => post.SentenceAt(claim.Start) is { } sentence && !(sentence.KeptInPart && claim.Verdict is Verdict.Partly) ? sentence : null)
                .OfType<WrittenSentence>()
                .ToHashSet(ReferenceEqualityComparer.Instance);
            if (failing.Count == 0)
            {
                break;
            }

            sections = Without(sections, failing);
            post = new Text(passages, labels).Write(sections);
        }

        return new AssembledPost(
            plan.Title,
            plan.Summary ?? Summary(sections, plan),
            post.Markdown,
            Tags(plan, understanding),
            post.Citations,
            before - Count(sections));
    }

    private static int Count(List<WrittenSection> sections) => sections.Sum(section => section.Blocks.Sum(block => block.Sentences.Count));

    private static List<WrittenSection> Without(List<WrittenSection> sections, HashSet<object?> failing)
    {
        var kept = new List<WrittenSection>();
        foreach (var section in sections)
        {
            var blocks = new List<WrittenBlock>();
            foreach (var block in section.Blocks)
            {
                var sentences = new List<WrittenSentence>();
                var broken = false;
                foreach (var sentence in block.Sentences)
                {
                    broken = failing.Contains(sentence) || (broken && sentence.LeansOnPrevious);
                    if (!broken)
                    {
                        sentences.Add(sentence);
                    }
                }

                if (sentences.Count > 0)
                {
                    blocks.Add(block with { Sentences = sentences });
                }
            }

            if (blocks.Count > 0)
            {
                kept.Add(section with { Blocks = blocks });
            }
        }

        return kept;
    }

    private static string Summary(List<WrittenSection> sections, PostPlan plan)
    {
        var sentences = sections.Where(section => section.Part is SectionPart.Lead)
            .Concat(sections.Where(section => section.Part is not SectionPart.Lead))
            .SelectMany(section => section.Blocks)
            .Where(block => block.Kind is not BlockKind.Quote)
            .SelectMany(block => block.Sentences)
            .ToList();
        var lead = sections.FirstOrDefault(section => section.Part is SectionPart.Lead)?.Blocks.Sum(block => block.Sentences.Count) ?? 0;
        // Where the lead ends with an outcome, that tells more than the second half of its way in.
        var second = lead > 2 && !sentences[lead - 1].LeansOnPrevious ? lead - 1 : 1;
        var summary = "";
        foreach (var sentence in sentences.Where((_, at) => at == 0 || at == second).Select(sentence => CleanSentence.OneLine(sentence.Text)))
        {
            if (summary.Length > 0 && summary.Length + sentence.Length > LongestSummary)
            {
                break;
            }

            summary = (summary + " " + sentence).Trim();
        }

        if (summary.Length > LongestSummary)
        {
            var cut = summary.LastIndexOf(' ', LongestSummary - 1);
            summary = summary[..(cut > 0 ? cut : LongestSummary - 1)].TrimEnd(',', ';', ':', '.') + "…";
        }

        return summary.Length > 0 ? summary : plan.Title;
    }

    private static List<string> Tags(PostPlan plan, Understanding understanding)
    {
        var asked = plan.TopicCovered && plan.Topic is not null ? Terms.Of(plan.Topic).ToHashSet(StringComparer.Ordinal) : [];
        var titles = understanding.Documents.SelectMany(document => Terms.Of(document.Title)).ToHashSet(StringComparer.Ordinal);
        var ranked = understanding.KeyPhrases
            .Where(phrase => phrase.Text.Length <= 40 && FindKeyPhrases.ReadsWell(phrase.Text) && !FindKeyPhrases.IsMeasure(phrase))
            .Select(phrase => (Phrase: phrase, Score: phrase.Weight * (phrase.Terms.Any(asked.Contains) ? 2 : 1) * (phrase.Terms.All(titles.Contains) ? 2 : phrase.Terms.Any(titles.Contains) ? 1.3 : 1)))
            .OrderByDescending(tag => tag.Score)
            .ToList();
        // A single word is a poor tag unless the title has it; what comes far behind the best says little about the post. Two there are in any case.
        var telling = ranked.Where(tag => tag.Phrase.Text.Contains(' ', StringComparison.Ordinal) || tag.Phrase.Terms.Any(titles.Contains)).ToList();
        ranked = telling.Count >= 3 ? telling : [.. telling, .. ranked.Except(telling).Take(3 - telling.Count)];
        return [.. ranked
            .Where((tag, index) => index < 2 || tag.Score > 0.25 * ranked[0].Score)
            .Take(5)
            .Select(tag => tag.Phrase.Text.Any(char.IsUpper) ? tag.Phrase.Text : tag.Phrase.Text.ToLowerInvariant())
            .Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The Markdown while it is written, with the sentence that stands at each place.</summary>
    private sealed class Text(Dictionary<Guid, SourcePassage> passages, Labels labels)
    {
        private readonly StringBuilder _markdown = new();
        private readonly Dictionary<Guid, int> _labels = [];
        private readonly List<(int Start, int End, WrittenSentence Sentence)> _places = [];

        public Dictionary<int, SourcePassage> Citations { get; } = [];

        public string Markdown => _markdown.ToString();

        public WrittenSentence? SentenceAt(int offset) => _places.Find(place => offset >= place.Start && offset < place.End).Sentence;

        public Text Write(List<WrittenSection> sections)
        {
            foreach (var section in sections.Where(section => section.Blocks.Count > 0))
            {
                if (section.Heading.Length > 0)
                {
                    _markdown.Append("## ").Append(EscapeMarkdown.Run(section.Heading)).Append("\n\n");
                }

                foreach (var block in section.Blocks)
                {
                    Write(block);
                }
            }

            WriteSources();
            return this;
        }

        private void Write(WrittenBlock block)
        {
            switch (block.Kind)
            {
                case BlockKind.Bullets:
                    foreach (var sentence in block.Sentences)
                    {
                        _markdown.Append("- ");
                        Write(sentence);
                        _markdown.Append('\n');
                    }

                    _markdown.Append('\n');
                    break;
                case BlockKind.Quote:
                    foreach (var sentence in block.Sentences)
                    {
                        _markdown.Append("> ").Append(labels.Quotes.Open);
                        Write(sentence, labels.Quotes.Close);
                        _markdown.Append("\n>\n> — ").Append(Attribution(sentence)).Append("\n\n");
                    }

                    break;
                default:
                    for (var i = 0; i < block.Sentences.Count; i++)
                    {
                        _markdown.Append(i == 0 ? "" : " ");
                        Write(block.Sentences[i]);
                    }

                    _markdown.Append("\n\n");
                    break;
            }
        }

        private void Write(WrittenSentence sentence, string closing = "")
        {
            var start = Math.Max(0, _markdown.Length - closing.Length);
            _markdown.Append(EscapeMarkdown.Run(sentence.Text)).Append(closing);
            _places.Add((start, _markdown.Length, sentence));
            foreach (var id in sentence.Passages)
            {
                if (passages.TryGetValue(id, out var passage))
                {
                    _markdown.Append(CultureInfo.InvariantCulture, $"[^{Label(passage)}]");
                }
            }
        }

        private int Label(SourcePassage passage)
        {
            if (!_labels.TryGetValue(passage.Id, out var label))
            {
                _labels[passage.Id] = label = _labels.Count + 1;
                Citations[label] = passage;
            }

            return label;
        }

        private string Attribution(WrittenSentence sentence)
        {
            var passage = passages[sentence.Passages[0]];
            var name = "*" + EscapeMarkdown.Run(Title(passage)) + "*";
            return passage.Page is { } page ? string.Create(CultureInfo.InvariantCulture, $"{name}, {labels.Page} {page}") : name;
        }

        private static string Title(SourcePassage passage) => passage.DocumentTitle is { Length: > 0 } title ? title : passage.DocumentName;

        private void WriteSources()
        {
            if (Citations.Count == 0)
            {
                return;
            }

            _markdown.Append("## ").Append(labels.Sources).Append("\n\n");
            foreach (var document in Citations.OrderBy(citation => citation.Key).GroupBy(citation => citation.Value.DocumentId))
            {
                var pages = document.Select(citation => citation.Value.Page).OfType<int>().Distinct().Order().ToArray();
                var first = document.First().Value;
                var title = Title(first);
                _markdown.Append("- ").Append(EscapeMarkdown.Run(title));
                if (!string.Equals(title, first.DocumentName, StringComparison.OrdinalIgnoreCase))
                {
                    _markdown.Append(" (").Append(EscapeMarkdown.Run(first.DocumentName)).Append(')');
                }

                if (pages.Length > 0)
                {
                    _markdown.Append(", ").Append(pages.Length == 1 ? labels.Page : labels.Pages).Append(' ').AppendJoin(", ", pages.Select(page => page.ToString(CultureInfo.InvariantCulture)));
                }

                _markdown.Append('\n');
            }
        }
    }
}
