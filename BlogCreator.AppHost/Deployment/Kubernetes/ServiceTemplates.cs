using System.Globalization;
using static BlogCreator.AppHost.Deployment.Kubernetes.Pods;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>Api and web: several of each, replaced one by one without losing a request.</summary>
internal static class ServiceTemplates
{
    // The load balancers have 10 s to notice, the service goes on for 10 s more and then has 60 s to finish its requests.
    private const int Sleep = 10;
    private const int Grace = 90;

    public static IEnumerable<HelmDocument> Of(ChartModel model, ManifestProject project) =>
    [
        new(Deployment(model, project)) { Before = ["include \"blogcreator.check\" ."] },
        new(Service(model, project)),
        new("One stays while nodes are emptied.", null, Budget(project.Name)),
        new(null, $"if .Values.{project.Name}.autoscaling.enabled", Autoscaler(project.Name)),
    ];

    /// <summary>The variables of a program, for every pod that runs it.</summary>
    public static HelmList Environment(ChartModel model, ManifestProject project)
    {
        var name = project.Name;
        var variables = new HelmList { Variable("ASPNETCORE_ENVIRONMENT", "Production") };
        foreach (var variable in model.Read(project))
        {
            switch (variable.Key)
            {
                case "Site__BaseUrl":
                    variables.Add(Variable(variable.Key, "https://{{ required \"Set ingress.host to the address of the site.\" .Values.ingress.host }}"));
                    break;
                default:
                    variables.Add(FromModel(model, project, variable));
                    break;
            }
        }

        if (name != "migrate")
        {
            variables.Add(Variable("Management__Port", ManagementPort.ToString(CultureInfo.InvariantCulture)));
            variables.Add(Variable("ForwardedHeaders__TrustedNetworks", new HelmLiteral("{{ join \",\" .Values.trustedNetworks | quote }}")));
            variables.Add(If(".Values.storage.keys.enabled", [Variable("DataProtection__Path", "/data/keys")]));
        }

        if (name == "api")
        {
            variables.Add(Variable("Uploads__MaxBytes", new HelmLiteral("{{ int64 .Values.uploads.maxBytes | quote }}")));
            variables.Add(Files());
            if (model.HasBackup)
            {
                // The backups run in the pod of the database.
                variables.Add(If(StoreTemplates.MakesBackups, [Variable("Backup__MetricsUrl", FormattableString.Invariant($"http://{{{{ include \"blogcreator.fullname\" . }}}}-postgres:{StoreTemplates.BackupMetrics}/metrics.txt"))]));
            }
        }

        variables.Add(Variable("DOTNET_gcServer", "0"));
        variables.Add(new HelmList.Around($"range $name, $value := .Values.{name}.environment", [Variable("{{ $name }}", new HelmLiteral("{{ $value | quote }}"))]));
        return variables;
    }

    public static HelmList Secrets(ChartModel model, ManifestProject project)
    {
        var items = new HelmList();
        foreach (var secrets in model.Read(project).ToLookup(
            variable => model.Store(project, variable)?.Name, variable => model.Secrets(project, variable)))
        {
            var names = SecretItems(secrets.SelectMany(names => names).Distinct());
            items.Add(secrets.Key is null || names.IsEmpty ? names : [If(IsUsed(secrets.Key), names)]);
        }

        if (project.Name == "api")
        {
            items.Add(If("and .Values.storage.files.s3.bucket .Values.storage.files.s3.credentialsInSecret", SecretItems(["s3-access-key", "s3-secret-key"])));
        }

        items.Add(new HelmList.Around($"range .Values.{project.Name}.secrets", [new HelmMap { { "key", "{{ . }}" }, { "path", "{{ . }}" } }]));
        return items;
    }

    public static string IsUsed(string store) => $"or .Values.{store}.enabled .Values.{store}.external.connectionString";

    /// <summary>What a pod mounts: the component's own, and the secrets of the program that it runs.</summary>
    public static (HelmList Mounts, HelmList Volumes) Data(string name, string program)
    {
        HelmList mounts = [Mount("secrets", "/run/secrets", isReadOnly: true), Mount("tmp", "/tmp")];
        HelmList volumes = [EmptyVolume("tmp", new HelmMap { { "sizeLimit", "{{ .Values.storage.temporary }}" } })];
        if (name is "api" or "web")
        {
            mounts.Add(If(".Values.storage.keys.enabled", [Mount("keys", "/data/keys")]));
            volumes.Add(If(".Values.storage.keys.enabled", [ClaimVolume("keys", "{{ include \"blogcreator.keysClaim\" . }}")]));
        }

        if (name is "api" or "verify-files")
        {
            mounts.Add(If("not .Values.storage.files.s3.bucket", [Mount("files", "/data/files")]));
            volumes.Add(If("not .Values.storage.files.s3.bucket", [ClaimVolume("files", "{{ include \"blogcreator.filesClaim\" . }}")]));
        }

        volumes.Add(SecretVolume(new HelmBlock($"include \"blogcreator.secrets.{program}\" .")));
        return (mounts, volumes);
    }

    private static HelmList Files() =>
    [
        new HelmList.Around(
            "with .Values.storage.files.s3",
            [
                new HelmList.Around(
                    "if .bucket",
                    [
                        Variable("Storage__S3__Bucket", new HelmLiteral("{{ .bucket | quote }}")),
                        Variable("Storage__S3__Endpoint", new HelmLiteral("{{ .endpoint | quote }}")),
                        Variable("Storage__S3__Region", new HelmLiteral("{{ .region | quote }}")),
                        Variable("Storage__S3__Prefix", new HelmLiteral("{{ .prefix | quote }}")),
                        Variable("Storage__S3__ServerSideEncryption", new HelmLiteral("{{ .serverSideEncryption | quote }}")),
                        new HelmList.Around("if .credentialsInSecret", [Variable("Storage__S3__AccessKey", "{secret:s3-access-key}"), Variable("Storage__S3__SecretKey", "{secret:s3-secret-key}")]),
                        new HelmList.Otherwise("else"),
                        Variable("Storage__Path", "/data/files"),
                    ]),
            ]),
    ];

    /// <summary>The chart's own server, or the one that was named instead; without either the variable is left out.</summary>
    private static HelmNode FromModel(ChartModel model, ManifestProject project, KeyValuePair<string, string> variable)
    {
        var text = model.Resolve(project, variable);
        var inside = Variable(variable.Key, IsOneExpression(text) ? new HelmLiteral(text.Replace(" }}", " | quote }}", StringComparison.Ordinal)) : text);
        return model.Store(project, variable) is not { Name: var store }
            ? inside
            : If(
                $".Values.{store}.enabled",
                [
                    inside,
                    new HelmList.Otherwise($"else if .Values.{store}.external.connectionString"),
                    Variable(variable.Key, new HelmLiteral($"{{{{ .Values.{store}.external.connectionString | quote }}}}")),
                ]);
    }

    private static bool IsOneExpression(string text) =>
        text.StartsWith("{{ .Values.", StringComparison.Ordinal) && text.IndexOf("}}", StringComparison.Ordinal) == text.Length - 2;

    private static HelmMap Deployment(ChartModel model, ManifestProject project)
    {
        var name = project.Name;
        var (mounts, volumes) = Data(name, name);
        return new()
        {
            { "apiVersion", "apps/v1" },
            { "kind", "Deployment" },
            { "metadata", Metadata(name) },
            {
                "spec",
                new HelmMap
                {
                    new HelmMap.Remark("With an autoscaler, as many as there are: an upgrade must not undo what it decided."),
                    { "replicas", new HelmLiteral($"{{{{ include \"blogcreator.replicas\" (list . \"{name}\") }}}}") },
                    { "minReadySeconds", 10 },
                    { "revisionHistoryLimit", 5 },
                    {
                        "strategy",
                        new HelmMap { { "type", "RollingUpdate" }, { "rollingUpdate", new HelmMap { { "maxUnavailable", 0 }, { "maxSurge", 1 } } } }
                    },
                    { "selector", new HelmMap { { "matchLabels", Selector(name) } } },
                    { "template", new HelmMap { { "metadata", PodMetadata(name) }, { "spec", PodSpec(model, project, mounts, volumes) } } },
                }
            },
        };
    }

    private static HelmMap PodMetadata(string name) => new()
    {
        { "labels", Labels(name) },
        If(
            ".Values.monitoring.annotations",
            new HelmMap
            {
                {
                    "annotations",
                    new HelmMap
                    {
                        { "prometheus.io/scrape", "true" },
                        { "prometheus.io/path", "/metrics" },
                        { "prometheus.io/port", ManagementPort.ToString(CultureInfo.InvariantCulture) },
                    }
                },
            }),
    };

    private static HelmMap PodSpec(ChartModel model, ManifestProject project, HelmList mounts, HelmList volumes) => new()
    {
        Spec(project.Name, Security(User, User, User), Grace),
        {
            "topologySpreadConstraints",
            new HelmList { Spread("kubernetes.io/hostname", project.Name), Spread("topology.kubernetes.io/zone", project.Name) }
        },
        {
            "containers",
            new HelmList
            {
                new HelmMap
                {
                    { "name", project.Name },
                    Image(project.Name),
                    project.Args.Count == 0 ? [] : new HelmMap { { "args", List(project.Args.Select(argument => (HelmNode)argument)) } },
                    { "env", new HelmBlock($"include \"blogcreator.environment.{project.Name}\" .") },
                    { "ports", Ports(model, project) },
                    new HelmMap.Remark("Asked on the port that no visitor reaches."),
                    { "startupProbe", Probe(Get("/health/live"), period: 2, failures: 45) },
                    { "readinessProbe", Probe(Get("/health/ready"), period: 5, failures: 2) },
                    { "livenessProbe", Probe(Get("/health/live"), period: 10, failures: 3) },
                    new HelmMap.Remark("By Kubernetes itself, since the image has no shell. Until it is over, whoever has not noticed yet is served."),
                    { "lifecycle", new HelmMap { { "preStop", new HelmMap { { "sleep", new HelmMap { { "seconds", Sleep } } } } } } },
                    { "securityContext", ContainerSecurity() },
                    { "resources", new HelmBlock($"toYaml .Values.{project.Name}.resources") },
                    { "volumeMounts", mounts },
                },
            }
        },
        { "volumes", volumes },
    };

    private static HelmList Ports(ChartModel model, ManifestProject project) =>
    [
        List(model.Ports(project).Select(binding => (HelmNode)new HelmMap { { "name", binding.Name }, { "containerPort", binding.TargetPort ?? 8080 } })),
        new HelmMap { { "name", "management" }, { "containerPort", ManagementPort } },
    ];

    private static HelmMap Spread(string topology, string name) => new()
    {
        { "maxSkew", 1 },
        { "topologyKey", topology },
        { "whenUnsatisfiable", "ScheduleAnyway" },
        { "labelSelector", new HelmMap { { "matchLabels", Selector(name) } } },
        new HelmMap.Remark("Each release is spread by itself, while the old one still runs."),
        { "matchLabelKeys", new HelmList { "pod-template-hash" } },
    };

    private static HelmMap Service(ChartModel model, ManifestProject project) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "Service" },
        {
            "metadata",
            new HelmMap
            {
                Metadata(project.Name),
                With($".Values.{project.Name}.serviceAnnotations", new HelmMap { { "annotations", new HelmBlock("toYaml .") } }),
            }
        },
        {
            "spec",
            new HelmMap
            {
                { "type", "ClusterIP" },
                { "selector", Selector(project.Name) },
                {
                    "ports",
                    new HelmList
                    {
                        List(model.Ports(project).Select(binding => (HelmNode)Port(binding.Name, binding.TargetPort ?? 8080))),
                        Port("management", ManagementPort),
                    }
                },
            }
        },
    };

    internal static HelmMap Port(string name, int port) => new()
    {
        { "name", name },
        { "port", port },
        { "targetPort", name },
    };

    private static HelmMap Budget(string name) => new()
    {
        { "apiVersion", "policy/v1" },
        { "kind", "PodDisruptionBudget" },
        { "metadata", Metadata(name) },
        {
            "spec",
            new HelmMap
            {
                { "minAvailable", 1 },
                { "unhealthyPodEvictionPolicy", "AlwaysAllow" },
                { "selector", new HelmMap { { "matchLabels", Selector(name) } } },
            }
        },
    };

    private static HelmMap Autoscaler(string name) => new()
    {
        { "apiVersion", "autoscaling/v2" },
        { "kind", "HorizontalPodAutoscaler" },
        { "metadata", Metadata(name) },
        {
            "spec",
            new HelmMap
            {
                { "scaleTargetRef", new HelmMap { { "apiVersion", "apps/v1" }, { "kind", "Deployment" }, { "name", ChartNames.Of(name) } } },
                { "minReplicas", new HelmLiteral($"{{{{ .Values.{name}.replicas }}}}") },
                { "maxReplicas", new HelmLiteral($"{{{{ max .Values.{name}.replicas .Values.{name}.autoscaling.maxReplicas }}}}") },
                {
                    "metrics",
                    new HelmList
                    {
                        new HelmMap
                        {
                            { "type", "Resource" },
                            {
                                "resource",
                                new HelmMap
                                {
                                    { "name", "cpu" },
                                    { "target", new HelmMap { { "type", "Utilization" }, { "averageUtilization", new HelmLiteral($"{{{{ .Values.{name}.autoscaling.cpuPercent }}}}") } } },
                                }
                            },
                        },
                        With($".Values.{name}.autoscaling.metrics", new HelmList { new HelmList.Insert("toYaml .") }),
                    }
                },
                new HelmMap.Remark("Each replica less cuts connections, so that a short quiet time is no reason for it."),
                { "behavior", new HelmMap { { "scaleDown", new HelmMap { { "stabilizationWindowSeconds", 600 } } } } },
            }
        },
    };
}
