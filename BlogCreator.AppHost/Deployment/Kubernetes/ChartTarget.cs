namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>The manifest's expressions as the chart's templates write them.</summary>
internal sealed class ChartTarget : IDeploymentTarget
{
    public string Host(string service) => ChartNames.Of(service);

    public string Literal(string text) => text;

    /// <summary>It can be set anew at each installation.</summary>
    public string Parameter(string name, string value) => $"{{{{ .Values.parameters.{ChartNames.Camel(name)} }}}}";
}

internal static class ChartNames
{
    public const string Chart = "blogcreator";

    public const string FullName = "{{ include \"blogcreator.fullname\" . }}";

    /// <summary>The Secret that whoever installs the chart has made before.</summary>
    public const string Secret = "{{ .Values.secrets.existingSecret }}";

    /// <summary>The name of an object, and of a service in the cluster's DNS.</summary>
    public static string Of(string component) => $"{FullName}-{component}";

    /// <summary>language-model-name as a name that Helm can look up without quotes: languageModelName.</summary>
    public static string Camel(string name) =>
        string.Concat(name.Split('-').Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
}
