namespace BlogCreator.AppHost.Deployment;

/// <summary>What the settings say about Kubernetes alone.</summary>
internal sealed record KubernetesSettings
{
    public static KubernetesSettings Read(SettingsReader section) => new();
}
