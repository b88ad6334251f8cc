using static BlogCreator.AppHost.Deployment.Kubernetes.Pods;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>What is neither run nor reached: volumes that several share, the account, and what a monitoring asks for.</summary>
internal static class OtherTemplates
{
    public static IEnumerable<HelmDocument> Storage(ChartModel model) =>
    [
        new(
            "The original files. They stay when the release is removed.",
            "if not (or .Values.storage.files.s3.bucket .Values.storage.files.existingClaim)",
            Claim("files", "storage.files", Mode("files"))),
        new(
            "The keys of the sign-in cookies. They stay when the release is removed.",
            "if and .Values.storage.keys.enabled (not .Values.storage.keys.existingClaim)",
            Claim("keys", "storage.keys", Mode("keys"))),
        .. model.HasBackup
            ? [new HelmDocument("The backups. They stay when the release is removed.", "if and .Values.postgres.enabled .Values.backup.enabled", Claim("backup", "backup.storage", "ReadWriteOnce"))]
            : Enumerable.Empty<HelmDocument>(),
    ];

    public static IEnumerable<HelmDocument> Account() =>
    [
        new("Without rights in the cluster: nothing of ours asks it anything.", "if .Values.serviceAccount.create", new()
        {
            { "apiVersion", "v1" },
            { "kind", "ServiceAccount" },
            {
                "metadata",
                new HelmMap
                {
                    { "name", "{{ include \"blogcreator.serviceAccountName\" . }}" },
                    { "labels", new HelmBlock("include \"blogcreator.labels\" .") },
                    With(".Values.serviceAccount.annotations", new HelmMap { { "annotations", new HelmBlock("toYaml .") } }),
                }
            },
            { "automountServiceAccountToken", false },
        }),
    ];

    public static IEnumerable<HelmDocument> Monitoring(ChartModel model)
    {
        var ports = new HelmList { new HelmMap { { "port", "management" }, { "path", "/metrics" }, { "interval", "15s" } } };
        if (model.HasBackup)
        {
            ports.Add(If(".Values.backup.enabled", [new HelmMap { { "port", StoreTemplates.BackupPort }, { "path", "/metrics.txt" }, { "interval", "60s" } }]));
        }

        yield return new HelmDocument("For the Prometheus operator, which brings this kind of object to a cluster.", "if .Values.monitoring.serviceMonitor.enabled", new()
        {
            { "apiVersion", "monitoring.coreos.com/v1" },
            { "kind", "ServiceMonitor" },
            {
                "metadata",
                new HelmMap
                {
                    { "name", ChartNames.FullName },
                    {
                        "labels",
                        new HelmMap
                        {
                            new HelmMap.Insert("include \"blogcreator.labels\" ."),
                            With(".Values.monitoring.serviceMonitor.labels", new HelmMap { new HelmMap.Insert("toYaml .") }),
                        }
                    },
                }
            },
            { "spec", new HelmMap { { "selector", new HelmMap { { "matchLabels", new HelmBlock("include \"blogcreator.selector\" .") } } }, { "endpoints", ports } } },
        });
    }

    private static string Mode(string storage) => $"{{{{ .Values.storage.{storage}.accessMode }}}}";

    private static HelmMap Claim(string name, string values, string accessMode) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "PersistentVolumeClaim" },
        { "metadata", Metadata(name, new HelmMap { { "helm.sh/resource-policy", "keep" } }) },
        { "spec", StoreTemplates.ClaimSpec(values, accessMode) },
    };
}
