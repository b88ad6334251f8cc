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
public sealed record OperationsReport(bool Well, IReadOnlyList<OperationsPart> Parts, IReadOnlyList<DeadJob> DeadJobs, DateTimeOffset At);

/// <param name="Name"><c>database</c>, <c>files</c>, <c>jobs</c>, <c>documents</c>, <c>search</c>, <c>generations</c> or <c>model</c>.</param>
/// <param name="Words">How it is, in a plain sentence, and what to do when it is not well.</param>
public sealed record OperationsPart(string Name, PartState State, string Words, IReadOnlyList<OperationsFact> Facts);

/// <param name="Unit"><c>bytes</c>, <c>seconds</c> or null for a count or a word.</param>
public sealed record OperationsFact(string Name, string Value, string? Unit = null);

/// <param name="Kind">What was to be done, such as <c>documents.read</c>.</param>
/// <param name="Subject">The document, generation or post it was about.</param>
public sealed record DeadJob(Guid Id, string Kind, Guid Subject, int Attempts, string? LastError, DateTimeOffset CreatedAt, DateTimeOffset GivenUpAt);

/// <summary>What the samples became.</summary>
/// <param name="PostId">The sample post; null while it is being written.</param>
public sealed record SamplesDetails(IReadOnlyList<Guid> DocumentIds, Guid GenerationId, Guid? PostId);
