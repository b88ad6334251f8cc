using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>A brief being turned into a post, step by step; every step's result is kept, so a restart goes on where it stopped.</summary>
public sealed class Generation
{
    /// <summary>Behind the name of a writer whose language model failed.</summary>
    public const string WithoutModel = ", then without";

    private const int LongestError = 600;

    private Generation()
    {
    }

    public Guid Id { get; private set; }

    public Guid OwnerId { get; private set; }

    public required BriefDetails Brief { get; init; }

    public GenerationStatus Status { get; private set; }

    public string Writer { get; private set; } = "";

    public OutlineDetails? Outline { get; private set; }

    public Guid? PostId { get; private set; }

    public string? ErrorCode { get; private set; }

    public string? Error { get; private set; }

    /// <summary>Set by the person; seen by the job within a second.</summary>
    public bool CancelRequested { get; private set; }

    public int InputTokens { get; private set; }

    public int OutputTokens { get; private set; }

    public decimal Money { get; private set; }

    /// <summary>Of <see cref="Money"/> and <see cref="Budget"/>; null where no price is set.</summary>
    public string? Currency { get; private init; }

    public decimal? Budget { get; private init; }

    /// <summary>Whether the person wants to see the outline before anything is written.</summary>
    public bool ReviewOutline { get; private init; }

    /// <summary>What the person has to do before it goes on; null while nothing.</summary>
    public string? WaitingFor { get; private set; }

    /// <summary>The section of a post that is written anew; null when a whole post is.</summary>
    public RewriteDetails? Rewrite { get; private init; }

    public ProposalDetails? Proposal { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? FinishedAt { get; private set; }

    public bool IsOver => Status is GenerationStatus.Completed or GenerationStatus.Failed or GenerationStatus.Cancelled;

    public static Generation Create(Guid ownerId, BriefDetails brief, WriterDetails writer, DateTimeOffset now, bool reviewOutline = false, RewriteDetails? rewrite = null) => new()
    {
        Id = Guid.CreateVersion7(now),
        OwnerId = ownerId,
        Brief = brief,
        Writer = writer.Name,
        Currency = writer.Currency,
        Budget = writer.Budget,
        ReviewOutline = reviewOutline,
        Rewrite = rewrite,
        CreatedAt = now,
    };

    public void Begin(DateTimeOffset now)
    {
        Status = GenerationStatus.Running;
        StartedAt ??= now;
    }

    public void Plan(OutlineDetails outline) => Outline = outline;

    public void WaitFor(string what) => WaitingFor = what;

    /// <summary>All that was used so far, so that storing it twice does no harm.</summary>
    public void Use(int inputTokens, int outputTokens, decimal money) => (InputTokens, OutputTokens, Money) = (inputTokens, outputTokens, money);

    public void GoOnWithoutModel()
    {
        if (!Writer.EndsWith(WithoutModel, StringComparison.Ordinal))
        {
            Writer += WithoutModel;
        }
    }

    public void Propose(ProposalDetails proposal, DateTimeOffset now)
    {
        (Status, Proposal, FinishedAt) = (GenerationStatus.Completed, proposal, now);
    }

    public void Complete(Guid postId, DateTimeOffset now)
    {
        (Status, PostId, FinishedAt) = (GenerationStatus.Completed, postId, now);
    }

    public void Fail(string code, string error, DateTimeOffset now)
    {
        // A provider may say more than there is room for.
        (Status, ErrorCode, Error, FinishedAt) = (GenerationStatus.Failed, code, error.Length > LongestError ? error[..(LongestError - 1)] + "…" : error, now);
    }

    public void RequestCancel() => CancelRequested = true;

    public void Cancel(DateTimeOffset now) => (Status, CancelRequested, WaitingFor, FinishedAt) = (GenerationStatus.Cancelled, true, null, now);
}

/// <summary>The stored result of a step, or of one section of the step <c>write</c> (<c>write/0</c>).</summary>
public sealed class GenerationStep
{
    private const int LongestDetail = 300;

    public Guid GenerationId { get; init; }

    public required string Name { get; init; }

    public string? Detail { get; set => field = value?.Length > LongestDetail ? value[..(LongestDetail - 1)] + "…" : value; }

    /// <summary>JSON; null while the step runs.</summary>
    public string? Result { get; set; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>Something that happened, numbered without gaps; never changed.</summary>
public sealed class GenerationEvent
{
    public Guid GenerationId { get; init; }

    public int Number { get; init; }

    public required string Type { get; init; }

    /// <summary>JSON.</summary>
    public required string Data { get; init; }

    public DateTimeOffset At { get; init; }
}
