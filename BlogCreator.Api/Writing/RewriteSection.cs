using System.Globalization;
using System.Text.RegularExpressions;
using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>
/// The job that writes one section of a post anew. Its result is a proposal; the passages it rests on become citations of
/// the post, under labels of their own, so that the text can be put in as it is.
/// </summary>
internal sealed partial class RewriteSection(BlogDb db, ChooseWriter writers, GenerationSignal signal, StopWhenAsked stops, TimeProvider clock) : IJobHandler
{
    public static readonly IReadOnlyList<string> Steps = ["read", "retrieve", "write", "check"];

    private const int MostPassages = 14;

    public static string Kind => "writing.rewrite";

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        var generation = await db.Generations.SingleOrDefaultAsync(generation => generation.Id == lease.Subject, cancel);
        if (generation is null || generation.IsOver)
        {
            return;
        }

        var run = new WritingRun(db, lease, generation, signal, clock, await db.GenerationSteps.Where(step => step.GenerationId == generation.Id).ToDictionaryAsync(step => step.Name, cancel));
        await stops.Run(run, token => Write(run, generation, token), cancel);
    }

    public async Task GiveUp(Guid subject, string error, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(subject, cancel);
        var generation = await db.Generations.SingleOrDefaultAsync(generation => generation.Id == subject, cancel);
        if (generation is null || generation.IsOver)
        {
            return;
        }

        generation.Fail("interrupted", "Writing the section anew broke off several times. Your post is as it was.", clock.GetUtcNow());
        await GenerationLog.Add(db, subject, "failed", new { code = generation.ErrorCode, error = generation.Error }, clock.GetUtcNow(), cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signal.Notify(subject);
    }

    public Task<bool> TakeUpAgain(Guid subject, CancellationToken cancel) => ResumeGeneration.AfterGivingUp(subject, db, writers, clock.GetUtcNow(), cancel);

    private async Task Write(WritingRun run, Generation generation, CancellationToken cancel)
    {
        await run.StopIfAsked(cancel);
        if (generation.Status != GenerationStatus.Running)
        {
            await run.Store(async () =>
            {
                generation.Begin(clock.GetUtcNow());
                await run.Tell("status", new { status = GenerationStatus.Running }, cancel);
            }, cancel);
        }

        var rewrite = generation.Rewrite!;
        var version = await db.PostVersions.AsNoTracking().SingleOrDefaultAsync(version => version.PostId == rewrite.PostId && version.Number == rewrite.Version, cancel);
        if (version is null || PostSections.Of(version.Markdown) is not { } sections || rewrite.Section >= sections.Count)
        {
            await Fail(run, "post-gone", "The post was removed, or its text is another by now.", cancel);
            return;
        }

        if (await GatherSources.Run(run, db, clock, cancel) is not { } sources)
        {
            return;
        }

        var citations = await DescribePost.Citations(db, rewrite.PostId, cancel);
        var brief = generation.Brief;
        var understanding = UnderstandSources.Run(brief, sources, cancel);
        var section = sections[rewrite.Section];
        var (plan, passages) = await run.Step(
            "retrieve",
            "Finding passages for this section",
            () => Task.FromResult(Plan(brief, version, section, citations, understanding)),
            found => found.Passages.Count == 1 ? "1 passage" : $"{found.Passages.Count} passages",
            null,
            cancel);
        var (writer, model) = await writers.For(run, cancel);
        var written = await run.Step(
            "write",
            "Writing the section anew",
            async () =>
            {
                // Without a model, what the section says now counts as said too, so that other sentences are tried first.
                var others = Said(string.Concat(sections.Where(other => other != section).Select(other => other.Markdown)));
                WrittenSection[][] before = model is null ? [[Said(version.Markdown)], [others], []] : [[others], []];
                WrittenSection? anew = null;
                foreach (var said in before)
                {
                    anew = await writer.WriteSection(new SectionTask(brief, plan, 0, passages, understanding, sources, said), cancel);
                    if (anew.Blocks.Count > 0)
                    {
                        break;
                    }
                }

                return anew!;
            },
            anew => anew.Blocks.Count > 0 ? "Written" : "Nothing fitting was found",
            anew => run.Tell("section", ShowSection.Run(rewrite.Section, anew.Heading, [.. anew.Blocks.Select(block => new ShownBlock(block.Kind, [.. block.Sentences.Select(sentence => new ShownSentence(sentence.Text, null))]))]), cancel),
            cancel);

        await run.StopIfAsked(cancel);
        await run.Begin("check", "Checking every sentence against its passage", cancel);
        var assembled = AssemblePost.Run(brief, plan, [written], understanding, sources);
        if (assembled.Citations.Count == 0)
        {
            await Fail(run, "nothing-found", "Your documents hold nothing else that fits here. The section stays as it is.", cancel);
            return;
        }

        await run.Store(async () =>
        {
            // Labels are counted on from the last: two sections of a post may be written anew at once.
            await db.AlsoAloneWith(rewrite.PostId.ToString(), cancel);
            var labels = await Cite(rewrite.PostId, assembled.Citations, cancel);
            var claims = CheckPost.Run(assembled.Markdown, assembled.Citations);
            foreach (var claim in claims.Where(claim => claim.Verdict != Verdict.NotNeeded))
            {
                await run.Tell("verdict", new { claim.Sentence, claim.Kind, claim.Verdict }, cancel);
            }

            var check = CheckPost.Summarise(claims);
            generation.Propose(new ProposalDetails(rewrite.Section, WithLabels(WithoutSources(assembled.Markdown), labels)), clock.GetUtcNow());
            await run.End("check", "{}", $"{check.Supported} of {check.Checked} statements supported", cancel);
            await run.Tell("completed", new { postId = rewrite.PostId, check.Supported, check.Checked }, cancel);
        }, cancel);
    }

    private async Task Fail(WritingRun run, string code, string error, CancellationToken cancel) => await run.Store(async () =>
    {
        run.Generation.Fail(code, error, clock.GetUtcNow());
        await run.Tell("failed", new { code, error }, cancel);
    }, cancel);

    /// <summary>A plan of one section: what it cites now first, then what else the documents say about it.</summary>
    private static SectionPlan Plan(BriefDetails brief, PostVersion version, PostSection section, IReadOnlyDictionary<int, SourcePassage> citations, Understanding understanding)
    {
        var everywhere = understanding.Documents.SelectMany(document => document.Sections).SelectMany(part => part.Passages).Select(passage => passage.Id).ToList();
        var cited = Marks().Matches(section.Markdown)
            .Select(mark => citations.GetValueOrDefault(int.Parse(mark.Groups["label"].ValueSpan, CultureInfo.InvariantCulture))?.Id)
            .OfType<Guid>()
            .Intersect(everywhere)
            .ToList();
        var prose = Markdig.Markdown.ToPlainText(section.Markdown, PostMarkdown.Pipeline);
        var about = Terms.Of(section.Heading).Concat(Terms.Of(prose).GroupBy(term => term).OrderByDescending(term => term.Count()).ThenBy(term => term.Key, StringComparer.Ordinal).Select(term => term.Key).Take(12)).Distinct(StringComparer.Ordinal).ToList();
        var words = Math.Clamp(prose.AsSpan().Count(' ') + 1, 60, 350);
        var part = section.Heading.Length == 0 ? SectionPart.Lead : section.Markdown.Contains("\n- ", StringComparison.Ordinal) && cited.Count > 1 && !section.Markdown.Contains("\n\n", StringComparison.Ordinal) ? SectionPart.KeyPoints : SectionPart.Body;
        // All passages take part in the search, as they do for what stands under no heading of its own.
        var search = new PostPlan(version.Title, ReadTopic.Run(brief.Topic), true, understanding.Language, words, [new PlannedSection(section.Heading, SectionPart.KeyPoints, about, everywhere, words, Quote: false)]);
        var found = RetrievePassages.Run(brief, search, understanding).Sections[0].Passages;
        IReadOnlyList<RankedPassage> passages = [.. cited.Select(id => new RankedPassage(id, 1)), .. found.Where(passage => !cited.Contains(passage.PassageId)).Take(Math.Max(4, MostPassages - cited.Count))];
        return new SectionPlan(search with { Sections = [search.Sections[0] with { Part = part }] }, passages);
    }

    /// <summary>Text of the post as the writers know it, to be left alone.</summary>
    private static WrittenSection Said(string markdown) => new(
        0,
        "",
        SectionPart.Body,
        [new WrittenBlock(BlockKind.Paragraph, [.. CheckPost.Run(markdown, new Dictionary<int, SourcePassage>()).Select(claim => new WrittenSentence(claim.Sentence, [], LeansOnPrevious: false))])]);

    /// <summary>The labels of these passages in the post; new ones come after all that were ever given.</summary>
    private async Task<Dictionary<int, int>> Cite(Guid postId, IReadOnlyDictionary<int, SourcePassage> citations, CancellationToken cancel)
    {
        var known = await db.PostCitations.Where(citation => citation.PostId == postId).ToListAsync(cancel);
        var next = known.Select(citation => citation.Label).DefaultIfEmpty(0).Max();
        var labels = new Dictionary<int, int>();
        foreach (var (label, passage) in citations)
        {
            if (known.Find(citation => citation.Passage.Id == passage.Id && citation.Passage.Text == passage.Text) is { } same)
            {
                labels[label] = same.Label;
                same.Judge(passage.Judged);
                continue;
            }

            labels[label] = ++next;
            db.PostCitations.Add(new PostCitation { PostId = postId, Label = next, Passage = passage });
        }

        return labels;
    }

    private static string WithLabels(string markdown, Dictionary<int, int> labels) => Marks().Replace(markdown, mark =>
        labels.TryGetValue(int.Parse(mark.Groups["label"].ValueSpan, CultureInfo.InvariantCulture), out var label) ? string.Create(CultureInfo.InvariantCulture, $"[^{label}]") : mark.Value);

    private static string WithoutSources(string markdown)
    {
        var sources = Math.Max(markdown.LastIndexOf("\n## Sources\n", StringComparison.Ordinal), markdown.LastIndexOf("\n## Quellen\n", StringComparison.Ordinal));
        return (sources < 0 ? markdown : markdown[..sources]).Trim() + "\n";
    }

    [GeneratedRegex(@"(?<!\\)\[\^(?<label>\d{1,6})\]", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Marks();

    private sealed record SectionPlan(PostPlan Plan, IReadOnlyList<RankedPassage> Passages);
}
