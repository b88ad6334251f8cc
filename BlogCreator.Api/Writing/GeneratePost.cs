using System.Diagnostics.Metrics;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Operations;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Posts;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>
/// The job that turns a brief into a post: read, understand, plan, retrieve, write, check, assemble. The result of each
/// step is stored with its events in one transaction, so that whoever comes after a crash goes on at the step that was
/// lost and no event is told twice. What the sources say (read, understand) follows from the stored passages and is
/// worked out again instead of being stored a second time.
/// </summary>
internal sealed partial class GeneratePost(
    BlogDb db,
    ChooseWriter writers,
    GenerationSignal signal,
    LiveText live,
    StopWhenAsked stops,
    TimeProvider clock,
    ILogger<GeneratePost> logger) : IJobHandler
{
    public static readonly IReadOnlyList<string> Steps = ["read", "understand", "plan", "retrieve", "write", "check", "assemble"];

    /// <summary>The part that is stored when a person has looked at the outline; not told as a step.</summary>
    public const string OutlineStep = "outline";

    internal static readonly Counter<long> Ended = Telemetry.Meter.CreateCounter<long>("blog_generations_total", description: "Generations that ended, by how");

    private static readonly Histogram<double> Duration = Telemetry.Meter.CreateHistogram(
        "blog_generation_duration_seconds",
        description: "From a generation's begin to its post, with what somebody else's restart took",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800] });

    public static string Kind => "writing.generate";

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        var generation = await db.Generations.SingleOrDefaultAsync(generation => generation.Id == lease.Subject, cancel);
        if (generation is null || generation.IsOver)
        {
            return;
        }

        var run = new WritingRun(db, lease, generation, signal, clock, await db.GenerationSteps.Where(step => step.GenerationId == generation.Id).ToDictionaryAsync(step => step.Name, cancel));
        var status = await stops.Run(run, token => Write(run, generation, token), cancel);
        if (status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled)
        {
            Ended.Add(1, new KeyValuePair<string, object?>("status", Word(status)));
            if (status is GenerationStatus.Completed && generation is { StartedAt: { } began, FinishedAt: { } ended, ReviewOutline: false })
            {
                // Not where a person was asked in between: they may have taken days.
                Duration.Record((ended - began).TotalSeconds);
            }

            LogEnded(logger, generation.Id, status);
        }
    }

    public async Task GiveUp(Guid subject, string error, CancellationToken cancel)
    {
        await using var transaction = await db.BeginAlone(subject, cancel);
        var generation = await db.Generations.SingleOrDefaultAsync(generation => generation.Id == subject, cancel);
        if (generation is null || generation.IsOver)
        {
            return;
        }

        generation.Fail("interrupted", "Writing broke off several times and was given up. Your documents are safe: start it again, perhaps with fewer of them.", clock.GetUtcNow());
        await GenerationLog.Add(db, subject, "failed", new { code = generation.ErrorCode, error = generation.Error }, clock.GetUtcNow(), cancel);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        signal.Notify(subject);
        Ended.Add(1, new KeyValuePair<string, object?>("status", "failed"));
    }

    public Task<bool> TakeUpAgain(Guid subject, CancellationToken cancel) => ResumeGeneration.AfterGivingUp(subject, db, writers, clock.GetUtcNow(), cancel);

    private async Task Write(WritingRun run, Generation generation, CancellationToken cancel)
    {
        await run.StopIfAsked(cancel);
        var brief = generation.Brief;
        if (generation.Status != GenerationStatus.Running)
        {
            await run.Store(async () =>
            {
                generation.Begin(clock.GetUtcNow());
                await run.Tell("status", new { status = GenerationStatus.Running }, cancel);
            }, cancel);
        }

        if (await GatherSources.Run(run, db, clock, cancel) is not { } sources)
        {
            return;
        }

        var (writer, model) = await writers.For(run, cancel);
        Understanding? worked = null;
        Understanding Understood() => worked ??= UnderstandSources.Run(brief, sources, cancel);
        if (model is null && NoteLimits.WhyNothing(Understood()) is var (reason, why))
        {
            await run.Store(async () =>
            {
                generation.Fail(reason, why, clock.GetUtcNow());
                await run.Tell("failed", new { code = reason, error = why }, cancel);
            }, cancel);
            return;
        }

        await run.Step("understand", "Finding out what the documents speak about", () => Task.FromResult(Understood().KeyPhrases.Take(5).Select(phrase => phrase.Text).ToList()), phrases => phrases.Count > 0 ? "About " + string.Join(", ", phrases) : "Read", async _ =>
        {
            foreach (var (code, text) in model is null ? NoteLimits.Run(brief, Understood()) : PostLanguage.Objection(brief.Language, Understood().Language) is { } objection ? [("language", objection)] : [])
            {
                await run.Tell("notice", new { code, text }, cancel);
            }
        }, cancel);

        var plan = await run.Step(
            "plan",
            "Choosing title and sections",
            async () =>
            {
                var own = PlanPost.Run(brief, Understood());
                return model is null ? own : await ProposeOutline.Run(brief, own, RetrievePassages.Run(brief, own, Understood()), Understood(), sources, model, cancel);
            },
            plan => Count(plan.Sections.Count(section => section.Part == SectionPart.Body), "section"),
            async plan =>
            {
                generation.Plan(Outline(plan, null));
                await run.Tell("outline", generation.Outline!, cancel);
            },
            cancel);

        var retrieved = await run.Step(
            "retrieve",
            "Finding the passages for each section",
            () => Task.FromResult(ApplyOutline.KeepPlanned(plan, RetrievePassages.Run(brief, plan, Understood()), Understood())),
            found => Count(found.Sections.SelectMany(section => section.Passages).DistinctBy(passage => passage.PassageId).Count(), "passage"),
            async found =>
            {
                generation.Plan(Outline(plan, found));
                await run.Tell("outline", generation.Outline!, cancel);
            },
            cancel);

        if (generation.ReviewOutline && !run.IsDone(OutlineStep))
        {
            // The person may take days: nobody waits, the answer is a job of its own.
            if (generation.WaitingFor is null)
            {
                await run.Store(async () =>
                {
                    // Who asked to stop a moment ago was told that somebody at work sees it: from here on nobody is.
                    await run.StopIfAsked(cancel);
                    generation.WaitFor(OutlineStep);
                    await run.Tell("waiting", new { @for = OutlineStep }, cancel);
                }, cancel);
            }

            return;
        }

        if (run.Result<EditOutlineRequest>(OutlineStep) is { } edited)
        {
            (plan, retrieved) = ApplyOutline.Run(brief, plan, retrieved, edited, Understood());
        }

        var sections = await WriteSections(run, writer, brief, plan, retrieved, Understood, sources, cancel);
        IReadOnlyList<ClaimDetails>? verdicts = null;
        IReadOnlyList<ClaimDetails> Checked(AssembledPost post) => verdicts ??= CheckPost.Run(post.Markdown, post.Citations);
        var assembled = await run.Step(
            "check",
            "Checking every sentence against its passage",
            () => Task.FromResult(AssemblePost.Run(brief, plan, sections, Understood(), sources)),
            post => Say(CheckPost.Summarise(Checked(post))),
            async post =>
            {
                foreach (var claim in Checked(post).Where(claim => claim.Verdict != Verdict.NotNeeded))
                {
                    await run.Tell("verdict", new { claim.Sentence, claim.Kind, claim.Verdict }, cancel);
                }
            },
            cancel);

        await run.StopIfAsked(cancel);
        await run.Begin("assemble", "Putting the post together", cancel);
        await run.Store(async () =>
        {
            var text = new VersionText(assembled.Title, assembled.Summary, assembled.Markdown, assembled.Tags);
            var (post, version) = await CreatePost.Add(db, generation.OwnerId, generation.Id, text, assembled.Citations, clock.GetUtcNow(), cancel);
            generation.Complete(post.Id, clock.GetUtcNow());
            await run.End("assemble", "{}", "A draft to read and publish", cancel);
            await run.Tell("completed", new { postId = post.Id, version.Supported, version.Checked }, cancel);
        }, cancel);
    }

    private async Task<IReadOnlyList<WrittenSection>> WriteSections(
        WritingRun run,
        IPostWriter writer,
        BriefDetails brief,
        PostPlan plan,
        RetrievedPassages retrieved,
        Func<Understanding> understood,
        IReadOnlyList<SourceDocument> sources,
        CancellationToken cancel)
    {
        await run.Begin("write", "Writing", cancel);
        var sections = new List<WrittenSection>();
        for (var index = 0; index < plan.Sections.Count; index++)
        {
            await run.StopIfAsked(cancel);
            var number = index;
            sections.Add(await run.Part(
                $"write/{number}",
                () => writer.WriteSection(new SectionTask(brief, plan, number, retrieved.Sections[number].Passages, understood(), sources, [.. sections]), cancel),
                async section =>
                {
                    await run.Tell("section", VerdictsOf(section, sources), cancel);
                    if (section.Blocks.Count == 0 && section.Part is SectionPart.Body)
                    {
                        await run.Tell("notice", new { code = "section-left-out", text = LeftOut(section, retrieved.Sections[number]) }, cancel);
                    }
                },
                cancel));
            live.Clear(run.Generation.Id);
        }

        await run.Store(() => run.End("write", "{}", Count(sections.Count(section => section.Part == SectionPart.Body && section.Blocks.Count > 0), "section"), cancel), cancel);
        return sections;
    }

    private static string LeftOut(WrittenSection section, RetrievedSection retrieved) => retrieved.Passages.Count == 0
        ? $"Your documents say nothing about “{section.Heading}”, so that section is left out."
        : $"What your documents say about “{section.Heading}” stands in the post already, so that section is left out.";

    /// <summary>A finished section as it is shown, each sentence with what the check says of it by itself.</summary>
    private static ShownSection VerdictsOf(WrittenSection section, IReadOnlyList<SourceDocument> sources)
    {
        var passages = sources.SelectMany(source => source.Passages).DistinctBy(passage => passage.Id).ToDictionary(passage => passage.Id);
        return ShowSection.Run(section.Index, section.Heading, [
            .. section.Blocks.Select(block => new ShownBlock(block.Kind, [
                .. block.Sentences.Select(sentence =>
                {
                    var verdict = CheckWritten.Run(sentence, block.Kind, passages);
                    return new ShownSentence(sentence.Text, verdict?.Verdict, verdict?.Note);
                }),
            ])),
        ]);
    }

    /// <summary>The sections under headings of their own; lead and key points are part of every post.</summary>
    internal static OutlineDetails Outline(PostPlan plan, RetrievedPassages? retrieved) => new(
        plan.Title,
        [
            .. plan.Sections
                .Select((section, index) => (section, Passages: retrieved?.Sections[index].Passages.Count ?? 0))
                .Where(row => row.section.Part == SectionPart.Body)
                .Select((row, source) => new OutlineSection(row.section.Heading, row.Passages, source)),
        ]);

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";

    private static string Say(CheckSummary check) => $"{check.Supported} of {check.Checked} statements supported";

    private static string Word(GenerationStatus status) => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());

    [LoggerMessage(Level = LogLevel.Information, Message = "Ended generation {GenerationId} as {Status}")]
    private static partial void LogEnded(ILogger logger, Guid generationId, GenerationStatus status);
}
