namespace BlogCreator.AppHost.Deployment;

/// <summary>What the settings say about Kubernetes alone: defaults of the chart's values.</summary>
internal sealed record KubernetesSettings
{
    public string IngressClass { get; private init; } = "nginx";

    /// <summary>Empty when somebody else brings the certificate.</summary>
    public string ClusterIssuer { get; private init; } = "";

    /// <summary>Of volumes that one machine mounts; empty for the cluster's default.</summary>
    public string StorageClass { get; private init; } = "";

    /// <summary>Of volumes that several machines mount; empty for the cluster's default.</summary>
    public string SharedStorageClass { get; private init; } = "";

    public static KubernetesSettings Read(SettingsReader section)
    {
        var defaults = new KubernetesSettings();
        return new()
        {
            IngressClass = section.Text("ingressClass") ?? defaults.IngressClass,
            ClusterIssuer = section.Text("clusterIssuer") ?? defaults.ClusterIssuer,
            StorageClass = section.Text("storageClass") ?? defaults.StorageClass,
            SharedStorageClass = section.Text("sharedStorageClass") ?? defaults.SharedStorageClass,
        };
    }
}
