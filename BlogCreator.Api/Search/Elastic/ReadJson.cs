using System.Text.Json;

namespace BlogCreator.Api.Search.Elastic;

/// <summary>Reads an answer whose shape nobody has promised: what is missing or of another kind is null.</summary>
internal static class ReadJson
{
    public static JsonElement? Field(this JsonElement? from, string name) =>
        from is { ValueKind: JsonValueKind.Object } there && there.TryGetProperty(name, out var value) ? value : null;

    public static JsonElement? Field(this JsonElement from, string name) => Field((JsonElement?)from, name);

    public static string? Text(this JsonElement? from) => from is { ValueKind: JsonValueKind.String } there ? there.GetString() : null;

    public static int? Number(this JsonElement? from) => from is { ValueKind: JsonValueKind.Number } there && there.TryGetInt32(out var number) ? number : null;

    public static bool IsTrue(this JsonElement? from) => from is { ValueKind: JsonValueKind.True };

    /// <summary>Nothing where it is no list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement? from) => from is { ValueKind: JsonValueKind.Array } there ? there.EnumerateArray() : [];
}
