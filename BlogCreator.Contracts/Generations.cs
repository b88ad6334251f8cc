using System.Text.Json;
using System.Text.Json.Serialization;

namespace BlogCreator.Contracts;

[JsonConverter(typeof(KebabCaseConverter<PostLength>))]
public enum PostLength
{
    Short,
    Medium,
    Long,
}

[JsonConverter(typeof(KebabCaseConverter<GenerationStatus>))]
public enum GenerationStatus
{
    Queued,
    Running,
    Completed,
    Failed,
    Cancelled,
}

[JsonConverter(typeof(KebabCaseConverter<StepStatus>))]
public enum StepStatus
{
    Waiting,
    Running,
    Done,
}

/// <summary>What to write, from which documents. Everything but <see cref="DocumentIds"/> may be left out.</summary>
public sealed record BriefDetails(
    string? Topic,
    IReadOnlyList<Guid> DocumentIds,
    string? Audience,
    string? Tone,
    PostLength Length,
    string? Language,
    string? Instructions);

/// <summary>One of the steps <c>read</c>, <c>understand</c>, <c>plan</c>, <c>retrieve</c>, <c>write</c>, <c>check</c>, <c>assemble</c>.</summary>
/// <param name="Detail">What it did or is doing, in a few plain words.</param>
public sealed record StepDetails(string Name, StepStatus Status, string? Detail, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>The plan of the post: its title and its sections in order.</summary>
public sealed record OutlineDetails(string Title, IReadOnlyList<OutlineSection> Sections);

public sealed record OutlineSection(string Heading, int Passages);

/// <summary>What a generation cost. Tokens and money stay 0 without a language model.</summary>
public sealed record UsageDetails(string Writer, int InputTokens, int OutputTokens, decimal Money, double Seconds);

/// <param name="ErrorCode">Why it failed, for programs: <c>no-usable-documents</c>, <c>interrupted</c>.</param>
/// <param name="Error">Why it failed and what to do, in plain words.</param>
public sealed record GenerationDetails(
    Guid Id,
    GenerationStatus Status,
    BriefDetails Brief,
    IReadOnlyList<StepDetails> Steps,
    OutlineDetails? Outline,
    UsageDetails Usage,
    Guid? PostId,
    string? ErrorCode,
    string? Error,
    DateTimeOffset CreatedAt,
    DateTimeOffset? FinishedAt);

/// <summary>
/// One stored event of a generation. <c>status</c> {status}, <c>step</c> {name, status, detail}, <c>outline</c> (an
/// <see cref="OutlineDetails"/>), <c>section</c> {index, heading, markdown}, <c>verdict</c> {sentence, kind, verdict},
/// <c>completed</c> {postId, supported, checked}, <c>failed</c> {code, error}, <c>cancelled</c> {}.
/// </summary>
/// <param name="Number">From 1, without gaps within a generation; what <c>Last-Event-ID</c> and <c>?after=</c> take.</param>
public sealed record GenerationEventDetails(int Number, string Type, DateTimeOffset At, JsonElement Data);
