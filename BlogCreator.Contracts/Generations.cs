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

/// <summary>A brief to be written. With <see cref="ReviewOutline"/> the generation waits for the person to look at its outline.</summary>
public sealed record StartGenerationRequest(
    string? Topic,
    IReadOnlyList<Guid> DocumentIds,
    string? Audience,
    string? Tone,
    PostLength Length,
    string? Language,
    string? Instructions,
    bool ReviewOutline);

/// <summary>One of the steps <c>read</c>, <c>understand</c>, <c>plan</c>, <c>retrieve</c>, <c>write</c>, <c>check</c>, <c>assemble</c>.</summary>
/// <param name="Detail">What it did or is doing, in a few plain words.</param>
public sealed record StepDetails(string Name, StepStatus Status, string? Detail, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <summary>The plan of the post: its title and its sections in order.</summary>
public sealed record OutlineDetails(string Title, IReadOnlyList<OutlineSection> Sections);

/// <param name="Source">What an edited outline calls this section by; null for one that is not planned.</param>
public sealed record OutlineSection(string Heading, int Passages, int? Source = null);

/// <summary>An outline as a person wants it: sections renamed, in another order, left out or added.</summary>
public sealed record EditOutlineRequest(string Title, IReadOnlyList<EditedSection> Sections);

/// <param name="Source">The <see cref="OutlineSection.Source"/> of the planned section; null for a new one, whose passages are looked for by its heading.</param>
public sealed record EditedSection(string Heading, int? Source);

/// <summary>What a generation cost. Tokens and money stay 0 without a language model.</summary>
/// <param name="Money">0 where no price is set.</param>
/// <param name="Currency">Null where no price is set.</param>
/// <param name="Budget">The most a generation may cost, in <paramref name="Currency"/>; null when there is no such limit.</param>
public sealed record UsageDetails(string Writer, int InputTokens, int OutputTokens, decimal Money, double Seconds, string? Currency = null, decimal? Budget = null);

/// <summary>Who writes the next post. <see cref="Provider"/> and <see cref="Model"/> are null where no language model is set.</summary>
/// <param name="Judge">Whether the model may say that a paraphrase means what its passage means.</param>
/// <param name="MaxTokens">The most tokens that a generation may use.</param>
public sealed record WriterDetails(string Name, string? Provider, string? Model, bool Judge, int? MaxTokens, string? Currency, decimal? Budget);

/// <summary>A section of a post to be written anew.</summary>
/// <param name="Section">0 is what stands before the first heading of the second level, 1 the section under the first, and so on.</param>
public sealed record RewriteRequest(int Version, int Section, string? Instructions);

/// <summary>Which section of which post a generation writes anew.</summary>
public sealed record RewriteDetails(Guid PostId, int Version, int Section);

/// <summary>A section written anew, with citation marks that the post knows already. Nothing of the post is changed by it.</summary>
public sealed record ProposalDetails(int Section, string Markdown);

/// <param name="ErrorCode">Why it failed, for programs: <c>no-usable-documents</c>, <c>interrupted</c>.</param>
/// <param name="Error">Why it failed and what to do, in plain words.</param>
/// <param name="WaitingFor">What a running generation needs from the person before it goes on: <c>outline</c>; else null.</param>
/// <param name="Rewrite">Set when only a section of a post is written anew; <paramref name="Proposal"/> then is the result.</param>
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
    DateTimeOffset? FinishedAt,
    string? WaitingFor = null,
    RewriteDetails? Rewrite = null,
    ProposalDetails? Proposal = null);

/// <summary>
/// One event of a generation. <c>status</c> {status}, <c>step</c> {name, status, detail}, <c>outline</c> (an
/// <see cref="OutlineDetails"/>), <c>waiting</c> {for}, <c>section</c> {index, heading, markdown, blocks}, <c>verdict</c>
/// {sentence, kind, verdict}, <c>notice</c> {code, text}, <c>usage</c> {inputTokens, outputTokens, money, currency, budget},
/// <c>completed</c> {postId, supported, checked}, <c>failed</c> {code, error}, <c>cancelled</c> {}. Only <c>text</c> {index,
/// heading, markdown, blocks}, a section as it grows, is not stored: it stands for itself and is replaced by the next.
/// </summary>
/// <param name="Number">
/// From 1, without gaps within a generation; what <c>Last-Event-ID</c> and <c>?after=</c> take. A <c>text</c> has the number of
/// the stored event before it.
/// </param>
public sealed record GenerationEventDetails(int Number, string Type, DateTimeOffset At, JsonElement Data);
