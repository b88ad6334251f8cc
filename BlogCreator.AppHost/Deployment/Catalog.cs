namespace BlogCreator.AppHost.Deployment;

/// <summary>What we know of a service and a manifest cannot hold.</summary>
internal sealed record ServiceFacts(string Name, Part Part, ServiceLimits Limits, ByteSize LeastMemory)
{
    /// <summary>Whether several of it may run.</summary>
    public bool IsReplicated { get; init; }
}

internal static class Catalog
{
    public static readonly IReadOnlyList<ServiceFacts> Services =
    [
        new("postgres", Part.Core, Limits(2, 1024, 300), ByteSize.Mega(256)),
        new("redis", Part.Core, Limits(0.5m, 256, 50), ByteSize.Mega(64)),
        new("elasticsearch", Part.Search, Limits(1, 1536, 1000), ByteSize.Mega(1024)),
        new("migrate", Part.Core, Limits(1, 512, 100), ByteSize.Mega(128)),
        new("api", Part.Core, Limits(1, 1024, 300, replicas: 2), ByteSize.Mega(256)) { IsReplicated = true },
        new("web", Part.Core, Limits(1, 512, 200, replicas: 2), ByteSize.Mega(128)) { IsReplicated = true },
        new("nginx", Part.Core, Limits(1, 128, 100), ByteSize.Mega(32)),
        new("certbot", Part.Certificates, Limits(0.5m, 256, 50), ByteSize.Mega(128)),
        new("backup", Part.Backup, Limits(1, 512, 100), ByteSize.Mega(128)),
        new("prometheus", Part.Observability, Limits(0.5m, 512, 100), ByteSize.Mega(128)),
        new("alertmanager", Part.Observability, Limits(0.25m, 128, 50), ByteSize.Mega(32)),
        new("grafana", Part.Observability, Limits(0.5m, 256, 100), ByteSize.Mega(128)),
        new("logstash", Part.Logs, Limits(1, 1024, 300), ByteSize.Mega(768)),
        new("kibana", Part.Logs, Limits(1, 1024, 200), ByteSize.Mega(768)),
        new("filebeat", Part.Logs, Limits(0.25m, 256, 100), ByteSize.Mega(64)),
    ];

    public static ServiceFacts? Find(string name) => Services.FirstOrDefault(service => service.Name == name);

    private static ServiceLimits Limits(decimal cpus, int megabytes, int pids, int replicas = 1) =>
        new(replicas, cpus, ByteSize.Mega(megabytes), pids);
}
