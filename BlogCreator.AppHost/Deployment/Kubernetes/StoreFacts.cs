namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>What Kubernetes wants to know about a container that keeps data, beside what the catalog says.</summary>
/// <param name="User">The number of the image's user: Kubernetes cannot know from a name that it is not root.</param>
internal sealed record StoreFacts(int User, int Group, string Size)
{
    public static readonly IReadOnlyDictionary<string, StoreFacts> All = new Dictionary<string, StoreFacts>
    {
        ["postgres"] = new(999, 999, "20Gi")
        {
            // A page of a sorted or joined table is shared among the workers of a query there; 64 MB are soon full.
            SharedMemory = "256Mi",
            // A checkpoint writes what is in memory.
            Grace = 120,
            // The backup reads the api's files, which are its group's.
            Volumes = Pods.User,
        },
        ["redis"] = new(999, 999, "2Gi") { Volumes = 999 },
        ["elasticsearch"] = new(1000, 0, "20Gi")
        {
            Volumes = 1000,
            Grace = 120,
            Writable = [new("logs", "/usr/share/elasticsearch/logs")],
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

    /// <summary>The group that owns the volumes: the same in all pods that share one, or each would take it from the others.</summary>
    public required int Volumes { get; init; }

    public int Grace { get; init; } = 60;

    public string? SharedMemory { get; init; }

    /// <summary>Folders by their volume's name that have to be writable, besides those of the data and of the catalog.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Writable { get; init; } = [];

    /// <summary>A folder of the image that the program changes.</summary>
    public string? Copied { get; init; }

    /// <summary>Before those of the catalog.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];
}
