using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>
/// Writes nodes as a template of a chart. YAML knows nothing of Helm's expressions, so the library first writes a word in
/// the place of each, and the expressions take the places of the words afterwards.
/// </summary>
internal sealed partial class HelmWriter
{
    private readonly List<(Kind Kind, string Text)> _words = [];

    private enum Kind
    {
        /// <summary>Stands where a value stands.</summary>
        Value,

        /// <summary>YAML on lines of its own below the key.</summary>
        Block,

        /// <summary>A line of its own, without a value.</summary>
        Line,

        /// <summary>YAML on lines of its own, beside the entries or items around it.</summary>
        Lines,
    }

    public static string Write(HelmNode root)
    {
        var writer = new HelmWriter();
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings().WithIndentedSequences().WithBestWidth(int.MaxValue).WithNewLine("\n"));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        writer.Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.WithExpressions(text.ToString());
    }

    /// <summary>A file of the chart: each of its objects may be there only under a condition.</summary>
    public static string Write(IReadOnlyList<string> header, IEnumerable<HelmDocument> documents)
    {
        var file = new StringBuilder();
        // Helm takes it out: a comment of YAML would be an object without content where nothing follows.
        file.Append(CultureInfo.InvariantCulture, $"{{{{- /*\n{string.Join('\n', header)}\n*/ -}}}}\n");
        string? open = null;
        foreach (var (index, document) in documents.Index())
        {
            if (document.Condition != open)
            {
                file.Append(open is null ? "" : $"{Action("end")}\n").Append(document.Condition is { } condition ? $"{Action(condition)}\n" : "");
                open = document.Condition;
            }

            file.AppendJoin("", document.Before.Select(action => $"{Action(action)}\n"));
            file.Append(index > 0 ? "---\n" : "");
            file.AppendJoin("", (document.Comment?.Split('\n') ?? []).Select(line => $"# {line}\n"));
            file.Append(Write(document.Content));
        }

        return file.Append(open is null ? "" : $"{Action("end")}\n").ToString();
    }

    private void Emit(Emitter emitter, HelmNode node)
    {
        switch (node)
        {
            case HelmText { Text: var text }:
                emitter.Emit(text.Contains("{{", StringComparison.Ordinal) ? Plain(Word(Kind.Value, Quoted(text))) : Text(text));
                break;
            case HelmLiteral { Text: var text }:
                emitter.Emit(Plain(text.Contains("{{", StringComparison.Ordinal) ? Word(Kind.Value, text) : text));
                break;
            case HelmBlock { Expression: var expression }:
                emitter.Emit(Plain(Word(Kind.Block, expression)));
                break;
            case HelmMap map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, map.IsEmpty ? MappingStyle.Flow : MappingStyle.Block));
                EmitEntries(emitter, map);
                emitter.Emit(new MappingEnd());
                break;
            case HelmList list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.IsEmpty ? SequenceStyle.Flow : SequenceStyle.Block));
                EmitItems(emitter, list);
                emitter.Emit(new SequenceEnd());
                break;
            default:
                throw new InvalidOperationException($"A {node.GetType().Name} cannot be written.");
        }
    }

    private void EmitEntries(Emitter emitter, HelmMap map)
    {
        foreach (var entry in map)
        {
            switch (entry)
            {
                case HelmMap.Pair pair:
                    emitter.Emit(Text(pair.Key));
                    Emit(emitter, pair.Value);
                    break;
                case HelmMap.Around around:
                    Line(Kind.Line, Action(around.Action));
                    EmitEntries(emitter, around.Entries);
                    Line(Kind.Line, Action("end"));
                    break;
                case HelmMap.Insert insert:
                    Line(Kind.Lines, insert.Expression);
                    break;
                case HelmMap.Otherwise otherwise:
                    Line(Kind.Line, Action(otherwise.Action));
                    break;
                case HelmMap.Remark remark:
                    Array.ForEach(remark.Text.Split('\n'), text => Line(Kind.Line, $"# {text}"));
                    break;
                default:
                    throw new InvalidOperationException($"A {entry.GetType().Name} cannot be written.");
            }
        }

        void Line(Kind kind, string text)
        {
            emitter.Emit(Plain(Word(kind, text)));
            emitter.Emit(Plain("x"));
        }
    }

    private void EmitItems(Emitter emitter, HelmList list)
    {
        foreach (var item in list)
        {
            switch (item)
            {
                case HelmList.Around around:
                    emitter.Emit(Plain(Word(Kind.Line, Action(around.Action))));
                    EmitItems(emitter, around.Items);
                    emitter.Emit(Plain(Word(Kind.Line, Action("end"))));
                    break;
                case HelmList.Insert insert:
                    emitter.Emit(Plain(Word(Kind.Lines, insert.Expression)));
                    break;
                case HelmList.Otherwise otherwise:
                    emitter.Emit(Plain(Word(Kind.Line, Action(otherwise.Action))));
                    break;
                case HelmList.Remark remark:
                    Array.ForEach(remark.Text.Split('\n'), text => emitter.Emit(Plain(Word(Kind.Line, $"# {text}"))));
                    break;
                default:
                    Emit(emitter, item);
                    break;
            }
        }
    }

    private string Word(Kind kind, string text)
    {
        _words.Add((kind, text));
        return string.Create(CultureInfo.InvariantCulture, $"HELM{_words.Count - 1:0000}");
    }

    private string WithExpressions(string yaml)
    {
        var result = new StringBuilder();
        foreach (var line in yaml.TrimEnd('\n').Split('\n'))
        {
            result.Append(WordOnLine().Match(line) is { Success: true } found ? WithExpression(found) : line).Append('\n');
        }

        return result.ToString();
    }

    private string WithExpression(Match found)
    {
        var (before, dash, key) = (found.Groups["before"].Value, found.Groups["dash"].Value, found.Groups["key"].Value);
        var (kind, text) = _words[int.Parse(found.Groups["word"].ValueSpan, CultureInfo.InvariantCulture)];
        var isKey = found.Groups["isKey"].Success;
        if (isKey && dash.Length > 0)
        {
            throw new InvalidOperationException($"The first entry of an item has to be a plain one, and not \"{text}\".");
        }

        var below = before.Length + dash.Length + 2;
        return kind switch
        {
            Kind.Value => $"{before}{dash}{key}{text}",
            Kind.Block when key.Length > 0 => Inserted($"{before}{dash}{key.TrimEnd()}\n{new string(' ', below)}", text, below),
            Kind.Line => $"{before}{text}",
            Kind.Lines => Inserted(before, text, before.Length),
            _ => throw new InvalidOperationException($"\"{text}\" needs a key."),
        };
    }

    private static string Inserted(string before, string expression, int indentation) =>
        string.Create(CultureInfo.InvariantCulture, $"{before}{{{{- {expression} | nindent {indentation} }}}}");

    private static string Action(string action) => $"{{{{- {action} }}}}";

    /// <summary>A name made of an expression and of letters needs no quotes; anything else gets them unless it quotes itself.</summary>
    private static string Quoted(string text) =>
        Name().IsMatch(text) ? text : $"\"{OutsideExpressions().Replace(text, part => part.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal))}\"";

    private static Scalar Plain(string text) => new(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false);

    private static Scalar Text(string text)
    {
        var style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : NeedsQuotes().IsMatch(text) ? ScalarStyle.DoubleQuoted : ScalarStyle.Any;
        return new(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: style is ScalarStyle.Any, isQuotedImplicit: true);
    }

    [GeneratedRegex(@"^(?<before> *)(?<dash>(?:- )*)(?<key>[^ ].*?: )?HELM(?<word>\d{4,})(?<isKey>: x)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WordOnLine();

    [GeneratedRegex(@"^(?:[a-z0-9./:-]*\{\{ [^{}]* \}\}[a-z0-9./:-]*)+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<=^|\}\}).*?(?=\{\{|$)", RegexOptions.Singleline, 1000)]
    private static partial Regex OutsideExpressions();

    // What a reader of YAML takes for a number, a truth, nothing, or for a time in base 60.
    [GeneratedRegex(@"^$|^[-+.0-9]|^(?:true|false|yes|no|on|off|null|y|n|~)$|: |:$", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NeedsQuotes();
}
