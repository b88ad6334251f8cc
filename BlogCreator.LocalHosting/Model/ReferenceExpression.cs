using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using BlogCreator.LocalHosting.Publishing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A text put together of values that are known only in a run, and named by their expressions in a manifest.</summary>
public sealed class ReferenceExpression : IManifestExpressionProvider, IValueProvider, IValueWithReferences
{
    public static readonly ReferenceExpression Empty = new("", [], []);

    private readonly Choice? choice;

    private ReferenceExpression(string format, IReadOnlyList<IValueProvider> providers, IReadOnlyList<string?> formats)
    {
        Format = format;
        ValueProviders = providers;
        StringFormats = formats;
    }

    private ReferenceExpression(Choice choice)
        : this("", [.. choice.WhenTrue.ValueProviders, .. choice.WhenFalse.ValueProviders], [])
    {
        this.choice = choice;
    }

    public string Format { get; }

    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>For each value how it is to be encoded ("uri"), or null.</summary>
    public IReadOnlyList<string?> StringFormats { get; }

    public bool IsConditional => choice is not null;

    public IReadOnlyList<string> ManifestExpressions => [.. ValueProviders.Select(Expression)];

    public string ValueExpression =>
        choice is null
            ? string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions])
            : $"{{{choice.Name}.connectionString}}";

    public IEnumerable<object> References =>
        choice is null ? ValueProviders : [choice.Condition, .. choice.WhenTrue.References, .. choice.WhenFalse.References];

    /// <summary>The name under which a manifest holds a conditional expression.</summary>
    internal string? ConditionalName => choice?.Name;

    internal IEnumerable<ReferenceExpression> Branches => choice is null ? [] : [choice.WhenTrue, choice.WhenFalse];

    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    public static ReferenceExpression CreateConditional(
        IValueProvider condition, string matchValue, ReferenceExpression whenTrue, ReferenceExpression whenFalse) =>
        new(new Choice(condition, matchValue, whenTrue, whenFalse));

    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        if (choice is not null)
        {
            var value = await choice.Condition.GetValueAsync(cancellationToken);
            var branch = string.Equals(value, choice.MatchValue, StringComparison.OrdinalIgnoreCase) ? choice.WhenTrue : choice.WhenFalse;
            return await branch.GetValueAsync(cancellationToken);
        }

        if (Format.Length == 0)
        {
            return null;
        }

        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = await ValueProviders[i].GetValueAsync(cancellationToken);
            values[i] = value is not null && StringFormats[i] == "uri" ? Uri.EscapeDataString(value) : value;
        }

        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    private static string Expression(IValueProvider provider) =>
        provider is IManifestExpressionProvider named
            ? named.ValueExpression
            : throw new DistributedApplicationException($"A {provider.GetType().Name} has no name in a manifest.");

    private sealed record Choice(IValueProvider Condition, string MatchValue, ReferenceExpression WhenTrue, ReferenceExpression WhenFalse)
    {
        public string Name { get; } = NameOf(Expression(Condition), MatchValue, WhenTrue, WhenFalse);

        // Aspire names the entry by the condition and a hash of all parts; other tools compare manifests by that name.
        private static string NameOf(string condition, string match, ReferenceExpression whenTrue, ReferenceExpression whenFalse)
        {
            var words = new StringBuilder("cond");
            var separate = true;
            foreach (var letter in condition)
            {
                if (!char.IsLetterOrDigit(letter))
                {
                    separate = true;
                    continue;
                }

                words.Append(separate ? "-" : "").Append(char.ToLowerInvariant(letter));
                separate = false;
            }

            var hash = XxHash32.Of(Encoding.UTF8.GetBytes(condition + whenTrue.ValueExpression + whenFalse.ValueExpression + match));
            return string.Create(CultureInfo.InvariantCulture, $"{words}-{hash:x8}");
        }
    }

    /// <summary>Takes the interpolated text apart into literals and values.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder format = new(literalLength * 2);
        private readonly List<IValueProvider> providers = new(formattedCount);
        private readonly List<string?> formats = new(formattedCount);

        public readonly void AppendLiteral(string value) => format.Append(Escaped(value));

        public readonly void AppendFormatted(string? value) => format.Append(Escaped(value ?? ""));

        public readonly void AppendFormatted<T>(T value, string? format = null)
            where T : IValueProvider, IManifestExpressionProvider
        {
            this.format.Append(CultureInfo.InvariantCulture, $"{{{providers.Count}}}");
            providers.Add(value);
            formats.Add(format);
        }

        public readonly void AppendFormatted<T>(IResourceBuilder<T> value, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider => AppendFormatted(value.Resource, format);

        internal readonly ReferenceExpression Build() => new(format.ToString(), [.. providers], [.. formats]);

        private static string Escaped(string text) =>
            text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
    }
}
