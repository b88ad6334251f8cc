using System.Globalization;
using System.Text;
using System.Text.Json;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing.Models;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>
/// Lets the model propose title, summary and sections over the passages that our own plan found. What it proposes is
/// checked: a section without passages that exist, or a heading with figures or names of its own, is not taken; when too
/// little is left, our plan stays.
/// </summary>
internal static class ProposeOutline
{
    private const int MostOfPassage = 420;
    private const int MostOfPassages = 26_000;
    private const int LongestTitle = 120;
    private const double KnownWords = 0.5;
    private static readonly System.Buffers.SearchValues<char> Markup = System.Buffers.SearchValues.Create("<>[]{}|`");

    public static async Task<PostPlan> Run(BriefDetails brief, PostPlan plan, RetrievedPassages retrieved, Understanding understanding, IReadOnlyList<SourceDocument> documents, ModelSession session, CancellationToken cancel)
    {
        var body = plan.Sections.Where(section => section.Part is SectionPart.Body).ToList();
        if (session.IsGone || body.Count == 0 || !plan.TopicCovered)
        {
            return plan;
        }

        var usable = understanding.Documents.SelectMany(document => document.Sections).SelectMany(section => section.Passages).Select(passage => passage.Id).ToHashSet();
        var known = documents.SelectMany(document => document.Passages).DistinctBy(passage => passage.Id).ToDictionary(passage => passage.Id);
        var offered = plan.Sections.Zip(retrieved.Sections)
            .Where(pair => pair.First.Part is SectionPart.Body)
            .SelectMany(pair => pair.Second.Passages.Take(8))
            .Concat(plan.Sections.Zip(retrieved.Sections).Where(pair => pair.First.Part is SectionPart.Lead).SelectMany(pair => pair.Second.Passages.Take(12)))
            .Select(ranked => ranked.PassageId)
            .Where(usable.Contains)
            .Distinct()
            .Select(id => known[id])
            .OrderBy(passage => documents.ToList().FindIndex(document => document.Id == passage.DocumentId)).ThenBy(passage => passage.Order)
            .ToList();
        var blocks = PassageBlocks.Of(offered, MostOfPassage, MostOfPassages);
        var prompt = Prompt.Fill(
            "outline",
            ("language", PostLanguage.Name(plan.Language)),
            ("count", brief.Length switch { PostLength.Short => "2 to 3", PostLength.Medium => "3 to 5", _ => "5 to 8" }),
            ("topic", plan.Topic ?? "nothing in particular: what the documents speak of most"),
            ("audience", brief.Audience ?? "curious people who do not know the subject"),
            ("tone", brief.Tone ?? "plain and calm"),
            ("instructions", brief.Instructions ?? "none"),
            ("outline", plan.Title + "\n" + string.Join('\n', body.Select(section => "- " + section.Heading))),
            ("passages", blocks.Text));
        try
        {
            var answer = await session.Ask(new ModelRequest(Prompt.Fill("rules", ("mark", blocks.Mark)), prompt, 1200, Json: true), null, cancel);
            return Read(answer) is { } proposed ? Take(proposed, plan, body, blocks, brief, offered) : plan;
        }
        catch (ModelFailedException failed)
        {
            await session.GiveUp(failed.Failure, cancel);
            return plan;
        }
    }

    /// <summary>The first JSON object of the answer that has sections, whatever stands around it.</summary>
    private static Proposed? Read(string answer)
    {
        for (var start = answer.IndexOf('{', StringComparison.Ordinal); start >= 0; start = answer.IndexOf('{', start + 1))
        {
            for (var end = answer.LastIndexOf('}'); end > start; end = answer.LastIndexOf('}', end - 1))
            {
                try
                {
                    using var json = JsonDocument.Parse(answer.AsMemory(start, end - start + 1), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16 });
                    if (json.RootElement.TryGetProperty("sections", out var sections) && sections.ValueKind is JsonValueKind.Array)
                    {
                        return new Proposed(
                            Text(json.RootElement, "title"),
                            Text(json.RootElement, "summary"),
                            [.. sections.EnumerateArray().Take(12).Select(section => section.ValueKind is JsonValueKind.Object ? new ProposedSection(Text(section, "heading"), Ids(section)) : new ProposedSection("", []))]);
                    }
                }
                catch (JsonException)
                {
                    // Not from here to there.
                }

                if (answer.Length > 20_000)
                {
                    break;
                }
            }

            if (start > 4000)
            {
                break;
            }
        }

        return null;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() ?? "" : "";

    private static List<int> Ids(JsonElement section) =>
        section.TryGetProperty("passages", out var ids) && ids.ValueKind is JsonValueKind.Array
            ? [.. ids.EnumerateArray().Select(id => int.TryParse(id.ToString().Trim('p', 'P', '[', ']', ' '), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).Where(number => number > 0)]
            : [];

    private static PostPlan Take(Proposed proposed, PostPlan plan, List<PlannedSection> body, PassageBlocks blocks, BriefDetails brief, List<SourcePassage> offered)
    {
        var words = offered.SelectMany(passage => ReadWords.Run(passage.Text + " " + passage.Heading + " " + passage.DocumentName))
            .Concat(ReadWords.Run(brief.Topic + " " + brief.Instructions))
            .SelectMany(word => new[] { word.Key, word.OtherKey })
            .ToHashSet(StringComparer.Ordinal);
        var sections = new List<PlannedSection>();
        var taken = new HashSet<Guid>();
        var headings = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var section in proposed.Sections)
        {
            var passages = section.Passages.Select(blocks.Find).OfType<SourcePassage>().Select(passage => passage.Id).Where(taken.Add).ToList();
            if (passages.Count > 0 && Heading(section.Heading, words) is { } heading && headings.Add(heading))
            {
                var about = Terms.Of(heading).Concat(passages.SelectMany(id => Terms.Of(offered.First(passage => passage.Id == id).Text)).GroupBy(term => term).OrderByDescending(term => term.Count()).ThenBy(term => term.Key, StringComparer.Ordinal).Select(term => term.Key).Take(12));
                sections.Add(new PlannedSection(heading, SectionPart.Body, [.. about.Distinct(StringComparer.Ordinal)], passages, 0, false));
            }
        }

        if (sections.Count < Math.Min(2, body.Count))
        {
            return plan;
        }

        sections = [.. sections.Take(10)];
        var total = sections.Sum(section => Math.Sqrt(section.Passages.Count));
        var room = body.Sum(section => section.Words);
        // Where our plan saw the best quotation; a model may find one anywhere.
        var quoted = Math.Max(0, sections.FindIndex(section => section.Passages.Intersect(body.Where(own => own.Quote).SelectMany(own => own.Passages)).Any()));
        return plan with
        {
            Title = Heading(proposed.Title, words) ?? plan.Title,
            Summary = Summary(proposed.Summary, blocks),
            Sections =
            [
                .. plan.Sections.Where(section => section.Part is not SectionPart.Body),
                .. sections.Select((section, index) => section with { Words = (int)Math.Round(room * Math.Sqrt(section.Passages.Count) / total), Quote = index == quoted }),
            ],
        };
    }

    /// <summary>A heading claims nothing that the check would see, so its words are held to those of the documents.</summary>
    private static string? Heading(string proposed, HashSet<string> words)
    {
        var heading = CleanSentence.OneLine(proposed).Trim('#', '*', ' ', '"', '“', '”').TrimEnd('.', ':');
        if (heading.Length is < 3 or > LongestTitle || heading.Contains("://", StringComparison.Ordinal) || heading.AsSpan().ContainsAny(Markup))
        {
            return null;
        }

        var own = ReadWords.Run(heading).Where(word => word.Weighs).ToList();
        return own.Exists(word => word.Role is WordRole.Figure && !words.Contains(word.Key))
            || own.Count(word => words.Contains(word.Key)) < KnownWords * own.Count
                ? null
                : heading;
    }

    /// <summary>Readers see the summary in lists and searches, so each sentence of it passes the check or it is not taken.</summary>
    private static string? Summary(string proposed, PassageBlocks blocks)
    {
        var sentences = ReadModelText.Line(proposed, blocks).Take(3).ToList();
        var summary = new StringBuilder();
        foreach (var sentence in sentences)
        {
            if (!CheckSentences.Run(sentence, blocks.Passages).Holds || summary.Length + sentence.Text.Length > 300)
            {
                return null;
            }

            summary.Append(summary.Length > 0 ? " " : "").Append(sentence.Text);
        }

        return summary.Length > 0 ? summary.ToString() : null;
    }

    private sealed record Proposed(string Title, string Summary, List<ProposedSection> Sections);

    private sealed record ProposedSection(string Heading, List<int> Passages);
}
