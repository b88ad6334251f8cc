using System.Security.Cryptography;
using Aspire.Hosting.Publishing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that whoever runs or deploys the app may set.</summary>
public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name), IManifestExpressionProvider, IValueProvider
{
    public ParameterDefault? Default { get; set; }

    public bool Secret { get; } = secret;

    public string? Description { get; set; }

    public string ValueExpression => $"{{{Name}.value}}";

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<string?>(callback(Default));
}

/// <summary>What a parameter is when nobody set it.</summary>
public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();

    public abstract void WriteToManifest(ManifestPublishingContext context);
}

internal sealed class ConstantParameterDefault(Func<string> value) : ParameterDefault
{
    public override string GetDefaultValue() => value();

    public override void WriteToManifest(ManifestPublishingContext context) => context.Writer.WriteString("value", value());
}

public sealed class GenerateParameterDefault : ParameterDefault
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const string Marks = "-_.{}~()*+!";

    public int MinLength { get; set; }

    public bool Special { get; set; } = true;

    public override string GetDefaultValue() =>
        RandomNumberGenerator.GetString(Special ? Letters + Marks : Letters, MinLength);

    public override void WriteToManifest(ManifestPublishingContext context)
    {
        context.Writer.WriteStartObject("generate");
        context.Writer.WriteNumber("minLength", MinLength);
        if (!Special)
        {
            context.Writer.WriteBoolean("special", false);
        }

        context.Writer.WriteEndObject();
    }
}
