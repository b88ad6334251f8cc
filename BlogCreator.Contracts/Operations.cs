using System.Text.Json.Serialization;

namespace BlogCreator.Contracts;

/// <summary>How a part of the product is. <c>notice</c> is worth knowing and needs nobody at once.</summary>
[JsonConverter(typeof(KebabCaseConverter<PartState>))]
public enum PartState
{
    Well,
    Notice,
    Wrong,
}

/// <summary>What is well and what is not.</summary>
/// <param name="Well">True when no part is <c>wrong</c>.</param>
/// <param name="DeadJobs">Work that was given up, the latest first; each can be tried again.</param>
/// <param name="Queue">What waits, runs and is tried again; null when it could not be asked for.</param>
/// <param name="Failures">Documents that could not be read and posts that could not be written in the last 30 days, the latest first, at most 20; null when they could not be asked for.</param>
/// <param name="Versions">What runs here.</param>
/// <param name="Backup">Null from a version that did not tell of backups.</param>
public sealed record OperationsReport(
    bool Well,
    IReadOnlyList<OperationsPart> Parts,
    IReadOnlyList<DeadJob> DeadJobs,
    DateTimeOffset At,
    QueueDetails? Queue = null,
    IReadOnlyList<FailureDetails>? Failures = null,
    VersionsDetails? Versions = null,
    BackupDetails? Backup = null);

/// <param name="Name">
/// <c>database</c>, <c>redis</c>, <c>files</c>, <c>jobs</c>, <c>documents</c>, <c>search</c>, <c>embeddings</c>, <c>generations</c>,
/// <c>model</c>, <c>sign-in</c> or <c>backup</c>.
/// </param>
/// <param name="Words">How it is, in a plain sentence, and what to do when it is not well.</param>
public sealed record OperationsPart(string Name, PartState State, string Words, IReadOnlyList<OperationsFact> Facts);

/// <param name="Unit"><c>bytes</c>, <c>seconds</c>, <c>time</c> (an instant, as in JSON) or null for a count or a word.</param>
public sealed record OperationsFact(string Name, string Value, string? Unit = null);

/// <param name="Kind">What was to be done, such as <c>documents.read</c>.</param>
/// <param name="Subject">The document, generation or post it was about.</param>
public sealed record DeadJob(Guid Id, string Kind, Guid Subject, int Attempts, string? LastError, DateTimeOffset CreatedAt, DateTimeOffset GivenUpAt);

/// <summary>The work that is stored: what waits, what is being done, what failed and will be tried again.</summary>
/// <param name="Running">The one begun first, first; at most 50.</param>
/// <param name="Retrying">The one that is tried next, first; at most 50.</param>
public sealed record QueueDetails(IReadOnlyList<QueueKind> Kinds, IReadOnlyList<RunningJob> Running, IReadOnlyList<RetryingJob> Retrying);

/// <summary>How much work of one kind there is.</summary>
/// <param name="Waiting">Due and not begun.</param>
/// <param name="Later">Not due yet.</param>
/// <param name="OldestSeconds">How long the one that is due longest has waited; null when none waits.</param>
/// <param name="Done">In the last 24 hours.</param>
/// <param name="FailedAttempts">Of the work that is open, given up, or was done in the last 24 hours.</param>
public sealed record QueueKind(string Kind, int Waiting, int Running, int Later, int GivenUp, double? OldestSeconds, int Done, int FailedAttempts);

/// <param name="Attempt">1 for the first.</param>
public sealed record RunningJob(Guid Id, string Kind, Guid Subject, DateTimeOffset Since, int Attempt);

/// <summary>Work that failed and is tried again by itself.</summary>
public sealed record RetryingJob(Guid Id, string Kind, Guid Subject, int Attempts, string LastError, DateTimeOffset NextTry);

/// <summary>How many pieces of work are tried again.</summary>
/// <param name="Left">How many were left as they are: done, removed or changed by now.</param>
public sealed record RetriedJobs(int Retried, int Left);

/// <summary>Something a person asked for that ended badly.</summary>
/// <param name="Kind"><c>documents.read</c>, <c>writing.generate</c> or <c>writing.rewrite</c>.</param>
/// <param name="Id">The document or the generation.</param>
/// <param name="PostId">The post of which a section was to be written anew.</param>
/// <param name="Name">What it is called; null when it is somebody else's.</param>
/// <param name="Code">Why, for programs.</param>
/// <param name="Reason">Why and what to do, in plain words. Names nothing that is somebody else's.</param>
/// <param name="IsOwn">Whether it is the caller's, who then can open it.</param>
public sealed record FailureDetails(string Kind, Guid Id, Guid? PostId, string? Name, string? Code, string Reason, DateTimeOffset FailedAt, bool IsOwn);

/// <param name="Product">The version of the service that answers.</param>
/// <param name="Commit">What it was built from; null when the build did not say.</param>
/// <param name="Schema">The last migration of the database.</param>
/// <param name="StartedAt">When the process that answers was started.</param>
/// <param name="Replicas">Every process that is known to run: this one, and with Redis all others.</param>
public sealed record VersionsDetails(
    string Product,
    string? Commit,
    string Runtime,
    string System,
    string? Database,
    string? Schema,
    string? Redis,
    string? Search,
    DateTimeOffset StartedAt,
    IReadOnlyList<ReplicaDetails> Replicas);

/// <param name="Service"><c>api</c> or <c>web</c>.</param>
public sealed record ReplicaDetails(string Service, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt);

/// <summary>What the backup service says of itself. A moment is null when that has never succeeded.</summary>
/// <param name="IsSet">False where nobody told this site of a backup service; all else is then empty.</param>
/// <param name="DatabaseAt">The last backup of the database, of whatever kind.</param>
/// <param name="DrillAt">When a backup was last restored and compared.</param>
/// <param name="DrillSeconds">How long restoring took then.</param>
/// <param name="Bytes">Size of the repository on its host.</param>
/// <param name="Failed">Kinds whose last attempt failed, such as <c>full</c> or <c>drill</c>.</param>
public sealed record BackupDetails(
    bool IsSet,
    PartState State,
    string Words,
    DateTimeOffset? DatabaseAt = null,
    DateTimeOffset? FullAt = null,
    DateTimeOffset? FilesAt = null,
    DateTimeOffset? KeysAt = null,
    DateTimeOffset? VerifiedAt = null,
    DateTimeOffset? DrillAt = null,
    double? DrillSeconds = null,
    long? Bytes = null,
    IReadOnlyList<string>? Failed = null);

/// <summary>What was used, by calendar month in UTC.</summary>
/// <param name="Months">This month first; every month is there, also one in which nothing was used.</param>
public sealed record UsageReport(IReadOnlyList<UsageMonth> Months, DateTimeOffset At);

/// <summary>
/// What began in one month, with all that it has cost since. What was deleted later still counts: it was paid for.
/// </summary>
/// <param name="Month">As in <c>2026-11</c>.</param>
/// <param name="PostsPublished">Posts that readers saw for the first time.</param>
public sealed record UsageMonth(string Month, int PostsPublished, int DocumentsUploaded, long DocumentBytes, IReadOnlyList<WriterUsage> Writers)
{
    public int Completed => Writers.Sum(writer => writer.Completed);

    public int Failed => Writers.Sum(writer => writer.Failed);

    public int Cancelled => Writers.Sum(writer => writer.Cancelled);

    /// <summary>Neither finished nor stopped yet.</summary>
    public int Unfinished => Writers.Sum(writer => writer.Unfinished);

    public long InputTokens => Writers.Sum(writer => writer.InputTokens);

    public long OutputTokens => Writers.Sum(writer => writer.OutputTokens);

    /// <summary>One amount a currency; empty where no price is set.</summary>
    public IReadOnlyList<UsageCost> Costs =>
    [
        .. Writers.Where(writer => writer.Currency is not null)
            .GroupBy(writer => writer.Currency!)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new UsageCost(group.Key, group.Sum(writer => writer.Cost))),
    ];
}

public sealed record UsageCost(string Currency, decimal Amount);

/// <summary>What one writer wrote, whole posts and single sections.</summary>
/// <param name="Currency">Null where no price is set.</param>
public sealed record WriterUsage(string Writer, string? Currency, int Completed, int Failed, int Cancelled, int Unfinished, long InputTokens, long OutputTokens, decimal Cost);

/// <summary>What the samples became.</summary>
/// <param name="PostId">The sample post; null while it is being written.</param>
public sealed record SamplesDetails(IReadOnlyList<Guid> DocumentIds, Guid GenerationId, Guid? PostId);
