namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>What neither the manifest nor the image tells Kubernetes about a container that keeps data.</summary>
/// <param name="User">The number of the image's user: Kubernetes cannot know from a name that it is not root.</param>
/// <param name="Health">What runs in the container to ask it; without, its first port is tried.</param>
/// <param name="Writable">Folders, besides the volumes, that have to be writable.</param>
internal sealed record StoreFacts(int User, int Group, string Size, IReadOnlyList<string>? Health, IReadOnlyList<string> Writable)
{
    public static readonly IReadOnlyDictionary<string, StoreFacts> All = new Dictionary<string, StoreFacts>
    {
        ["postgres"] = new(999, 999, "20Gi", ["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"], ["/tmp", "/var/run/postgresql"])
        {
            // A page of a sorted or joined table is shared among the workers of a query there; 64 MB are soon full.
            SharedMemory = "256Mi",
            // A checkpoint writes what is in memory.
            Grace = 120,
            // The backup reads the api's files, which are its group's.
            Volumes = Pods.User,
        },
        ["redis"] = new(999, 999, "2Gi", ["/bin/sh", "-c", "REDISCLI_AUTH=\"$(cat /run/secrets/redis-password)\" redis-cli -h 127.0.0.1 ping | grep -q PONG"], ["/tmp"]),
        ["elasticsearch"] = new(1000, 0, "20Gi", null, ["/tmp", "/usr/share/elasticsearch/logs"])
        {
            Entrypoint = "/bin/tini -- /usr/local/bin/docker-entrypoint.sh eswrapper",
            Grace = 120,
            // It writes the keystore there at its start.
            Copied = "/usr/share/elasticsearch/config",
            Environment =
            [
                // What is mapped into memory needs a setting of the node's kernel, which a chart should not change.
                new("node.store.allow_mmap", "false"),
                new("ES_JAVA_OPTS", "-Xms{{ .Values.elasticsearch.heap }} -Xmx{{ .Values.elasticsearch.heap }}"),
            ],
        },
    };

    public int Grace { get; init; } = 60;

    public string? SharedMemory { get; init; }

    /// <summary>The group that owns the volumes.</summary>
    public int Volumes { get; init; } = User;

    /// <summary>A folder of the image that the program changes.</summary>
    public string? Copied { get; init; }

    /// <summary>What the image runs, where a shell has to come before it.</summary>
    public string? Entrypoint { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];
}
