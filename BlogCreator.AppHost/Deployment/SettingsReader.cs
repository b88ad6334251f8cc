using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace BlogCreator.AppHost.Deployment;

/// <summary>
/// One section of the settings. Collects what is wrong instead of stopping at it; the keys that were asked for are the
/// ones there are, so that <see cref="Done"/> finds every other.
/// </summary>
internal sealed class SettingsReader
{
    private readonly YamlMappingNode? node;
    private readonly List<Problem> problems;
    private readonly HashSet<string> known = [];
    private readonly string prefix;

    private SettingsReader(string file, string prefix, YamlMappingNode? node, List<Problem> problems)
    {
        File = file;
        this.prefix = prefix;
        this.node = node;
        this.problems = problems;
    }

    public string File { get; }

    public IReadOnlyList<string> Keys => node is null ? [] : [.. node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "")];

    public static SettingsReader Open(string path, string shownAs, List<Problem> problems)
    {
        try
        {
            using var text = System.IO.File.OpenText(path);
            var yaml = new YamlStream();
            yaml.Load(text);
            return yaml.Documents switch
            {
                [{ RootNode: YamlMappingNode root }] => new SettingsReader(shownAs, "", root, problems),
                [] => new SettingsReader(shownAs, "", null, problems),
                [_] => throw new BadInput(shownAs, "It holds no settings: write one 'name: value' a line.", 1),
                _ => throw new BadInput(shownAs, "It holds more than one document; leave out the lines with '---'."),
            };
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInput(shownAs, "There is no such file.");
        }
        catch (YamlException error)
        {
            throw new BadInput(shownAs, $"It is no valid YAML: {(error.InnerException ?? error).Message}", (int)error.Start.Line);
        }
    }

    public SettingsReader Section(string key)
    {
        var value = Find(key);
        if (value is not (null or YamlMappingNode) && !IsEmpty(value))
        {
            Problem(key, "Write the names below it, one a line.");
        }

        return new SettingsReader(File, $"{prefix}{key}.", value as YamlMappingNode, problems);
    }

    public string Required(string key, string example)
    {
        if (Text(key) is { Length: > 0 } text)
        {
            return text;
        }

        Problem(key, $"It is missing. For example: {example}");
        return "";
    }

    public string? Text(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return scalar.Value ?? "";
            default:
                Problem(key, "Write one value here.");
                return null;
        }
    }

    public IReadOnlyList<string> Texts(string key)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlScalarNode { Value: { Length: > 0 } one }:
                return [one];
            case YamlScalarNode:
                return [];
            case YamlSequenceNode list when list.All(item => item is YamlScalarNode { Value.Length: > 0 }):
                return [.. list.Cast<YamlScalarNode>().Select(item => item.Value!)];
            default:
                Problem(key, "Write one value, or a list of values.");
                return [];
        }
    }

    public bool Switch(string key, bool fallback)
    {
        switch (Text(key))
        {
            case null:
                return fallback;
            case "true":
                return true;
            case "false":
                return false;
            case var other:
                Problem(key, $"Write true or false, not '{other}'.");
                return fallback;
        }
    }

    public int Whole(string key, int fallback, int least, int most, string what)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Problem(key, FormattableString.Invariant($"{text} is no possible {what}: give a whole number from {least} to {most}."));
        return fallback;
    }

    public decimal Decimal(string key, decimal fallback, decimal least, decimal most, string what)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Problem(key, FormattableString.Invariant($"{text} is no possible {what}: give a number from {least} to {most}."));
        return fallback;
    }

    public ByteSize Size(string key, ByteSize fallback, ByteSize least, ByteSize most, string why)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (ByteSize.Parse(text) is not { } size)
        {
            Problem(key, $"'{text}' is no size: write a whole number with K, M or G, for example {fallback}.");
            return fallback;
        }

        if (size >= least && size <= most)
        {
            return size;
        }

        Problem(key, size < least ? $"{text} is too little {why}: give at least {least}." : $"{text} is too much {why}: give at most {most}.");
        return fallback;
    }

    public void Problem(string key, string text) => problems.Add(new Problem(File, Line(key), $"{prefix}{key}: {text}"));

    /// <summary>Reports the keys that nobody asked for.</summary>
    public void Done()
    {
        foreach (var key in Keys.Except(known))
        {
            Problem(key, $"There is no such setting. {Nearest.Hint(key, known)}");
        }
    }

    private YamlNode? Find(string key)
    {
        known.Add(key);
        return node is not null && node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
    }

    private static bool IsEmpty(YamlNode value) => value is YamlScalarNode { Value: null or "" };

    private int? Line(string key) =>
        node?.Children.Keys.OfType<YamlScalarNode>().FirstOrDefault(other => other.Value == key) is { } found ? (int)found.Start.Line : null;
}
