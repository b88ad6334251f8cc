using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BlogCreator.AppHost.Deployment;

/// <summary>
/// A mapping of a YAML document, in the order in which it was written down. What is null is left out, so that a part that
/// is turned off needs no branches. Values are texts, numbers, true and false, lists and further mappings.
/// </summary>
internal sealed class Map : IEnumerable<KeyValuePair<string, object>>
{
    private readonly List<KeyValuePair<string, object>> members = [];
    private readonly Dictionary<string, string> comments = [];

    public int Count => members.Count;

    /// <summary>Adds a value, with a comment above it if there is one.</summary>
    public void Add(string key, object? value, string? comment = null)
    {
        if (value is null)
        {
            return;
        }

        members.Add(new(key, value));
        if (comment is not null)
        {
            comments[key] = comment;
        }
    }

    public void AddRange(IEnumerable<KeyValuePair<string, object>> others)
    {
        foreach (var (key, value) in others)
        {
            Add(key, value);
        }
    }

    public string? Comment(string key) => comments.GetValueOrDefault(key);

    public IEnumerator<KeyValuePair<string, object>> GetEnumerator() => members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Text that stays in quotes for the sake of a reader that would take it for something else.</summary>
internal sealed record Quoted(string Text);

/// <summary>Writes YAML in blocks, with quotes only where YAML 1.1 or 1.2 would read something else without them.</summary>
internal static partial class Yaml
{
    // A line is never folded: what Compose or Helm fills in could change where it may be.
    private static readonly EmitterSettings Settings = new EmitterSettings().WithBestWidth(int.MaxValue).WithNewLine("\n").WithIndentedSequences();

    public static string Document(IEnumerable<string> header, Map root)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        foreach (var line in header)
        {
            text.WriteLine(line.Length == 0 ? "#" : $"# {line}");
        }

        var emitter = new Emitter(text, Settings);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    private static void Emit(Emitter emitter, object value)
    {
        switch (value)
        {
            case Map map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                foreach (var (key, member) in map)
                {
                    foreach (var line in map.Comment(key)?.Split('\n') ?? [])
                    {
                        emitter.Emit(new Comment(line, isInline: false));
                    }

                    Emit(emitter, key);
                    Emit(emitter, member);
                }

                emitter.Emit(new MappingEnd());
                break;
            case string text:
                Emit(emitter, text, text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : StyleOf(text));
                break;
            case Quoted quoted:
                Emit(emitter, quoted.Text, ScalarStyle.DoubleQuoted);
                break;
            case bool isTrue:
                Emit(emitter, isTrue ? "true" : "false", ScalarStyle.Plain);
                break;
            case int or long or decimal:
                Emit(emitter, ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture), ScalarStyle.Plain);
                break;
            case IEnumerable list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Block));
                foreach (var item in list)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            default:
                throw new ArgumentException($"A {value.GetType().Name} has no form in YAML.", nameof(value));
        }
    }

    private static void Emit(Emitter emitter, string text, ScalarStyle style) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));

    private static ScalarStyle StyleOf(string text) => IsPlain(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted;

    private static bool IsPlain(string text) => Plain().IsMatch(text) && !text.EndsWith(':') && !OtherThanText().IsMatch(text);

    // No marks that mean something to YAML; a colon or a hash only within a word.
    [GeneratedRegex(@"^[A-Za-z0-9/.$_+~](:(?! )|(?<! )#|[A-Za-z0-9/.$_+~=@()<>;!^*?&'-]|\{|\}|,| (?! ))*(?<! )$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Plain();

    // Numbers of every kind, times (1:30 is 90 in YAML 1.1), true and false under all their names, and nothing.
    [GeneratedRegex(
        @"^([-+.]?[0-9][0-9_.:eExXa-fA-FoO+-]*|[-+]?\.(inf|nan)|y|n|yes|no|on|off|true|false|null|~|=|<<)$",
        RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        1000)]
    private static partial Regex OtherThanText();
}
