using System.Globalization;
using System.Text.Json.Nodes;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>
/// What whoever installs the chart may set: written as values.yaml, with a reason at each, and as values.schema.json, by
/// which Helm refuses a name that does not exist and a value of the wrong kind.
/// </summary>
internal sealed class ChartValues : IEnumerable<ChartValue>
{
    private readonly List<ChartValue> _values = [];

    public void Add(string name, ChartValues group, string? comment = null) => _values.Add(new ChartValue(name, comment, group));

    public void Add(ChartValues others) => _values.AddRange(others._values);

    /// <param name="schema">What the value has to be, when that is more than being of the default's kind.</param>
    public void Add(string name, HelmNode value, string? comment = null, JsonObject? schema = null) =>
        _values.Add(new ChartValue(name, comment, value, schema ?? KindOf(value)));

    /// <summary>What Kubernetes itself defines, and is not checked here.</summary>
    public void Add(string name, JsonObject schema, HelmNode value, string? comment = null) => _values.Add(new ChartValue(name, comment, value, schema));

    public IEnumerator<ChartValue> GetEnumerator() => _values.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    public HelmMap ToYaml()
    {
        var map = new HelmMap();
        foreach (var value in _values)
        {
            if (value.Comment is not null)
            {
                map.Add(new HelmMap.Remark(value.Comment));
            }

            map.Add(value.Name, value.Group?.ToYaml() ?? value.Default!);
        }

        return map;
    }

    public JsonObject ToSchema()
    {
        var properties = new JsonObject();
        foreach (var value in _values)
        {
            var schema = value.Group?.ToSchema() ?? value.Schema!;
            if (value.Comment is not null)
            {
                schema["description"] = value.Comment.Replace('\n', ' ');
            }

            properties.Add(value.Name, schema);
        }

        return new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
    }

    private static JsonObject KindOf(HelmNode value) => value switch
    {
        HelmText => new() { ["type"] = "string" },
        HelmLiteral { Text: "true" or "false" } => new() { ["type"] = "boolean" },
        HelmLiteral { Text: var text } when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => new() { ["type"] = "integer", ["minimum"] = 0 },
        HelmList => new() { ["type"] = "array" },
        HelmMap => new() { ["type"] = "object" },
        _ => throw new InvalidOperationException($"Say what kind of value {value} is."),
    };
}

/// <summary>Either a group of others, or a value with its default.</summary>
internal sealed record ChartValue(string Name, string? Comment, ChartValues? Group, HelmNode? Default, JsonObject? Schema)
{
    public ChartValue(string name, string? comment, ChartValues group)
        : this(name, comment, group, null, null)
    {
    }

    public ChartValue(string name, string? comment, HelmNode value, JsonObject schema)
        : this(name, comment, null, value, schema)
    {
    }
}
