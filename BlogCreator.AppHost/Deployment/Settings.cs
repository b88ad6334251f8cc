using System.Globalization;

namespace BlogCreator.AppHost.Deployment;

/// <summary>What deploy/settings.yaml says beside the app model, with defaults for what it leaves out.</summary>
internal sealed record Settings(string File)
{
    /// <summary>The first is the site's own address; the others lead to it.</summary>
    public required IReadOnlyList<string> Domains { get; init; }

    public string Domain => Domains[0];

    public string BaseUrl => PublicPorts.Https == 443 ? $"https://{Domain}" : FormattableString.Invariant($"https://{Domain}:{PublicPorts.Https}");

    public required string AcmeEmail { get; init; }

    /// <summary>Empty for Let's Encrypt.</summary>
    public required string AcmeServer { get; init; }

    public required string Registry { get; init; }

    public required string Version { get; init; }

    public required ByteSize UploadLimit { get; init; }

    public required IReadOnlySet<Part> Parts { get; init; }

    /// <summary>The network of nginx, api and web, which alone are believed about who sent a request.</summary>
    public required Subnet FrontSubnet { get; init; }

    /// <summary>The same on a developer's machine, where the production one may run too.</summary>
    public required Subnet DevelopmentSubnet { get; init; }

    public required PublicPorts PublicPorts { get; init; }

    /// <summary>By service, or http and https for nginx.</summary>
    public required IReadOnlyDictionary<string, int> DevelopmentPorts { get; init; }

    /// <summary>Values of the manifest's parameters that are no secrets, by name, as far as the file gives them.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>sha256:... by service.</summary>
    public required IReadOnlyDictionary<string, string> Digests { get; init; }

    public required IReadOnlyDictionary<string, ServiceLimits> Limits { get; init; }

    public required ByteSize ElasticsearchHeap { get; init; }

    public required KubernetesSettings Kubernetes { get; init; }

    public bool Has(Part part) => part == Part.Core || Parts.Contains(part);

    /// <summary>The value of a parameter: what follows from other settings, else what the file says, else null.</summary>
    public string? Parameter(string name) => name switch
    {
        "site-base-url" => BaseUrl,
        "site-domain" => string.Join(' ', Domains),
        "acme-email" => AcmeEmail,
        "acme-server" => AcmeServer,
        _ => Parameters.GetValueOrDefault(name),
    };

    /// <summary>The image of a service that we build ourselves.</summary>
    public string OwnImage(string service) =>
        $"{Registry}/blogcreator-{service}" + (Digests.TryGetValue(service, out var digest) ? $"@{digest}" : $":{Version}");
}

/// <summary>What may be left out whole.</summary>
internal enum Part
{
    Core,
    Search,
    Observability,
    Logs,
    Backup,
    Certificates,
}

internal sealed record PublicPorts(int Http, int Https);

internal sealed record ServiceLimits(int Replicas, decimal Cpus, ByteSize Memory, int Pids);

internal readonly record struct ByteSize(long Bytes) : IComparable<ByteSize>
{
    private const long Kilo = 1024;

    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;

    public static ByteSize Mega(long count) => new(count * Kilo * Kilo);

    public static ByteSize? Parse(string text)
    {
        if (text.Length < 2)
        {
            return null;
        }

        var unit = text[^1] switch { 'K' => Kilo, 'M' => Kilo * Kilo, 'G' => Kilo * Kilo * Kilo, _ => 0 };
        return unit > 0 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? new(count * unit) : null;
    }

    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>As Compose, nginx and Java write it: 768M.</summary>
    public override string ToString() => In("", "K", "M", "G");

    /// <summary>As Kubernetes writes it: 768Mi.</summary>
    public string ToKubernetes() => In("", "Ki", "Mi", "Gi");

    private string In(params ReadOnlySpan<string> units)
    {
        var (count, unit) = (Bytes, 0);
        while (count >= Kilo && count % Kilo == 0 && unit < units.Length - 1)
        {
            (count, unit) = (count / Kilo, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{count}{units[unit]}");
    }
}
