using System.Text.Json;
using System.Text.Json.Serialization;

namespace BlogCreator.Contracts;

/// <summary>Writes an enumeration as <c>not-found</c>, <c>running</c>: the words of the public contract.</summary>
public sealed class KebabCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;

/// <summary>One page of a list. <see cref="Next"/> is handed back as <c>?after=</c>; null on the last page.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
