using static BlogCreator.AppHost.Deployment.Kubernetes.Pods;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>The containers of the app model: one of each, with a volume that outlives it.</summary>
internal static class StoreTemplates
{
    private const string BackupPort = "backup-metrics";
    public const int BackupMetrics = 9187;

    public static IEnumerable<HelmDocument> Of(ChartModel model, ManifestContainer store)
    {
        var condition = $"if .Values.{store.Name}.enabled";
        yield return new HelmDocument(null, condition, StatefulSet(model, store));
        yield return new HelmDocument(null, condition, Service(model, store));
    }

    public static bool IsBackedUp(ChartModel model, ManifestContainer store) => model.HasBackup && store.Name == "postgres";

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
                    { "volumeClaimTemplates", Claims(model, store) },
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
        var inShell = model.Secrets(store).Count > 0 && (store.Entrypoint is not null || facts.Entrypoint is not null);
        var mounts = new HelmList { List(store.Volumes.Select(volume => (HelmNode)Mount("data", volume.Target, volume.IsReadOnly))), Mount("secrets", "/run/secrets", isReadOnly: true) };
        foreach (var (folder, index) in facts.Writable.Select((folder, index) => (folder, index)))
        {
            mounts.Add(Mount(Writable(index), folder));
        }

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
            mounts.Add(If(".Values.backup.enabled", [new HelmList.Remark("The log of what changes goes there at once."), Mount("backup", "/var/lib/backup")]));
        }

        return new()
        {
            { "name", store.Name },
            Image(store.Name),
            inShell ? InShell(model, store, facts) : AsItIs(model, store),
            { "env", Environment(model, store, facts, inShell) },
            { "ports", List(model.Ports(store).Select(binding => (HelmNode)new HelmMap { { "name", binding.Name }, { "containerPort", binding.TargetPort ?? 0 } })) },
            new HelmMap.Remark("Ten minutes: after a crash the log is gone through first."),
            { "startupProbe", Probe(Question(model, store, facts), period: 5, failures: 120, timeout: 5) },
            { "readinessProbe", Probe(Question(model, store, facts), period: 10, failures: 3, timeout: 5) },
            { "livenessProbe", Probe(Question(model, store, facts), period: 20, failures: 6, timeout: 5) },
            { "securityContext", ContainerSecurity() },
            { "resources", new HelmBlock($"toYaml .Values.{store.Name}.resources") },
            { "volumeMounts", mounts },
        };
    }

    /// <summary>The shell reads the secrets from their files, so that they stand in no object of the cluster.</summary>
    private static HelmMap InShell(ChartModel model, ManifestContainer store, StoreFacts facts)
    {
        var secrets = model.Read(store).Where(variable => SecretOf(model, store, variable) is not null)
            .Select(variable => $"{variable.Key}=\"$(cat /run/secrets/{SecretOf(model, store, variable)})\"; export {variable.Key};");
        var command = store.Entrypoint is null ? facts.Entrypoint! : string.Join(' ', store.Args.SkipWhile(argument => argument.StartsWith('-')).Select(argument => model.Resolve(store, argument)));
        return new()
        {
            { "command", new HelmList { store.Entrypoint ?? "/bin/sh", "-c", $"{string.Join(' ', secrets)} exec {command}" } },
        };
    }

    private static HelmMap AsItIs(ChartModel model, ManifestContainer store) => new()
    {
        store.Entrypoint is null ? [] : new HelmMap { { "command", new HelmList { store.Entrypoint } } },
        store.Args.Count == 0 ? [] : new HelmMap { { "args", List(store.Args.Select(argument => (HelmNode)model.Resolve(store, argument))) } },
    };

    private static HelmList Environment(ChartModel model, ManifestContainer store, StoreFacts facts, bool inShell)
    {
        var variables = new HelmList();
        foreach (var variable in model.Read(store))
        {
            if (SecretOf(model, store, variable) is not { } secret)
            {
                variables.Add(Variable(variable.Key, model.Resolve(store, variable)));
            }
            else if (!inShell)
            {
                variables.Add(Variable($"{variable.Key}_FILE", $"/run/secrets/{secret}"));
            }
        }

        if (model.Database(store.Name) is { } database)
        {
            variables.Add(Variable("POSTGRES_DB", database));
        }

        variables.Add(List(facts.Environment.Select(variable => (HelmNode)Variable(variable.Key, variable.Value))));
        return variables;
    }

    private static string? SecretOf(ChartModel model, ManifestContainer store, KeyValuePair<string, string> variable) =>
        model.Secrets(store) is { Count: > 0 } secrets && secrets.FirstOrDefault(secret => variable.Value == $"{{{secret}.value}}") is { } found ? found : null;

    private static HelmMap Question(ChartModel model, ManifestContainer store, StoreFacts facts) => new()
    {
        facts.Health is null
            ? new HelmMap { { "tcpSocket", new HelmMap { { "port", model.Ports(store).First().Name } } } }
            : new HelmMap { { "exec", new HelmMap { { "command", List(facts.Health.Select(word => (HelmNode)word)) } } } },
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
    private static HelmMap Backup(ManifestContainer store)
    {
        HelmList mounts =
        [
            List(store.Volumes.Select(volume => (HelmNode)Mount("data", volume.Target))),
            Mount("secrets", "/run/secrets", isReadOnly: true),
            Mount("backup-tmp", "/tmp"),
            Mount(Writable(1), "/var/run/postgresql"),
            Mount("backup", "/var/lib/backup"),
            If("not .Values.storage.files.s3.bucket", [Mount("files", "/data/files", isReadOnly: true)]),
            If(".Values.storage.keys.enabled", [Mount("keys", "/data/keys", isReadOnly: true)]),
        ];
        return new()
        {
            { "name", "backup" },
            Image(store.Name),
            { "args", new HelmList { "backup", "schedule" } },
            {
                "env",
                new HelmList
                {
                    new HelmList.Around("range $name, $value := .Values.backup.environment", [Variable("{{ $name }}", new HelmLiteral("{{ $value | quote }}"))]),
                }
            },
            { "ports", new HelmList { new HelmMap { { "name", BackupPort }, { "containerPort", BackupMetrics } } } },
            new HelmMap.Remark("No readiness: the database serves while a backup is in trouble, which an alert tells."),
            { "livenessProbe", Probe(new() { { "tcpSocket", new HelmMap { { "port", BackupPort } } } }, period: 30, failures: 10, timeout: 5) },
            { "securityContext", ContainerSecurity() },
            { "resources", new HelmBlock("toYaml .Values.backup.resources") },
            { "volumeMounts", mounts },
        };
    }

    private static HelmList Volumes(ChartModel model, ManifestContainer store, StoreFacts facts)
    {
        var secrets = SecretItems(model.Secrets(store));
        var volumes = new HelmList();
        if (IsBackedUp(model, store))
        {
            secrets.Add(If(".Values.backup.enabled", [SecretItem("backup-key"), new HelmList.Around("range .Values.backup.secrets", [new HelmMap { { "key", "{{ . }}" }, { "path", "{{ . }}" } }])]));
        }

        volumes.Add(SecretVolume(secrets));
        volumes.Add(List(facts.Writable.Select((_, index) => (HelmNode)EmptyVolume(Writable(index)))));
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
            volumes.Add(If(
                ".Values.backup.enabled",
                [
                    EmptyVolume("backup-tmp"),
                    If("not .Values.storage.files.s3.bucket", [ClaimVolume("files", "{{ include \"blogcreator.filesClaim\" . }}")]),
                    If(".Values.storage.keys.enabled", [ClaimVolume("keys", "{{ include \"blogcreator.keysClaim\" . }}")]),
                ]));
        }

        return volumes;
    }

    private static HelmList Claims(ChartModel model, ManifestContainer store)
    {
        var claims = new HelmList { Claim("data", $"{store.Name}.storage") };
        if (IsBackedUp(model, store))
        {
            claims.Add(If(".Values.backup.enabled", [Claim("backup", "backup.storage")]));
        }

        return claims;
    }

    private static HelmMap Claim(string name, string values) => new()
    {
        { "metadata", new HelmMap { { "name", name } } },
        { "spec", ClaimSpec(values, "ReadWriteOnce") },
    };

    internal static HelmMap ClaimSpec(string values, string accessMode) => new()
    {
        { "accessModes", new HelmList { accessMode } },
        With($".Values.{values}.storageClass", new HelmMap { { "storageClassName", new HelmLiteral("{{ . }}") } }),
        { "resources", new HelmMap { { "requests", new HelmMap { { "storage", $"{{{{ .Values.{values}.size }}}}" } } } } },
    };

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

    private static string Writable(int index) => index == 0 ? "tmp" : $"writable-{index}";
}
