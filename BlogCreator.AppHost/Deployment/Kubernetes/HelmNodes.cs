using System.Collections;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>
/// A part of a chart's template: YAML in which a text may hold expressions of Helm (<c>{{ … }}</c>) and in which entries can
/// depend on a value. <see cref="HelmWriter"/> writes it.
/// </summary>
internal abstract record HelmNode
{
    public static implicit operator HelmNode(string text) => new HelmText(text);

    public static implicit operator HelmNode(int number) => new HelmLiteral(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static implicit operator HelmNode(bool value) => new HelmLiteral(value ? "true" : "false");
}

/// <summary>A text, which is quoted where YAML would take it for something else.</summary>
internal sealed record HelmText(string Text) : HelmNode;

/// <summary>A number, a truth or a whole expression such as <c>{{ .Values.api.replicas }}</c>: never quoted.</summary>
internal sealed record HelmLiteral(string Text) : HelmNode;

/// <summary>The YAML that an expression makes, indented to the place where it stands.</summary>
internal sealed record HelmBlock(string Expression) : HelmNode;

/// <summary>Entries in order. One may be a condition around further entries, or a comment before the next.</summary>
internal sealed record HelmMap : HelmNode, IEnumerable<HelmMap.Entry>
{
    private readonly List<Entry> _entries = [];

    public bool IsEmpty => _entries.Count == 0;

    public void Add(string key, HelmNode value) => _entries.Add(new Pair(key, value));

    public void Add(HelmMap others) => _entries.AddRange(others._entries);

    public void Add(Entry entry) => _entries.Add(entry);

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public abstract record Entry;

    public sealed record Pair(string Key, HelmNode Value) : Entry;

    /// <summary><c>{{- if … }}</c>, <c>{{- with … }}</c> or <c>{{- range … }}</c> around entries.</summary>
    public sealed record Around(string Action, HelmMap Entries) : Entry;

    /// <summary>The entries that an expression makes.</summary>
    public sealed record Insert(string Expression) : Entry;

    /// <summary>A line between the entries that is no YAML, such as <c>{{- else }}</c>.</summary>
    public sealed record Otherwise(string Action) : Entry;

    public sealed record Remark(string Text) : Entry;
}

/// <summary>Items in order. One may be a condition around further items, or a comment before the next.</summary>
internal sealed record HelmList : HelmNode, IEnumerable<HelmNode>
{
    private readonly List<HelmNode> _items = [];

    public bool IsEmpty => _items.Count == 0;

    public void Add(HelmNode item) => _items.Add(item);

    /// <summary>Their items, and not a list within the list.</summary>
    public void Add(HelmList others) => _items.AddRange(others._items);

    public IEnumerator<HelmNode> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public sealed record Around(string Action, HelmList Items) : HelmNode;

    public sealed record Insert(string Expression) : HelmNode;

    public sealed record Otherwise(string Action) : HelmNode;

    public sealed record Remark(string Text) : HelmNode;
}

/// <summary>One object of a template's file.</summary>
/// <param name="Condition">What has to hold for it to be there, such as <c>if .Values.redis.enabled</c>.</param>
internal sealed record HelmDocument(string? Comment, string? Condition, HelmMap Content)
{
    public HelmDocument(HelmMap content)
        : this(null, null, content)
    {
    }

    /// <summary>Variables and checks of Helm that come before it.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];
}
