using System.Diagnostics;

namespace BlogCreator.Api.Operations;

public enum JobStatus
{
    Waiting,
    Running,
    Done,
    Dead,
}

/// <summary>
/// Work that outlives a request and a process: what to do (<see cref="Kind"/>) to what (<see cref="Subject"/>), when at
/// the earliest, and who holds it until when. Claimed at most by one worker at a time; run again after a crash.
/// </summary>
public sealed class Job
{
    public const int MaxTraceParent = 55;

    private Job()
    {
    }

    public Guid Id { get; private set; }

    /// <summary>Feature and verb: <c>documents.read</c>, <c>writing.generate</c>.</summary>
    public string Kind { get; private set; } = "";

    public Guid Subject { get; private set; }

    public JobStatus Status { get; private set; }

    /// <summary>When at the earliest; once it runs or has ended, when it began or ended.</summary>
    public DateTimeOffset RunAfter { get; private set; }

    public string? LeaseOwner { get; private set; }

    public DateTimeOffset? LeaseUntil { get; private set; }

    /// <summary>Claims so far. With <see cref="LeaseOwner"/> it fences off a worker that lost its lease.</summary>
    public int Attempts { get; private set; }

    public string? LastError { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>What the job was asked for in, as a <c>traceparent</c> of W3C's Trace Context; null where that is not known.</summary>
    public string? TraceParent { get; private set; }

    public static Job Create(string kind, Guid subject, DateTimeOffset now, DateTimeOffset? runAfter = null) => new()
    {
        Id = Guid.CreateVersion7(now),
        Kind = kind,
        Subject = subject,
        RunAfter = runAfter ?? now,
        CreatedAt = now,
        TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { Length: <= MaxTraceParent } trace } ? trace : null,
    };
}
