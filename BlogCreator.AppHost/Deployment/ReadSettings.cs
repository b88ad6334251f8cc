using System.Text.RegularExpressions;

namespace BlogCreator.AppHost.Deployment;

/// <summary>Reads deploy/settings.yaml and says all that is wrong with it at once.</summary>
internal static partial class ReadSettings
{
    private const int MostReplicas = 50;

    private static readonly Dictionary<string, int> DevelopmentPorts = new()
    {
        ["http"] = 8000,
        ["https"] = 8443,
        ["postgres"] = 5432,
        ["redis"] = 6379,
        ["elasticsearch"] = 9200,
        ["prometheus"] = 9090,
        ["alertmanager"] = 9093,
        ["grafana"] = 3000,
        ["jaeger"] = 16686,
        ["kibana"] = 5601,
    };

    private static readonly Dictionary<string, Part> Parts = Enum.GetValues<Part>().Where(part => part != Part.Core)
        .ToDictionary(part => part.ToString().ToLowerInvariant());

    // Parameters that follow from other settings, and which.
    private static readonly Dictionary<string, string> Derived = new()
    {
        ["site-base-url"] = "domain",
        ["site-domain"] = "domain",
        ["acme-email"] = "acme.email",
        ["acme-server"] = "acme.server",
    };

    // Docker's own default network, and the machine itself.
    private static readonly string[] Taken = ["172.17.0.0/16", "127.0.0.0/8"];

    public static Settings From(string path, string shownAs, Manifest manifest)
    {
        var problems = new List<Problem>();
        var root = SettingsReader.Open(path, shownAs, problems);
        var parts = ReadParts(root.Section("parts"));
        var acme = root.Section("acme");
        var ports = root.Section("ports");
        var services = root.Section("services");
        var limits = Catalog.Services.ToDictionary(service => service.Name, service => Limits(services.Section(service.Name), service));
        var (front, developmentFront) = Networks(root.Section("network"));
        var settings = new Settings(shownAs)
        {
            Domains = Domains(root),
            AcmeEmail = Email(acme, parts.Contains(Part.Certificates)),
            AcmeServer = Server(acme),
            Registry = Registry(root),
            Version = Version(root),
            UploadLimit = root.Size("uploadLimit", ByteSize.Mega(100), ByteSize.Mega(1), ByteSize.Mega(5 * 1024), "for an upload"),
            Parts = parts,
            FrontSubnet = front,
            DevelopmentSubnet = developmentFront,
            PublicPorts = Public(ports.Section("production")),
            DevelopmentPorts = Development(ports.Section("development"), parts),
            Parameters = Parameters(root.Section("parameters"), manifest),
            Digests = Digests(root.Section("images")),
            Limits = limits,
            ElasticsearchHeap = Heap(services.Section("elasticsearch"), limits["elasticsearch"].Memory),
            Kubernetes = Kubernetes(root.Section("kubernetes")),
        };
        acme.Done();
        ports.Done();
        services.Done();
        root.Done();
        return problems.Count == 0
            ? settings
            : throw new BadInput([.. problems.OrderBy(problem => problem.Line ?? 0)]);
    }

    private static HashSet<Part> ReadParts(SettingsReader section)
    {
        var on = Parts.Where(part => section.Switch(part.Key, fallback: true)).Select(part => part.Value).ToHashSet();
        if (on.Contains(Part.Logs) && !on.Contains(Part.Search))
        {
            section.Problem("logs", "Logs are kept in Elasticsearch: turn parts.search on too, or parts.logs off.");
        }

        section.Done();
        return on;
    }

    private static IReadOnlyList<string> Domains(SettingsReader root)
    {
        var domains = root.Texts("domain");
        if (domains.Count == 0)
        {
            root.Problem("domain", "It is missing. For example: blog.example.org");
            return ["invalid"];
        }

        foreach (var domain in domains.Where(domain => !Domain().IsMatch(domain)))
        {
            root.Problem("domain", $"'{domain}' is no domain. Write it without https:// and without a path, for example blog.example.org.");
        }

        return domains;
    }

    private static string Email(SettingsReader acme, bool isNeeded)
    {
        var email = isNeeded ? acme.Required("email", "owner@example.org") : acme.Text("email") ?? "";
        if (email.Length > 0 && !EmailAddress().IsMatch(email))
        {
            acme.Problem("email", $"'{email}' is no e-mail address.");
        }

        return email;
    }

    private static string Server(SettingsReader acme)
    {
        var server = acme.Text("server") ?? "";
        if (server.Length > 0 && !(Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps))
        {
            acme.Problem("server", $"'{server}' is no https:// address. Leave it empty for Let's Encrypt.");
        }

        return server;
    }

    private static string Registry(SettingsReader root)
    {
        var registry = root.Required("registry", "ghcr.io/example");
        if (registry.Length > 0 && !ImageName().IsMatch(registry))
        {
            root.Problem("registry", $"'{registry}' is no place for images. Write it in lower case and without https://, for example ghcr.io/example.");
        }

        return registry;
    }

    private static string Version(SettingsReader root)
    {
        var version = root.Required("version", "1.4.0");
        if (version == "latest" || (version.Length > 0 && !Tag().IsMatch(version)))
        {
            root.Problem("version", $"'{version}' cannot be used: write a tag that always means the same image, for example 1.4.0.");
        }

        return version;
    }

    private static (Subnet Production, Subnet Development) Networks(SettingsReader section)
    {
        var used = section.Texts("used");
        foreach (var other in used.Where(other => Subnet.Parse(other) is null))
        {
            section.Problem("used", $"'{other}' is no network. Write its first address and its length, for example 10.8.0.0/16.");
        }

        var taken = used.Concat(Taken).Select(Subnet.Parse).OfType<Subnet>().ToList();
        var production = Network(section, "front", "10.213.240.0/24", taken);
        var development = Network(section, "development", "10.213.241.0/24", [.. taken, production]);
        section.Done();
        return (production, development);
    }

    private static Subnet Network(SettingsReader section, string key, string fallback, IReadOnlyList<Subnet> taken)
    {
        var text = section.Text(key) ?? fallback;
        if (Subnet.Parse(text) is not { } network)
        {
            section.Problem(key, $"'{text}' is no network. Write its first address and its length, for example {fallback}.");
            return Subnet.Parse(fallback)!;
        }

        if (!network.IsPrivate || network.Network.PrefixLength is < 16 or > 28)
        {
            section.Problem(key, $"{text} cannot be used: take a private network (in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16) of a length from 16 to 28.");
        }
        else if (taken.FirstOrDefault(network.Overlaps) is { } other)
        {
            var example = taken.Any(Subnet.Parse(fallback)!.Overlaps) ? "" : $", for example {fallback}";
            section.Problem(key, $"{text} overlaps {other}, which is in use: take another{example}.");
        }

        return network;
    }

    private static PublicPorts Public(SettingsReader section)
    {
        var ports = new PublicPorts(Port(section, "http", 80), Port(section, "https", 443));
        if (ports.Http == ports.Https)
        {
            section.Problem("https", FormattableString.Invariant($"{ports.Https} is taken by http already: give each a port of its own."));
        }

        section.Done();
        return ports;
    }

    private static Dictionary<string, int> Development(SettingsReader section, HashSet<Part> parts)
    {
        var ports = DevelopmentPorts.ToDictionary(port => port.Key, port => Port(section, port.Key, port.Value));
        foreach (var same in ports.Where(port => Catalog.Find(port.Key) is not { } service || service.Part == Part.Core || parts.Contains(service.Part))
            .GroupBy(port => port.Value).Where(same => same.Count() > 1))
        {
            var names = same.Select(port => port.Key).ToList();
            section.Problem(
                names.LastOrDefault(name => section.Keys.Contains(name)) ?? names[^1],
                FormattableString.Invariant($"{same.Key} is wanted by {string.Join(" and ", names)}: give each a port of its own."));
        }

        section.Done();
        return ports;
    }

    private static int Port(SettingsReader section, string key, int fallback) => section.Whole(key, fallback, 1, 65_535, "port");

    private static Dictionary<string, string> Parameters(SettingsReader section, Manifest manifest)
    {
        var all = manifest.Resources.OfType<ManifestParameter>().ToList();
        var values = new Dictionary<string, string>();
        foreach (var parameter in all)
        {
            if (Derived.TryGetValue(parameter.Name, out var source))
            {
                if (section.Text(parameter.Name) is not null)
                {
                    section.Problem(parameter.Name, $"It follows from '{source}': set that instead.");
                }
            }
            else if (section.Text(parameter.Name) is { } value)
            {
                values[parameter.Name] = value;
                if (parameter.IsSecret)
                {
                    section.Problem(parameter.Name, $"It is a secret, and this file is in git. Write it to deploy/compose/secrets/{parameter.Name}.");
                }
            }
            else if (parameter is { IsSecret: false, Default: null, IsGenerated: false })
            {
                section.Problem(parameter.Name, "It is missing: the app model gives this parameter no default.");
            }
        }

        section.Done();
        return values;
    }

    private static Dictionary<string, string> Digests(SettingsReader section)
    {
        var digests = new Dictionary<string, string>();
        foreach (var service in Catalog.Services)
        {
            if (section.Text(service.Name) is not { Length: > 0 } digest)
            {
                continue;
            }

            digests[service.Name] = digest;
            if (!Digest().IsMatch(digest))
            {
                section.Problem(service.Name, $"'{digest}' is no digest. Write sha256: and 64 digits, as 'docker inspect' shows it below RepoDigests.");
            }
        }

        section.Done();
        return digests;
    }

    private static ServiceLimits Limits(SettingsReader section, ServiceFacts service)
    {
        var limits = service.Limits;
        var read = new ServiceLimits(
            service.IsReplicated ? section.Whole("replicas", limits.Replicas, 1, MostReplicas, "number of replicas") : 1,
            section.Decimal("cpus", limits.Cpus, 0.05m, 64, "number of processors"),
            section.Size("memory", limits.Memory, service.LeastMemory, ByteSize.Mega(1024 * 1024), $"memory for {service.Name}"),
            section.Whole("pids", limits.Pids, 20, 32_768, "number of processes"));
        if (service.Name != "elasticsearch")
        {
            section.Done();
        }

        return read;
    }

    private static ByteSize Heap(SettingsReader section, ByteSize memory)
    {
        // The other half is what Elasticsearch reads its files through.
        var heap = section.Size("heap", new ByteSize(memory.Bytes / 2), ByteSize.Mega(256), ByteSize.Mega(31 * 1024), "heap for elasticsearch");
        if (heap.Bytes > memory.Bytes / 2)
        {
            section.Problem("heap", $"{heap} is more than half of services.elasticsearch.memory ({memory}): give at most {new ByteSize(memory.Bytes / 2)}.");
        }

        foreach (var key in (string[])["cpus", "memory", "pids"])
        {
            section.Text(key);
        }

        section.Done();
        return heap;
    }

    private static KubernetesSettings Kubernetes(SettingsReader section)
    {
        var kubernetes = KubernetesSettings.Read(section);
        section.Done();
        return kubernetes;
    }

    [GeneratedRegex(@"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Domain();

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\.[^@\s.]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EmailAddress();

    [GeneratedRegex(@"^[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5})?(/[a-z0-9]+([._-][a-z0-9]+)*)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ImageName();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("^sha256:[0-9a-f]{64}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Digest();
}
