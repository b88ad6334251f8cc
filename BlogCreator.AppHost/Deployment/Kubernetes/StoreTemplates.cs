using static BlogCreator.AppHost.Deployment.Kubernetes.Pods;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>The containers of the app model: one of each, with a volume that outlives it.</summary>
internal static class StoreTemplates
{
    public const string BackupPort = "backup-metrics";

    public const string MakesBackups = "and .Values.postgres.enabled .Values.backup.enabled";

    public const int BackupMetrics = Catalog.BackupMetrics;

    /// <summary>Where the image of the database keeps its backups, and its socket.</summary>
    private const string Repository = "/var/lib/backup";
    private const string Sockets = "/var/run/postgresql";

    public static IEnumerable<HelmDocument> Of(ChartModel model, ManifestContainer store)
    {
        var condition = $"if .Values.{store.Name}.enabled";
        yield return new HelmDocument(null, condition, StatefulSet(model, store));
        yield return new HelmDocument(null, condition, Service(model, store));
    }

    public static bool IsBackedUp(ChartModel model, ManifestContainer store) => model.HasBackup && store.Name == "postgres";

    /// <summary>Into the place of the database, while the database is stopped.</summary>
    public static HelmMap RestorePod(ChartModel model, ManifestContainer store)
    {
        var facts = StoreFacts.All[store.Name];
        return new()
        {
            { "restartPolicy", "Never" },
            Spec(store.Name, Security(facts.User, facts.Group, facts.Volumes), facts.Grace),
            {
                "containers",
                new HelmList
                {
                    new HelmMap
                    {
                        { "name", "restore" },
                        Image(store.Name),
                        { "args", new HelmList { "backup", "restore", "--to", new HelmLiteral("{{ .Values.backup.restoreTo | quote }}") } },
                        BackupEnvironment(),
                        { "securityContext", ContainerSecurity() },
                        { "resources", new HelmBlock($"toYaml .Values.{store.Name}.resources") },
                        { "volumeMounts", BackupMounts(store) },
                    },
                }
            },
            {
                "volumes",
                new HelmList
                {
                    SecretVolume(BackupSecrets(model, store)),
                    EmptyVolume("sockets"),
                    ClaimVolume("data", $"data-{ChartNames.Of(store.Name)}-0"),
                    BackupVolumes(),
                }
            },
        };
    }

    public static HelmMap ClaimSpec(string values, string accessMode) => new()
    {
        { "accessModes", new HelmList { accessMode } },
        With($".Values.{values}.storageClass", new HelmMap { { "storageClassName", new HelmLiteral("{{ . }}") } }),
        { "resources", new HelmMap { { "requests", new HelmMap { { "storage", $"{{{{ .Values.{values}.size }}}}" } } } } },
    };

    private static HelmMap StatefulSet(ChartModel model, ManifestContainer store)
    {
        var facts = StoreFacts.All[store.Name];
        return new()
        {
            { "apiVersion", "apps/v1" },
            { "kind", "StatefulSet" },
            { "metadata", Metadata(store.Name) },
            {
                "spec",
                new HelmMap
                {
                    { "serviceName", ChartNames.Of(store.Name) },
                    { "replicas", 1 },
                    { "selector", new HelmMap { { "matchLabels", Selector(store.Name) } } },
                    {
                        "template",
                        new HelmMap
                        {
                            { "metadata", new HelmMap { { "labels", Labels(store.Name) } } },
                            { "spec", PodSpec(model, store, facts) },
                        }
                    },
                    {
                        "volumeClaimTemplates",
                        new HelmList { new HelmMap { { "metadata", new HelmMap { { "name", "data" } } }, { "spec", ClaimSpec($"{store.Name}.storage", "ReadWriteOnce") } } }
                    },
                }
            },
        };
    }

    private static HelmMap PodSpec(ChartModel model, ManifestContainer store, StoreFacts facts)
    {
        HelmList containers = [Container(model, store, facts)];
        if (IsBackedUp(model, store))
        {
            containers.Add(If(".Values.backup.enabled", [Backup(store)]));
        }

        return new()
        {
            Spec(store.Name, Security(facts.User, facts.Group, facts.Volumes), facts.Grace),
            facts.Copied is null ? [] : new HelmMap { { "initContainers", new HelmList { Copy(store, facts) } } },
            { "containers", containers },
            { "volumes", Volumes(model, store, facts) },
        };
    }

    private static HelmMap Container(ChartModel model, ManifestContainer store, StoreFacts facts)
    {
        var known = Catalog.Find(store.Name)!;
        var variables = Environment(model, store, known, facts);
        HelmList mounts =
        [
            List(store.Volumes.Where(IsData).Select(volume => (HelmNode)Mount("data", volume.Target, volume.IsReadOnly))),
            Mount("secrets", "/run/secrets", isReadOnly: true),
            List(Writable(known, facts).Select(folder => (HelmNode)Mount(folder.Key, folder.Value))),
        ];
        if (facts.SharedMemory is not null)
        {
            mounts.Add(Mount("shared-memory", "/dev/shm"));
        }

        if (facts.Copied is not null)
        {
            mounts.Add(Mount("copied", facts.Copied));
        }

        if (IsBackedUp(model, store))
        {
            mounts.Add(If(".Values.backup.enabled", [new HelmList.Remark("The log of what changes goes there at once."), Mount("backup", Repository)]));
        }

        return new()
        {
            { "name", store.Name },
            Image(store.Name),
            Command(model, store, known),
            variables.IsEmpty ? [] : new HelmMap { { "env", variables } },
            { "ports", List(model.Ports(store).Select(binding => (HelmNode)new HelmMap { { "name", binding.Name }, { "containerPort", binding.TargetPort ?? 0 } })) },
            new HelmMap.Remark("Ten minutes, for a start after a crash."),
            { "startupProbe", Probe(Question(known), period: 5, failures: 120, timeout: 5) },
            { "readinessProbe", Probe(Question(known), period: 10, failures: 3, timeout: 5) },
            new HelmMap.Remark("Only whether it is there: who is busy, or waits for a disk, is not helped by an end."),
            { "livenessProbe", Probe(new() { { "tcpSocket", new HelmMap { { "port", model.Ports(store).First().Name } } } }, period: 20, failures: 6, timeout: 5) },
            { "securityContext", ContainerSecurity() },
            { "resources", new HelmBlock($"toYaml .Values.{store.Name}.resources") },
            { "volumeMounts", mounts },
        };
    }

    /// <summary>Where the image reads no secret from a file, a shell does, so that it stands in no object of the cluster.</summary>
    private static HelmMap Command(ChartModel model, ManifestContainer store, ServiceFacts known)
    {
        if (known.Run is { } run)
        {
            return new() { { "command", new HelmList { "/bin/sh", "-c", run(store.Args is [.., var last] ? last : "", model.Secrets(store)) } } };
        }

        return new()
        {
            store.Entrypoint is null ? [] : new HelmMap { { "command", new HelmList { store.Entrypoint } } },
            store.Args.Count == 0 ? [] : new HelmMap { { "args", List(store.Args.Select(argument => (HelmNode)model.Resolve(store, argument))) } },
        };
    }

    private static HelmList Environment(ChartModel model, ManifestContainer store, ServiceFacts known, StoreFacts facts)
    {
        var variables = new HelmList();
        foreach (var variable in model.Read(store))
        {
            if (!known.SecretFiles.TryGetValue(variable.Key, out var file))
            {
                variables.Add(Variable(variable.Key, model.Resolve(store, variable)));
            }
            else if (file is not null)
            {
                variables.Add(Variable(file, $"/run/secrets/{model.Secret(store, variable)}"));
            }
        }

        var own = facts.Environment.Concat(known.Environment(model.Settings).Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));
        variables.Add(List(own.DistinctBy(variable => variable.Key).Select(variable => (HelmNode)Variable(variable.Key, variable.Value))));
        return variables;
    }

    private static HelmMap Question(ServiceFacts known) => new()
    {
        { "exec", new HelmMap { { "command", List((known.Health!.Command ?? ["/bin/sh", "-c", known.Health.Shell!]).Select(word => (HelmNode)word)) } } },
    };

    private static HelmMap Copy(ManifestContainer store, StoreFacts facts) => new()
    {
        { "name", "copy" },
        Image(store.Name),
        new HelmMap.Remark("The program writes into this folder of its image, and the image stays read-only."),
        { "command", new HelmList { "cp", "-R", $"{facts.Copied}/.", "/copied/" } },
        { "securityContext", ContainerSecurity() },
        { "resources", new HelmBlock($"toYaml .Values.{store.Name}.resources") },
        { "volumeMounts", new HelmList { Mount("copied", "/copied") } },
    };

    /// <summary>Beside the database, since it reads the same files and speaks over the same socket.</summary>
    private static HelmMap Backup(ManifestContainer store) => new()
    {
        { "name", "backup" },
        Image(store.Name),
        { "args", new HelmList { "backup", "schedule" } },
        BackupEnvironment(),
        { "ports", new HelmList { new HelmMap { { "name", BackupPort }, { "containerPort", BackupMetrics } } } },
        new HelmMap.Remark("No readiness: the database serves while a backup is in trouble, which an alert tells."),
        {
            "livenessProbe",
            Probe(new() { { "exec", new HelmMap { { "command", new HelmList { "/usr/local/bin/backup", "healthcheck" } } } } }, period: 60, failures: 10, timeout: 10)
        },
        { "securityContext", ContainerSecurity() },
        { "resources", new HelmBlock("toYaml .Values.backup.resources") },
        { "volumeMounts", BackupMounts(store) },
    };

    private static HelmMap BackupEnvironment() => new()
    {
        new HelmMap.Remark("Not the keys of the sign-in cookies: only their owner may read them, and Redis has them too."),
        {
            "env",
            new HelmList
            {
                Variable("BACKUP_KEYS", "/nowhere"),
                If(".Values.storage.files.s3.bucket", [Variable("BACKUP_FILES", "off")]),
                new HelmList.Around("range $name, $value := .Values.backup.environment", [Variable("{{ $name }}", new HelmLiteral("{{ $value | quote }}"))]),
            }
        },
    };

    private static HelmList BackupMounts(ManifestContainer store) =>
    [
        List(store.Volumes.Where(IsData).Select(volume => (HelmNode)Mount("data", volume.Target))),
        Mount("secrets", "/run/secrets", isReadOnly: true),
        Mount("backup-tmp", "/tmp"),
        Mount("sockets", Sockets),
        Mount("backup", Repository),
        If("not .Values.storage.files.s3.bucket", [Mount("files", "/data/files", isReadOnly: true)]),
    ];

    private static HelmList BackupVolumes() =>
    [
        EmptyVolume("backup-tmp"),
        ClaimVolume("backup", ChartNames.Of("backup")),
        If("not .Values.storage.files.s3.bucket", [ClaimVolume("files", "{{ include \"blogcreator.filesClaim\" . }}")]),
    ];

    private static HelmList BackupSecrets(ChartModel model, ManifestContainer store) =>
    [
        SecretItems(model.Secrets(store)),
        If(".Values.backup.enabled", [SecretItem("backup-key"), new HelmList.Around("range .Values.backup.secrets", [new HelmMap { { "key", "{{ . }}" }, { "path", "{{ . }}" } }])]),
    ];

    private static HelmList Volumes(ChartModel model, ManifestContainer store, StoreFacts facts)
    {
        HelmList volumes =
        [
            SecretVolume(IsBackedUp(model, store) ? BackupSecrets(model, store) : SecretItems(model.Secrets(store))),
            List(Writable(Catalog.Find(store.Name)!, facts).Select(folder => (HelmNode)EmptyVolume(folder.Key))),
        ];
        if (facts.SharedMemory is { } size)
        {
            volumes.Add(EmptyVolume("shared-memory", new HelmMap { { "medium", "Memory" }, { "sizeLimit", size } }));
        }

        if (facts.Copied is not null)
        {
            volumes.Add(EmptyVolume("copied"));
        }

        if (IsBackedUp(model, store))
        {
            volumes.Add(If(".Values.backup.enabled", BackupVolumes()));
        }

        return volumes;
    }

    private static HelmMap Service(ChartModel model, ManifestContainer store)
    {
        var ports = List(model.Ports(store).Select(binding => (HelmNode)ServiceTemplates.Port(binding.Name, binding.TargetPort ?? 0)));
        if (IsBackedUp(model, store))
        {
            ports.Add(If(".Values.backup.enabled", [ServiceTemplates.Port(BackupPort, BackupMetrics)]));
        }

        return new()
        {
            { "apiVersion", "v1" },
            { "kind", "Service" },
            { "metadata", Metadata(store.Name) },
            { "spec", new HelmMap { { "type", "ClusterIP" }, { "selector", Selector(store.Name) }, { "ports", ports } } },
        };
    }

    /// <summary>What is neither the socket nor the backups, which have volumes of their own here.</summary>
    private static bool IsData(ManifestVolume volume) => volume.Target is not (Sockets or Repository);

    private static IEnumerable<KeyValuePair<string, string>> Writable(ServiceFacts known, StoreFacts facts) =>
        known.Scratch.Select(folder => KeyValuePair.Create(folder == Sockets ? "sockets" : Path.GetFileName(folder), folder)).Concat(facts.Writable);
}
