namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>What the pods of all templates have in common.</summary>
internal static class Pods
{
    /// <summary>The user of our own images.</summary>
    public const int User = 1654;

    public const int ManagementPort = 9464;

    public static HelmMap Metadata(string component, HelmMap? annotations = null, string? name = null) => new()
    {
        { "name", ChartNames.Of(name ?? component) },
        { "labels", Labels(component) },
        annotations is null ? [] : new HelmMap { { "annotations", annotations } },
    };

    public static HelmMap Labels(string component) => new()
    {
        { "app.kubernetes.io/component", component },
        new HelmMap.Insert("include \"blogcreator.labels\" ."),
    };

    /// <summary>Only what never changes: a workload cannot be told another selector.</summary>
    public static HelmMap Selector(string component) => new()
    {
        { "app.kubernetes.io/component", component },
        new HelmMap.Insert("include \"blogcreator.selector\" ."),
    };

    /// <param name="volumes">The group that owns the volumes: the same in all pods that share one, or each would take it from the others.</param>
    public static HelmMap Security(int user, int group, int volumes) => new()
    {
        { "runAsNonRoot", true },
        { "runAsUser", user },
        { "runAsGroup", group },
        { "fsGroup", volumes },
        // Large volumes are not gone through at every start.
        { "fsGroupChangePolicy", "OnRootMismatch" },
        { "seccompProfile", new HelmMap { { "type", "RuntimeDefault" } } },
    };

    public static HelmMap ContainerSecurity() => new()
    {
        { "allowPrivilegeEscalation", false },
        { "readOnlyRootFilesystem", true },
        { "capabilities", new HelmMap { { "drop", new HelmList { "ALL" } } } },
    };

    /// <summary>Entries that every pod's spec begins with.</summary>
    public static HelmMap Spec(string group, HelmMap security, int grace, bool hasOwnAccount = true) => new()
    {
        hasOwnAccount
            ? new HelmMap { { "serviceAccountName", "{{ include \"blogcreator.serviceAccountName\" . }}" } }
            : [],
        { "automountServiceAccountToken", false },
        new HelmMap.Remark("Else a service named redis would hand every container a variable REDIS_PORT."),
        { "enableServiceLinks", false },
        { "terminationGracePeriodSeconds", grace },
        { "securityContext", security },
        With(".Values.imagePullSecrets", new HelmMap { { "imagePullSecrets", new HelmBlock("toYaml .") } }),
        With($".Values.{group}.nodeSelector", new HelmMap { { "nodeSelector", new HelmBlock("toYaml .") } }),
        With($".Values.{group}.tolerations", new HelmMap { { "tolerations", new HelmBlock("toYaml .") } }),
        With($".Values.{group}.affinity", new HelmMap { { "affinity", new HelmBlock("toYaml .") } }),
    };

    public static HelmMap Image(string group) => new()
    {
        { "image", $"{{{{ include \"blogcreator.image\" .Values.{group}.image }}}}" },
        { "imagePullPolicy", "{{ .Values.imagePullPolicy }}" },
    };

    public static HelmMap Probe(HelmMap question, int period, int failures, int timeout = 3) => new()
    {
        question,
        { "periodSeconds", period },
        { "timeoutSeconds", timeout },
        { "failureThreshold", failures },
    };

    public static HelmMap Get(string path) => new()
    {
        { "httpGet", new HelmMap { { "path", path }, { "port", "management" } } },
    };

    public static HelmMap Mount(string volume, string path, bool isReadOnly = false, string? below = null) => new()
    {
        { "name", volume },
        { "mountPath", path },
        below is null ? [] : new HelmMap { { "subPath", below } },
        isReadOnly ? new HelmMap { { "readOnly", true } } : [],
    };

    public static HelmMap EmptyVolume(string name, HelmMap? limits = null) => new()
    {
        { "name", name },
        { "emptyDir", limits ?? [] },
    };

    public static HelmMap ClaimVolume(string name, string claim) => new()
    {
        { "name", name },
        { "persistentVolumeClaim", new HelmMap { { "claimName", claim } } },
    };

    /// <summary>
    /// Only those that this pod needs. A key that the Secret has not keeps the pod from starting, and the event names it. A
    /// Secret that changes reaches the files within about a minute, which is why none is mounted below a path.
    /// </summary>
    public static HelmMap SecretVolume(HelmNode items) => new()
    {
        { "name", "secrets" },
        {
            "secret",
            new HelmMap
            {
                { "secretName", ChartNames.Secret },
                { "defaultMode", new HelmLiteral("0440") },
                { "items", items },
            }
        },
    };

    public static HelmList SecretItems(IEnumerable<string> names) => List(names.Select(SecretItem));

    public static HelmNode SecretItem(string name) => new HelmMap { { "key", name }, { "path", name } };

    public static HelmMap Variable(string name, HelmNode value) => new() { { "name", name }, { "value", value } };

    public static HelmMap.Around If(string condition, HelmMap entries) => new($"if {condition}", entries);

    public static HelmNode If(string condition, HelmList items) => new HelmList.Around($"if {condition}", items);

    public static HelmMap.Around With(string value, HelmMap entries) => new($"with {value}", entries);

    public static HelmNode With(string value, HelmList items) => new HelmList.Around($"with {value}", items);

    public static HelmList List(IEnumerable<HelmNode> items)
    {
        var list = new HelmList();
        foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
