using System.Collections;
using System.Text.Json;

namespace BlogCreator.ServiceDefaults;

/// <summary>A security event as a logger takes it: to others than <see cref="EcsLine"/> it is a list of names and values.</summary>
internal sealed class SecurityEntry(SecurityEvent what, string? reason, Guid? person, string? address, string? subject) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public const string Dataset = "blogcreator.security";

    private readonly List<KeyValuePair<string, object?>> _fields = [.. new KeyValuePair<string, object?>[]
    {
        new("event.kind", "event"),
        new("event.action", what.Name),
        new("event.outcome", what.Succeeded ? "success" : "failure"),
        new("event.reason", reason),
        new("user.id", person?.ToString()),
        new("client.ip", address),
        new("labels.subject", subject is { Length: > 200 } ? subject[..200] : subject),
    }.Where(field => field.Value is not null)];

    public SecurityEvent What => what;

    public int Count => _fields.Count;

    public KeyValuePair<string, object?> this[int index] => _fields[index];

    /// <summary>The fields that the schema has as lists.</summary>
    public void WriteLists(Utf8JsonWriter json)
    {
        WriteList(json, "event.category", what.Category);
        WriteList(json, "event.type", what.Type);
    }

    public override string ToString() => $"{what.Name}{(reason is null ? "" : $" ({reason})")}{(subject is null ? "" : $" {subject}")}";

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void WriteList(Utf8JsonWriter json, string name, string value)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
