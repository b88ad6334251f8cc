using System.Globalization;
using System.Text.Json.Nodes;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>The values of our chart, with the app model's images and the settings' limits as defaults.</summary>
internal static class ValuesOfChart
{
    private const string OtherSettings = "Further settings of the service, NAME: VALUE. {secret:NAME} stands for a key of the Secret.";

    private static JsonObject Anything => new() { ["type"] = "object" };

    private static JsonObject Texts => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject Items => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object" } };

    public static ChartValues From(ChartModel model)
    {
        var values = new ChartValues
        {
            { "fullnameOverride", "", "The beginning of every object's name; empty for the name of the release." },
            { "imagePullPolicy", "IfNotPresent", null, OneOf("IfNotPresent", "Always", "Never") },
            { "imagePullSecrets", Items, new HelmList(), "- name: NAME of a Secret with the registry's credentials." },
            {
                "secrets",
                new ChartValues
                {
                    { "existingSecret", "blogcreator-secrets", null, new() { ["type"] = "string", ["minLength"] = 1 } },
                },
                "The Secret with one key for each password, made before the installation; docs/kubernetes.md says how. The chart\nmakes none, so that no password stands in values, in a release or in git."
            },
            {
                "ingress",
                new ChartValues
                {
                    { "enabled", true },
                    { "host", model.Settings.Domain, "The address of the site.", new() { ["type"] = "string", ["minLength"] = 1 } },
                    { "className", model.Settings.Kubernetes.IngressClass, "The Ingress controller; empty for the cluster's default." },
                    { "clusterIssuer", model.Settings.Kubernetes.ClusterIssuer, "The ClusterIssuer of cert-manager; empty when the certificate is put into the Secret by somebody else." },
                    { "tlsSecret", "", "The Secret of the certificate; empty for RELEASE-tls." },
                    { "stickySessions", false, "The same replica for all requests of a browser. No page of ours needs it (decision 3), and its cookie keeps caches\nfrom keeping pages." },
                    {
                        "annotations", Strings(),
                        new HelmMap
                        {
                            new HelmMap.Remark("Plain HTTP is sent on to HTTPS. For the API it would better be refused, which ingress-nginx can only by a\nsnippet, and those are off unless its administrator allows them."),
                            { "nginx.ingress.kubernetes.io/ssl-redirect", "true" },
                            new HelmMap.Remark("A replica that is being replaced: the next is asked, unless a request could be done twice."),
                            { "nginx.ingress.kubernetes.io/proxy-next-upstream", "error timeout http_502 http_503" },
                        },
                        "For both Ingresses. These are ingress-nginx's; give other controllers their own (Traefik's stand at the services)."
                    },
                    {
                        "webAnnotations", Strings(),
                        new HelmMap { { "nginx.ingress.kubernetes.io/proxy-body-size", "1m" } },
                        "For pages."
                    },
                    {
                        "apiAnnotations", Strings(),
                        new HelmMap
                        {
                            { "nginx.ingress.kubernetes.io/proxy-request-buffering", "off" },
                            { "nginx.ingress.kubernetes.io/proxy-read-timeout", "3600" },
                            { "nginx.ingress.kubernetes.io/proxy-send-timeout", "3600" },
                        },
                        "For the API and its sockets; the largest body follows from uploads.maxBytes."
                    },
                }
            },
            {
                "trustedNetworks", Texts, new HelmList { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16" },
                "Whose word about a visitor's address is believed: the networks of the Ingress controller's pods. Narrow it to your\ncluster's pod network; the network policies keep everybody else away."
            },
            {
                "uploads",
                new ChartValues
                {
                    { "maxBytes", new HelmLiteral(model.Settings.UploadLimit.Bytes.ToString(CultureInfo.InvariantCulture)), "The largest file that may be uploaded." },
                }
            },
            { "parameters", Parameters(model), "The app model's parameters that are no secrets." },
        };
        foreach (var project in model.Projects.Where(project => project.Name != "migrate"))
        {
            values.Add(project.Name, Service(model, project));
        }

        values.Add(
            "migrate",
            new ChartValues
            {
                { "deadlineSeconds", 900, "A migration that takes longer has failed, and the upgrade with it." },
                { "environment", Environment(model, "migrate"), new HelmMap(), OtherSettings },
                { "secrets", Texts, new HelmList(), "Further keys of the Secret that those settings name." },
                { "resources", Anything, Resources(model.Limits("migrate")) },
                Scheduling(),
            },
            "The migration of the database; the image is the api's.");
        values.Add(
            "verifyFiles",
            new ChartValues
            {
                { "enabled", true },
                { "schedule", "17 3 * * 0" },
                { "resources", Anything, Resources(model.Limits("migrate")) },
                Scheduling(),
            },
            "Compares every stored file with its hash once a week.");
        foreach (var store in model.Stores)
        {
            values.Add(store.Name, Store(model, store));
        }

        if (model.Stores.Any(store => store.Name == "elasticsearch"))
        {
            values.Add("reindex", new ChartValues { { "resources", Anything, Resources(model.Limits("migrate")) }, Scheduling() }, "Filling new search indices, by hand.");
        }

        if (model.HasBackup)
        {
            values.Add("backup", Backup(model), "Backups of the database, the files and the keys, made beside the database (docs/backup.md). Not with a database\noutside: there the provider's own backups count.");
        }

        values.Add("storage", Storage(model));
        values.Add("serviceAccount", new ChartValues
        {
            { "create", true },
            { "name", "", "Empty for the name of the release." },
            { "annotations", Strings(), new HelmMap(), "For the cloud's identity, with which api reaches its bucket without keys." },
        });
        values.Add("networkPolicy", NetworkPolicy(model));
        values.Add("monitoring", Monitoring());
        return values;
    }

    public static JsonObject Schema(ChartValues values)
    {
        var schema = values.ToSchema();
        // Helm adds it where this chart is part of another.
        schema["properties"]!.AsObject().Add("global", Anything);
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        return schema;
    }

    private static ChartValues Parameters(ChartModel model)
    {
        var values = new ChartValues();
        foreach (var (name, value) in model.Parameters)
        {
            values.Add(name, value);
        }

        return values;
    }

    private static ChartValues Service(ChartModel model, ManifestProject project)
    {
        var name = project.Name;
        var limits = model.Limits(name);
        return new()
        {
            { "image", OwnImage(model, name), "A digest goes before the tag." },
            { "replicas", new HelmLiteral(limits.Replicas.ToString(CultureInfo.InvariantCulture)), "At least two, or a deployment interrupts the site.", AtLeast(1) },
            {
                "autoscaling",
                new ChartValues
                {
                    { "enabled", true },
                    { "maxReplicas", Math.Max(limits.Replicas * 2, limits.Replicas + 2), null, AtLeast(1) },
                    { "cpuPercent", 80, "Of what is requested below.", AtLeast(1) },
                    { "metrics", Items, new HelmList(), "Further metrics in the words of autoscaling/v2, such as the age of the queue through an adapter." },
                },
                "Between replicas and maxReplicas; needs the cluster's metrics-server."
            },
            { "environment", Environment(model, name), new HelmMap(), OtherSettings },
            { "secrets", Texts, new HelmList(), "Further keys of the Secret that those settings name." },
            { "serviceAnnotations", Strings(), new HelmMap() },
            { "resources", Anything, Resources(limits) },
            Scheduling(),
        };
    }

    private static ChartValues Store(ChartModel model, ManifestContainer store)
    {
        var (name, facts) = (store.Name, StoreFacts.All[store.Name]);
        var limits = model.Limits(name);
        var own = store.Build is not null || StoreTemplates.IsBackedUp(model, store) ? OwnImage(model, name) : Image(store.Image ?? "", model.Settings.Digests.GetValueOrDefault(name));
        var values = new ChartValues
        {
            { "enabled", true, $"One {name} of the chart's own; with false the one named below, if any, is used." },
            {
                "external",
                new ChartValues
                {
                    { "connectionString", "", $"For example: {Example(name)}" },
                    { "cidr", "0.0.0.0/0", "Where that server is, for the network policies." },
                    { "port", store.Bindings is [{ TargetPort: { } port }, ..] ? port : 443 },
                }
            },
            { "image", own },
            { "storage", Volume(model.Settings.Kubernetes.StorageClass, facts.Size) },
            { "resources", Anything, Resources(limits) },
            Scheduling(),
        };
        if (name == "elasticsearch")
        {
            values.Add("heap", model.Settings.ElasticsearchHeap.ToString().ToLowerInvariant(), "At most half of its memory.");
        }

        return values;
    }

    private static ChartValues Backup(ChartModel model) => new()
    {
        { "enabled", true },
        { "environment", Strings(), new HelmMap(), "Settings of the script backup, NAME: VALUE; see docs/backup.md." },
        { "secrets", Texts, new HelmList(), "Further keys of the Secret for it, such as a bucket's." },
        { "restoreTo", "latest", "The moment that the CronJob restore brings back, when somebody runs it: a time such as 2026-11-29 12:00:00+00." },
        { "toOutside", false, "Whether it may reach a bucket outside the cluster." },
        { "storage", Volume(model.Settings.Kubernetes.StorageClass, "40Gi"), "Where the backups are." },
        { "resources", Anything, Resources(model.Limits("backup")) },
    };

    private static ChartValues Storage(ChartModel model) => new()
    {
        {
            "files",
            new ChartValues
            {
                {
                    "s3",
                    new ChartValues
                    {
                        { "bucket", "", "Empty for the volume below." },
                        { "endpoint", "" },
                        { "region", "" },
                        { "prefix", "" },
                        { "serverSideEncryption", "", null, OneOf("", "AES256", "aws:kms") },
                        { "credentialsInSecret", false, "With true the Secret has the keys s3-access-key and s3-secret-key; with false the account's identity is used." },
                    },
                    "A bucket instead of a volume (docs/files.md)."
                },
                { "existingClaim", "", "A claim of your own instead of the chart's." },
                { "accessMode", "ReadWriteMany", "Every replica of api uses it at once, and so does the backup.", OneOf("ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod") },
                { "storageClass", model.Settings.Kubernetes.SharedStorageClass, "One that can be mounted by several machines: NFS, EFS, Azure Files, CephFS." },
                { "size", "50Gi" },
            },
            "The original files."
        },
        {
            "keys",
            new ChartValues
            {
                { "enabled", true, "A second place for the keys besides Redis; without Redis the only one." },
                { "existingClaim", "" },
                { "accessMode", "ReadWriteMany", null, OneOf("ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod") },
                { "storageClass", model.Settings.Kubernetes.SharedStorageClass },
                { "size", "100Mi" },
            },
            "The keys of the sign-in cookies."
        },
        { "temporary", "2Gi", "For files while they are read: the largest file times the number of workers, when files are kept in a bucket." },
    };

    private static ChartValues NetworkPolicy(ChartModel model)
    {
        var values = new ChartValues
        {
            { "enabled", true, "Needs a network of the cluster that enforces them, such as Calico or Cilium." },
            { "ingressNamespace", "ingress-nginx", "Where the Ingress controller runs." },
            { "monitoringNamespace", "monitoring", "Where Prometheus runs." },
            { "localDns", "169.254.20.10/32", "The address of the DNS cache on each node, if there is one; else no harm." },
            {
                "outsideExcept", Texts, new HelmList { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10" },
                "What the services may not reach although port 443 is open to the outside: the inside, and the cloud's metadata."
            },
        };
        foreach (var project in model.Projects.Where(project => project.Name != "migrate"))
        {
            values.Add($"{project.Name}Egress", Items, new HelmList(), $"Further rules for what {project.Name} may reach, such as a model or a collector of traces within the cluster.");
        }

        return values;
    }

    private static ChartValues Monitoring() => new()
    {
        { "annotations", true, "prometheus.io/scrape and the like at the pods." },
        {
            "serviceMonitor",
            new ChartValues { { "enabled", false }, { "labels", Strings(), new HelmMap(), "By which your Prometheus chooses it." } },
            "For the Prometheus operator."
        },
    };

    private static ChartValues Scheduling() => new()
    {
        { "nodeSelector", Strings(), new HelmMap() },
        { "tolerations", Items, new HelmList() },
        { "affinity", Anything, new HelmMap() },
    };

    private static ChartValues Volume(string storageClass, string size) => new()
    {
        { "size", size, "Cannot be changed later by the chart: enlarge the claim itself." },
        { "storageClass", storageClass, "Empty for the cluster's default." },
    };

    private static ChartValues OwnImage(ChartModel model, string name) =>
        Image($"{model.Settings.Registry}/blogcreator-{name}:{model.Settings.Version}", model.Settings.Digests.GetValueOrDefault(name));

    private static ChartValues Image(string image, string? digest)
    {
        var tag = image.LastIndexOf(':');
        return new()
        {
            { "repository", image[..tag] },
            { "tag", image[(tag + 1)..] },
            { "digest", digest ?? "", null, new() { ["type"] = "string", ["pattern"] = "^(sha256:[0-9a-f]{64})?$" } },
        };
    }

    /// <summary>Half is promised, all is the most.</summary>
    private static HelmMap Resources(ServiceLimits limits) => new()
    {
        { "requests", new HelmMap { { "cpu", Millis(limits.Cpus / 2) }, { "memory", new ByteSize(limits.Memory.Bytes / 2).ToKubernetes() } } },
        { "limits", new HelmMap { { "cpu", Millis(limits.Cpus) }, { "memory", limits.Memory.ToKubernetes() } } },
    };

    private static string Millis(decimal cpus) => string.Create(CultureInfo.InvariantCulture, $"{(int)(cpus * 1000)}m");

    private static string Example(string store) => store switch
    {
        "postgres" => "Host=db.example.org;Username=blog;Password={secret:postgres-password};Database=blogdb;SSL Mode=VerifyFull",
        "redis" => "redis.example.org:6379,password={secret:redis-password},ssl=true",
        _ => "https://elastic:{secret:elasticsearch-password:uri}@search.example.org:9200",
    };

    /// <summary>What the chart sets itself cannot be set twice.</summary>
    private static JsonObject Environment(ChartModel model, string project)
    {
        var names = ServiceTemplates.Environment(model, model.Project(project)).Names().Distinct();
        return new()
        {
            ["type"] = "object",
            ["propertyNames"] = new JsonObject
            {
                ["pattern"] = "^[A-Za-z_][A-Za-z0-9_.]*$",
                ["not"] = new JsonObject { ["enum"] = new JsonArray([.. names.Select(name => (JsonNode)name)]) },
            },
            ["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
        };
    }

    private static JsonObject Strings() => new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject OneOf(params string[] values) => new() { ["enum"] = new JsonArray([.. values.Select(value => (JsonNode)value)]) };

    private static JsonObject AtLeast(int minimum) => new() { ["type"] = "integer", ["minimum"] = minimum };

    /// <summary>The names in a list of variables, those under a condition too.</summary>
    private static IEnumerable<string> Names(this HelmList variables) => variables.SelectMany(item => item switch
    {
        HelmList.Around around => around.Items.Names(),
        HelmMap map => map.OfType<HelmMap.Pair>().Where(pair => pair.Key == "name").Select(pair => ((HelmText)pair.Value).Text).Where(name => !name.StartsWith("{{", StringComparison.Ordinal)),
        _ => [],
    });
}
