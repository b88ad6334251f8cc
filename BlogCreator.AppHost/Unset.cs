using Aspire.Hosting.Publishing;

namespace BlogCreator.AppHost;

/// <summary>The default of a parameter that may be left out: empty, which the services take for unset.</summary>
internal sealed class Unset : ParameterDefault
{
    public override string GetDefaultValue() => "";

    public override void WriteToManifest(ManifestPublishingContext context) => context.Writer.WriteString("value", "");
}
