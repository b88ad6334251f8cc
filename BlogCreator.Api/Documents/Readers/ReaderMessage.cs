using System.Text.Json.Serialization;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>One line that the reading process writes: exactly one member is set.</summary>
internal sealed record ReaderMessage(
    Block? Block = null,
    ReaderProgress? Progress = null,
    ReaderSummary? Summary = null,
    ReaderFailure? Failure = null);

/// <param name="Pages">How many there are; null where the format has no pages.</param>
internal sealed record ReaderProgress(int Page, int? Pages);

/// <param name="UnreadablePages">Pages left out because they are damaged, in a file that is otherwise whole.</param>
internal sealed record ReaderSummary(int? Pages, string? Title, string? Language, int UnreadablePages = 0);

/// <summary>Why a document could not be read.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Reason">What happened and what to do about it, in one or two plain sentences.</param>
internal sealed record ReaderFailure(string Code, string Reason);

[JsonSerializable(typeof(ReaderMessage))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
internal sealed partial class ReaderJson : JsonSerializerContext;
