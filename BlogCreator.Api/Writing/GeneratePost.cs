using System.Diagnostics.Metrics;
using System.Text.Json;
using BlogCreator.Api.Data;
using BlogCreator.Api.Documents;
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
public sealed partial class GeneratePost(
    BlogDb db,
    IPostWriter writer,
    GenerationSignal signal,
    TimeProvider clock,
    ILogger<GeneratePost> logger) : IJobHandler
{
    public static readonly IReadOnlyList<string> Steps = ["read", "understand", "plan", "retrieve", "write", "check", "assemble"];

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(300);
    private static readonly Counter<long> Ended = CountEnded();

    public static string Kind => "writing.generate";

    public async Task Run(JobLease lease, CancellationToken cancel)
    {
        var generation = await db.Generations.SingleOrDefaultAsync(generation => generation.Id == lease.Subject, cancel);
        if (generation is null || generation.IsOver)
        {
            return;
        }

        var run = new Attempt(db, lease, generation, signal, clock, await db.GenerationSteps.Where(step => step.GenerationId == generation.Id).ToDictionaryAsync(step => step.Name, cancel));
        try
        {
            await Write(run, generation, cancel);
        }
        catch (StoppedByPersonException)
        {
            await run.Store(async () =>
            {
                generation.Cancel(clock.GetUtcNow());
                await run.Tell("cancelled", new { }, cancel);
            }, cancel);
        }

        Ended.Add(1, new KeyValuePair<string, object?>("status", Word(generation.Status)));
        LogEnded(logger, generation.Id, generation.Status);
    }

    public async Task GiveUp(Guid subject, string error, CancellationToken cancel)
    {
        var generation = await db.Generations.SingleOrDefaultAsync(generation => generation.Id == subject, cancel);
        if (generation is null || generation.IsOver)
        {
            return;
        }

        generation.Fail("interrupted", "Writing broke off several times and was given up. Your documents are safe: start it again, perhaps with fewer of them.", clock.GetUtcNow());
        await GenerationLog.Add(db, subject, "failed", new { code = generation.ErrorCode, error = generation.Error }, clock.GetUtcNow(), cancel);
        await db.SaveChangesAsync(cancel);
        signal.Notify(subject);
        Ended.Add(1, new KeyValuePair<string, object?>("status", "failed"));
    }

    private async Task Write(Attempt run, Generation generation, CancellationToken cancel)
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

        if (await ReadSources(run, generation, cancel) is not { } sources)
        {
            return;
        }

        Understanding? worked = null;
        Understanding Understood() => worked ??= UnderstandSources.Run(brief, sources, cancel);
        await run.Step("understand", "Finding out what the documents speak about", () => Task.FromResult(Understood().KeyPhrases.Take(5).Select(phrase => phrase.Text).ToList()), phrases => phrases.Count > 0 ? "About " + string.Join(", ", phrases) : "Read", null, cancel);

        var plan = await run.Step(
            "plan",
            "Choosing title and sections",
            () => Task.FromResult(PlanPost.Run(brief, Understood())),
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
            () => Task.FromResult(RetrievePassages.Run(brief, plan, Understood())),
            found => Count(found.Sections.SelectMany(section => section.Passages).DistinctBy(passage => passage.PassageId).Count(), "passage"),
            async found =>
            {
                generation.Plan(Outline(plan, found));
                await run.Tell("outline", generation.Outline!, cancel);
            },
            cancel);

        var sections = await WriteSections(run, brief, plan, retrieved, Understood, sources, cancel);
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
        Attempt run,
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
                section => run.Tell("section", new { index = number, section.Heading, markdown = Show(section) }, cancel),
                cancel));
        }

        await run.Store(() => run.End("write", "{}", Count(sections.Count(section => section.Part == SectionPart.Body), "section"), cancel), cancel);
        return sections;
    }

    /// <summary>The passages of the brief's documents; null when none can be used, which ends the generation.</summary>
    private async Task<IReadOnlyList<SourceDocument>?> ReadSources(Attempt run, Generation generation, CancellationToken cancel)
    {
        var wanted = generation.Brief.DocumentIds;
        var ownerId = generation.OwnerId;
        var documents = await db.Documents.AsNoTracking()
            .Where(document => document.OwnerId == ownerId && wanted.Contains(document.Id))
            .ToListAsync(cancel);
        var open = documents.Count(document => document.Status is DocumentStatus.Queued or DocumentStatus.Reading);
        await run.Begin("read", open > 0 ? $"Waiting for {open} of {documents.Count} documents to be read" : "Reading the documents", cancel);
        if (open > 0)
        {
            throw new JobNotReadyException(LookAgain);
        }

        var ready = documents.Where(document => document is { Status: DocumentStatus.Ready, PassageCount: > 0 }).Select(document => document.Id).ToList();
        var passages = (await db.Passages.AsNoTracking()
            .Where(passage => ready.Contains(passage.DocumentId))
            .OrderBy(passage => passage.DocumentId).ThenBy(passage => passage.Order)
            .ToListAsync(cancel)).ToLookup(passage => passage.DocumentId);
        // In the order of the brief: it is the person's.
        var sources = wanted
            .Select(id => documents.Find(document => document.Id == id && ready.Contains(id)))
            .OfType<Document>()
            .Select(document => new SourceDocument(
                document.Id,
                document.FileName,
                document.Title,
                document.Language,
                [.. passages[document.Id].Select(passage => new SourcePassage(passage.Id, document.Id, document.FileName, passage.Page, passage.Heading, passage.Kind, passage.Order, passage.Text))]))
            .ToList();
        if (sources.Count == 0)
        {
            await run.Store(async () =>
            {
                var reasons = string.Join(' ', documents.Select(document => $"{document.FileName}: {document.Reason ?? "it holds no text."}").Take(3));
                generation.Fail("no-usable-documents", documents.Count == 0 ? "The documents of this brief were removed. Choose others." : $"None of the documents could be used. {reasons}", clock.GetUtcNow());
                await run.Tell("failed", new { code = generation.ErrorCode, error = generation.Error }, cancel);
            }, cancel);
            return null;
        }

        if (!run.IsDone("read"))
        {
            var left = wanted.Count - sources.Count;
            var count = sources.Sum(source => source.Passages.Count);
            await run.Store(() => run.End("read", "{}", $"{Count(sources.Count, "document")}, {Count(count, "passage")}{(left > 0 ? $"; {left} could not be used" : "")}", cancel), cancel);
        }

        return sources;
    }

    /// <summary>The sections under headings of their own; lead and key points are part of every post.</summary>
    private static OutlineDetails Outline(PostPlan plan, RetrievedPassages? retrieved) => new(
        plan.Title,
        [
            .. plan.Sections
                .Select((section, index) => (section, Passages: retrieved?.Sections[index].Passages.Count ?? 0))
                .Where(row => row.section.Part == SectionPart.Body)
                .Select(row => new OutlineSection(row.section.Heading, row.Passages)),
        ]);

    /// <summary>A section as it is told while the post is being written; marks come when it is put together.</summary>
    private static string Show(WrittenSection section) => string.Join("\n\n", section.Blocks.Select(block => block.Kind switch
    {
        BlockKind.Bullets => string.Join('\n', block.Sentences.Select(sentence => "- " + sentence.Text)),
        BlockKind.Quote => "> " + string.Join(' ', block.Sentences.Select(sentence => sentence.Text)),
        _ => string.Join(' ', block.Sentences.Select(sentence => sentence.Text)),
    }));

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";

    private static string Say(CheckSummary check) => $"{check.Supported} of {check.Checked} statements supported";

    private static string Word(GenerationStatus status) => JsonNamingPolicy.KebabCaseLower.ConvertName(status.ToString());

    private static Counter<long> CountEnded()
    {
        var counter = Telemetry.Meter.CreateCounter<long>("blog_generations_total", description: "Generations that ended, by how.");
        foreach (var status in new[] { "completed", "failed", "cancelled" })
        {
            // So that a rate and an alert exist before the first event.
            counter.Add(0, new KeyValuePair<string, object?>("status", status));
        }

        return counter;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Ended generation {GenerationId} as {Status}")]
    private static partial void LogEnded(ILogger logger, Guid generationId, GenerationStatus status);

    private sealed class StoppedByPersonException : Exception;

    /// <summary>One worker's run through the steps of a generation.</summary>
    private sealed class Attempt(BlogDb db, JobLease lease, Generation generation, GenerationSignal signal, TimeProvider clock, Dictionary<string, GenerationStep> steps)
    {
        public bool IsDone(string step) => steps.TryGetValue(step, out var known) && known.FinishedAt is not null;

        public Task Tell(string type, object data, CancellationToken cancel) => GenerationLog.Add(db, generation.Id, type, data, clock.GetUtcNow(), cancel);

        /// <summary>Stores what <paramref name="change"/> prepares, if this worker still holds the job.</summary>
        public async Task Store(Func<Task> change, CancellationToken cancel)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            await lease.Fence(db, cancel);
            await change();
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            signal.Notify(generation.Id);
        }

        public async Task StopIfAsked(CancellationToken cancel)
        {
            if (await db.Generations.AnyAsync(row => row.Id == generation.Id && row.CancelRequested, cancel))
            {
                throw new StoppedByPersonException();
            }
        }

        public async Task Begin(string name, string detail, CancellationToken cancel)
        {
            if (steps.TryGetValue(name, out var known) && (known.FinishedAt is not null || known.Detail == detail))
            {
                return;
            }

            await Store(async () =>
            {
                if (known is null)
                {
                    known = new GenerationStep { GenerationId = generation.Id, Name = name, StartedAt = clock.GetUtcNow() };
                    db.GenerationSteps.Add(known);
                    steps[name] = known;
                }

                known.Detail = detail;
                await Tell("step", new { name, status = StepStatus.Running, detail }, cancel);
            }, cancel);
        }

        public Task End(string name, string result, string detail, CancellationToken cancel)
        {
            var step = steps[name];
            if (step.FinishedAt is not null)
            {
                return Task.CompletedTask;
            }

            (step.Result, step.Detail, step.FinishedAt) = (result, detail, clock.GetUtcNow());
            return Tell("step", new { name, status = StepStatus.Done, detail }, cancel);
        }

        /// <summary>Runs a step, or takes the result it stored before.</summary>
        public async Task<T> Step<T>(string name, string doing, Func<Task<T>> work, Func<T, string> describe, Func<T, Task>? alsoStore, CancellationToken cancel)
        {
            if (steps.TryGetValue(name, out var known) && known is { FinishedAt: not null, Result: { } stored })
            {
                return JsonSerializer.Deserialize<T>(stored, BlogApi.Json)!;
            }

            await StopIfAsked(cancel);
            await Begin(name, doing, cancel);
            var result = await work();
            await Store(async () =>
            {
                if (alsoStore is not null)
                {
                    await alsoStore(result);
                }

                await End(name, JsonSerializer.Serialize(result, BlogApi.Json), describe(result), cancel);
            }, cancel);
            return result;
        }

        /// <summary>A part of a step: kept like one, but not told as one.</summary>
        public async Task<T> Part<T>(string name, Func<Task<T>> work, Func<T, Task> alsoStore, CancellationToken cancel)
        {
            if (steps.TryGetValue(name, out var known) && known.Result is { } stored)
            {
                return JsonSerializer.Deserialize<T>(stored, BlogApi.Json)!;
            }

            var started = clock.GetUtcNow();
            var result = await work();
            await Store(async () =>
            {
                var part = new GenerationStep { GenerationId = generation.Id, Name = name, StartedAt = started, FinishedAt = clock.GetUtcNow(), Result = JsonSerializer.Serialize(result, BlogApi.Json) };
                db.GenerationSteps.Add(part);
                steps[name] = part;
                await alsoStore(result);
            }, cancel);
            return result;
        }
    }
}
