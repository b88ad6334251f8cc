namespace BlogCreator.AppHost.Deployment;

/// <summary>What we know of a service and a manifest cannot hold.</summary>
internal sealed record ServiceFacts(string Name, Part Part, ServiceLimits Limits, ByteSize LeastMemory)
{
    /// <summary>Whether several of it may run.</summary>
    public bool IsReplicated { get; init; }

    /// <summary>Whether it does its work and ends.</summary>
    public bool IsOnce { get; init; }

    /// <summary>Null for the image's own user.</summary>
    public string? User { get; init; }

    /// <summary>Why it has to be root; null when it is not.</summary>
    public string? WhyRoot { get; init; }

    /// <summary>What it may do beside what its user may, by the names of Linux's capabilities.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Why its root file system has to be written to; null when it need not.</summary>
    public string? WhyWritable { get; init; }

    /// <summary>Folders in memory.</summary>
    public IReadOnlyList<string> Scratch { get; init; } = ["/tmp"];

    public IReadOnlyList<string> Networks { get; init; } = [];

    public IReadOnlyList<(string Service, Wait Until)> WaitsFor { get; init; } = [];

    /// <summary>Null for one that runs once.</summary>
    public Health? Health { get; init; }

    /// <summary>Seconds that it may take to stop.</summary>
    public int StopWithin { get; init; } = 30;

    /// <summary>
    /// Variables of the manifest that hold a secret, and the variable in which the image takes the name of a file instead;
    /// null where <see cref="Run"/> or the image itself reads the file.
    /// </summary>
    public IReadOnlyDictionary<string, string?> SecretFiles { get; init; } = new Dictionary<string, string?>();

    /// <summary>Secrets beside those of its environment, and the part that they are for.</summary>
    public IReadOnlyList<(string Name, Part Part)> Secrets { get; init; } = [];

    /// <summary>
    /// What a shell runs in place of the image's own command, which is given, with the names of the secrets that it finds; for
    /// reading them.
    /// </summary>
    public Func<string, IReadOnlyList<string>, string>? Run { get; init; }

    /// <summary>A service without which it has nothing to do.</summary>
    public string? Of { get; init; }

    public IReadOnlyList<ManifestVolume> Volumes { get; init; } = [];

    /// <summary>Absolute paths of the host.</summary>
    public IReadOnlyList<ManifestBindMount> HostMounts { get; init; } = [];

    /// <summary>Variables beside those of the manifest.</summary>
    public Func<Settings, IReadOnlyList<(string Name, string Value)>> Environment { get; init; } = _ => [];
}

internal enum Wait
{
    Started,
    Healthy,
    Completed,
}

/// <param name="Command">The program and its arguments.</param>
/// <param name="Shell">Or a line for the container's shell.</param>
internal sealed record Health(IReadOnlyList<string>? Command, string? Shell = null, int Every = 10, int StartPeriod = 30, int Retries = 3, int Timeout = 5);

/// <summary>Networks of Compose, in the order in which they are written.</summary>
internal sealed record NetworkFacts(string Name, bool IsInternal, string Purpose);

internal static class Catalog
{
    /// <summary>Where the backup service says when what last succeeded.</summary>
    public const int BackupMetrics = 9187;

    private const string Redis = "redis-server --requirepass $REDIS_PASSWORD";
    private const string Monitor = "monitor-password";

    // What redis_exporter asks for its figures; no key, and not the configuration, in which the passwords stand.
    private const string MonitorOfRedis = """

        user monitor on ">$(cat /run/secrets/monitor-password)" resetchannels -@all +ping +info +client|setname +slowlog|len +slowlog|get +latency|latest +latency|histogram
        """;

    public static readonly IReadOnlyList<NetworkFacts> Networks =
    [
        new("public", false, "The way in: nginx alone, which publishes its ports here."),
        new("front", true, "nginx, api and web. Who sends from here is believed about a visitor's address."),
        new("data", true, "The stores and those who use them."),
        new("telemetry", true, "What measures and what is measured."),
        new("edge", true, "Prometheus and nginx: on a network shared with api too, nginx would reach that from outside 'front'."),
        new("egress", false, "The way out, for those who need one."),
    ];

    /// <summary>Volumes that a part alone needs, wherever they are mounted.</summary>
    public static readonly IReadOnlyDictionary<string, Part> Volumes = new Dictionary<string, Part>
    {
        ["backup-repository"] = Part.Backup,
        ["postgres-socket"] = Part.Backup,
        ["acme"] = Part.Certificates,
        ["letsencrypt"] = Part.Certificates,
    };

    public static readonly IReadOnlyList<ServiceFacts> Services =
    [
        new("postgres", Part.Core, Limits(2, 1024, 300), ByteSize.Mega(256))
        {
            User = "postgres",
            Networks = ["data"],
            Scratch = ["/tmp", "/var/run/postgresql"],
            StopWithin = 60,
            Health = new(["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"], StartPeriod: 60, Retries: 6),
            SecretFiles = new Dictionary<string, string?> { ["POSTGRES_PASSWORD"] = "POSTGRES_PASSWORD_FILE" },
            Secrets = [("backup-key", Part.Backup), (Monitor, Part.Observability)],
        },
        new("redis", Part.Core, Limits(0.5m, 256, 50), ByteSize.Mega(64))
        {
            User = "redis",
            Networks = ["data"],
            Health = new(null, """REDISCLI_AUTH="$(cat /run/secrets/redis-password)" redis-cli ping | grep -q PONG""", StartPeriod: 10),
            SecretFiles = new Dictionary<string, string?> { ["REDIS_PASSWORD"] = null },
            // On standard input: arguments and environment of a process can be read by others on the host.
            Run = (command, secrets) => $"""
                exec {Changed(command, Redis, "redis-server")} - <<END
                requirepass "$(cat /run/secrets/redis-password)"{(secrets.Contains(Monitor) ? MonitorOfRedis : "")}
                END
                """,
            Secrets = [(Monitor, Part.Observability)],
        },
        new("elasticsearch", Part.Search, Limits(1, 1536, 1000), ByteSize.Mega(1024))
        {
            User = "1000:0",
            WhyWritable = "it writes its keystore and its configuration at every start",
            Networks = ["data"],
            StopWithin = 60,
            Health = new(
                null,
                """printf 'user = "elastic:%s"' "$(cat /run/secrets/elasticsearch-password)" | curl -fsS -o /dev/null -K - 'http://127.0.0.1:9200/_cluster/health?wait_for_status=yellow&timeout=4s'""",
                StartPeriod: 120,
                Retries: 6),
            SecretFiles = new Dictionary<string, string?> { ["ELASTIC_PASSWORD"] = null },
            // Not ELASTIC_PASSWORD_FILE: the image refuses a file that others may read, and the owner is not its user.
            Run = (_, _) => """
                ELASTIC_PASSWORD="$(cat /run/secrets/elasticsearch-password)"
                export ELASTIC_PASSWORD
                exec /bin/tini -- /usr/local/bin/docker-entrypoint.sh eswrapper
                """,
            Environment = settings =>
            [
                ("ES_JAVA_OPTS", $"-Xms{Java(settings.ElasticsearchHeap)} -Xmx{Java(settings.ElasticsearchHeap)}"),
                // It has no way out to fetch them.
                ("ingest.geoip.downloader.enabled", "false"),
            ],
        },
        new("migrate", Part.Core, Limits(1, 512, 100), ByteSize.Mega(128))
        {
            IsOnce = true,
            User = "1654:1654",
            Networks = ["data"],
            WaitsFor = [("postgres", Wait.Healthy)],
        },
        new("api", Part.Core, Limits(1, 1024, 300, replicas: 2), ByteSize.Mega(256))
        {
            IsReplicated = true,
            User = "1654:1654",
            Networks = ["front", "data", "telemetry", "egress"],
            WaitsFor = [("migrate", Wait.Completed), ("postgres", Wait.Healthy), ("redis", Wait.Healthy), ("elasticsearch", Wait.Started)],
            StopWithin = 90,
            Health = new(["dotnet", "BlogCreator.Api.dll", "healthcheck"], Every: 30),
            Volumes = [new("files", "/data/files", IsReadOnly: false), new("keys", "/data/keys", IsReadOnly: false)],
            Environment = settings =>
            [
                ("Storage__Path", "/data/files"),
                ("DataProtection__Path", "/data/keys"),
                ("Uploads__MaxBytes", FormattableString.Invariant($"{settings.UploadLimit.Bytes}")),
                .. Traces(settings),
                // Both are on the network "telemetry". What it is told there it shows to the owner.
                .. settings.Has(Part.Backup) ? new[] { ("Backup__MetricsUrl", FormattableString.Invariant($"http://backup:{BackupMetrics}/metrics.txt")) } : [],
            ],
        },
        new("web", Part.Core, Limits(1, 512, 200, replicas: 2), ByteSize.Mega(128))
        {
            IsReplicated = true,
            User = "1654:1654",
            // The way out is for what is told to Sentry.
            Networks = ["front", "data", "telemetry", "egress"],
            WaitsFor = [("redis", Wait.Healthy), ("api", Wait.Started)],
            StopWithin = 90,
            Health = new(["dotnet", "BlogCreator.Web.dll", "healthcheck"], Every: 30),
            Volumes = [new("keys", "/data/keys", IsReadOnly: false)],
            Environment = settings => [("DataProtection__Path", "/data/keys"), .. Traces(settings)],
        },
        new("nginx", Part.Core, Limits(1, 128, 100), ByteSize.Mega(32))
        {
            User = "nginx",
            Networks = ["public", "front", "edge"],
            Scratch = ["/tmp", "/run", "/var/cache/nginx", "/var/lib/nginx"],
            WaitsFor = [("api", Wait.Started), ("web", Wait.Started)],
            StopWithin = 90,
            Health = new(["/bin/sh", "/etc/nginx/blogcreator/healthcheck.sh"]),
            Environment = settings => [("UPLOAD_MAX_BYTES", FormattableString.Invariant($"{settings.UploadLimit.Bytes}"))],
        },
        new("certbot", Part.Certificates, Limits(0.5m, 256, 50), ByteSize.Mega(128))
        {
            User = "root",
            WhyRoot = "its image and its volumes belong to root; it has no capability beside",
            Networks = ["egress"],
            WaitsFor = [("nginx", Wait.Healthy)],
            // It looks every twelve hours, and after a failure at most six hours later.
            Health = new(null, """test -n "$(find /tmp/certbot/last.log -mmin -900)" """.TrimEnd(), Every: 60, StartPeriod: 120),
        },
        new("backup", Part.Backup, Limits(1, 512, 100), ByteSize.Mega(128))
        {
            User = "root",
            WhyRoot = "the keys are for their owner alone; it reads them and does everything else as postgres",
            Capabilities = ["DAC_READ_SEARCH", "SETGID", "SETUID"],
            Networks = ["data", "telemetry", "egress"],
            WaitsFor = [("postgres", Wait.Healthy)],
            StopWithin = 60,
            Health = new(["backup", "healthcheck"]),
            SecretFiles = new Dictionary<string, string?> { ["BACKUP_KEY"] = null },
            Secrets = [("postgres-password", Part.Backup), ("sentry-dsn", Part.Backup)],
        },
        new("prometheus", Part.Observability, Limits(0.5m, 512, 100), ByteSize.Mega(128))
        {
            User = "nobody",
            Networks = ["telemetry", "edge"],
            Health = new(["promtool", "query", "instant", "http://127.0.0.1:9090", "1"]),
        },
        new("alertmanager", Part.Observability, Limits(0.25m, 128, 50), ByteSize.Mega(32))
        {
            User = "nobody",
            Networks = ["telemetry", "egress"],
            Health = new(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9093/-/healthy"]),
            Secrets = [("alertmanager-webhook", Part.Observability)],
        },
        new("grafana", Part.Observability, Limits(0.5m, 256, 100), ByteSize.Mega(128))
        {
            User = "472:0",
            Networks = ["telemetry"],
            WaitsFor = [("prometheus", Wait.Started)],
            Health = new(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3000/api/health"]),
            SecretFiles = new Dictionary<string, string?> { ["GF_SECURITY_ADMIN_PASSWORD"] = "GF_SECURITY_ADMIN_PASSWORD__FILE" },
        },
        new("postgres-exporter", Part.Observability, Limits(0.25m, 64, 50), ByteSize.Mega(32))
        {
            User = "nobody",
            Of = "postgres",
            Networks = ["data", "telemetry"],
            WaitsFor = [("postgres", Wait.Healthy)],
            // Its page, not its figures: those would ask the database.
            Health = new(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9187/"]),
            SecretFiles = new Dictionary<string, string?> { ["DATA_SOURCE_PASS"] = "DATA_SOURCE_PASS_FILE" },
        },
        new("redis-exporter", Part.Observability, Limits(0.25m, 64, 50), ByteSize.Mega(32))
        {
            User = "59000:59000",
            Of = "redis",
            Networks = ["data", "telemetry"],
            WaitsFor = [("redis", Wait.Healthy)],
            Health = new(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9121/health"]),
            SecretFiles = new Dictionary<string, string?> { ["REDIS_PASSWORD"] = null },
            // Its own file of passwords is a list by address, in JSON.
            Run = (_, _) => """
                REDIS_PASSWORD="$(cat /run/secrets/monitor-password)"
                export REDIS_PASSWORD
                exec /redis_exporter
                """,
        },
        new("elasticsearch-exporter", Part.Observability, Limits(0.25m, 64, 50), ByteSize.Mega(32))
        {
            User = "nobody",
            Of = "elasticsearch",
            Networks = ["data", "telemetry"],
            WaitsFor = [("elasticsearch", Wait.Started)],
            Health = new(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9114/"]),
            Secrets = [("elasticsearch-password", Part.Search)],
            // Elasticsearch makes users of less power through its API alone, with this same password in hand.
            Run = (_, _) => """
                ES_PASSWORD="$(cat /run/secrets/elasticsearch-password)"
                export ES_PASSWORD
                exec /bin/elasticsearch_exporter --es.uri="$ES_URI"
                """,
        },
        new("jaeger", Part.Observability, Limits(0.5m, 512, 100), ByteSize.Mega(256))
        {
            User = "10001:10001",
            Networks = ["telemetry"],
            Health = new(["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:13133/status"]),
        },
        new("logstash", Part.Logs, Limits(1, 1024, 300), ByteSize.Mega(768))
        {
            User = "1000:0",
            WhyWritable = "it writes its settings out of the environment at every start",
            Networks = ["data", "telemetry"],
            WaitsFor = [("elasticsearch", Wait.Healthy)],
            StopWithin = 60,
            Health = new(["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:9600/"], StartPeriod: 120, Retries: 6),
            Secrets = [("elasticsearch-password", Part.Logs)],
            Run = (_, _) => """
                # Before the first line: a data stream keeps the template that it began with.
                /bin/sh /etc/blogcreator-elasticsearch/import.sh || exit 1
                ELASTICSEARCH_PASSWORD="$(cat /run/secrets/elasticsearch-password)"
                export ELASTICSEARCH_PASSWORD
                exec /usr/local/bin/docker-entrypoint
                """,
            Environment = settings =>
            [
                ("ELASTICSEARCH_USERNAME", "elastic"),
                ("LS_JAVA_OPTS", $"-Xms{Java(Half(settings, "logstash"))} -Xmx{Java(Half(settings, "logstash"))}"),
            ],
        },
        new("kibana", Part.Logs, Limits(1, 1024, 200), ByteSize.Mega(768))
        {
            User = "1000:0",
            WhyWritable = "it keeps caches beside its program",
            Networks = ["data"],
            WaitsFor = [("elasticsearch", Wait.Healthy)],
            Health = new(["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:5601/api/status"], StartPeriod: 180, Retries: 6),
            Secrets = [("elasticsearch-password", Part.Logs)],
            Run = (_, _) => "exec /bin/sh /etc/blogcreator-kibana/start.sh",
        },
        new("filebeat", Part.Logs, Limits(0.25m, 256, 100), ByteSize.Mega(64))
        {
            User = "root",
            WhyRoot = "only root may read the logs of all containers; it has no capability beside",
            Networks = ["telemetry"],
            WaitsFor = [("logstash", Wait.Healthy)],
            Health = new(["filebeat", "test", "output"], Every: 60, StartPeriod: 60, Timeout: 20),
            HostMounts = [new("/var/lib/docker/containers", "/var/lib/docker/containers", IsReadOnly: true)],
        },
    ];

    public static ServiceFacts? Find(string name) => Services.FirstOrDefault(service => service.Name == name);

    // Where they go is in the app model. Prometheus has the metrics and Elasticsearch the logs; Jaeger keeps traces.
    private static IReadOnlyList<(string Name, string Value)> Traces(Settings settings) => !settings.Has(Part.Observability) ? [] :
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_METRICS_EXPORTER", "none"),
        ("OTEL_LOGS_EXPORTER", "none"),
        // Version and environment are not for us to say: the service knows them, and this would overrule it.
        ("OTEL_RESOURCE_ATTRIBUTES", "service.namespace=blogcreator"),
    ];

    private static ServiceLimits Limits(decimal cpus, int megabytes, int pids, int replicas = 1) =>
        new(replicas, cpus, ByteSize.Mega(megabytes), pids);

    private static ByteSize Half(Settings settings, string service) => new(settings.Limits[service].Memory.Bytes / 2);

    // Java takes no fractions, and a size that is no whole number of megabytes only where it ends in k.
    private static string Java(ByteSize size) => FormattableString.Invariant($"{size.Bytes / 1024 / 1024}m");

    /// <summary>A command of the manifest with its beginning changed; refused when it is another than we know.</summary>
    private static string Changed(string command, string from, string to) =>
        command.StartsWith(from, StringComparison.Ordinal)
            ? to + command[from.Length..]
            : throw new BadInput("aspire-manifest.json", $"A command is '{command}' and should begin with '{from}'. Adapt Deployment/Catalog.cs to it.");
}
