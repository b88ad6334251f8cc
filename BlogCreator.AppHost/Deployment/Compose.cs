using System.Globalization;

namespace BlogCreator.AppHost.Deployment;

/// <summary>
/// deploy/compose: the app for Docker Compose. Written so that docker-compose 1.29 and Compose 2 read the same from it:
/// limits stand beside a service and not below 'deploy', where the older one does not know a limit of processes and the
/// newer one insists on it.
/// </summary>
internal sealed class Compose
{
    public const string Folder = "deploy/compose";

    private readonly DeployedApp app;
    private readonly bool isDevelopment;
    private readonly ComposeTarget target;
    private readonly Expressions expressions;
    private readonly SortedSet<string> secrets = new(StringComparer.Ordinal);
    private readonly List<string> volumes = [];

    private Compose(DeployedApp app, bool isDevelopment)
    {
        this.app = app;
        this.isDevelopment = isDevelopment;
        target = new ComposeTarget(app.Settings, isDevelopment);
        expressions = new Expressions(app.Manifest, app.Settings, target);
    }

    private Settings Settings => app.Settings;

    public static IReadOnlyList<GeneratedFile> Files(DeployedApp app)
    {
        var development = new Compose(app, isDevelopment: true);
        var production = new Compose(app, isDevelopment: false);
        return
        [
            new($"{Folder}/docker-compose.yml", Yaml.Document(
                [
                    .. DeployedApp.Header,
                    "",
                    "Development: builds the images and publishes everything on 127.0.0.1. First: deploy/blogctl init",
                    "  docker-compose up --build                                  the site: https://localhost:" + Port(app, "https"),
                    "  docker-compose --profile observability --profile logs up   with what watches it",
                    "Changes of your own belong in docker-compose.override.yml, which nobody else writes.",
                ],
                development.Document())),
            new($"{Folder}/docker-compose.hot.yml", Yaml.Document(
                [
                    .. DeployedApp.Header,
                    "",
                    "Laid over the development file: api and web run from the source and follow every change.",
                    "  docker-compose -f docker-compose.yml -f docker-compose.hot.yml up --build",
                ],
                development.HotReload())),
            new($"{Folder}/docker-compose.prod.yml", Yaml.Document(
                [
                    .. DeployedApp.Header,
                    "",
                    "Production, complete in itself. deploy/rollout.sh brings a release into service with it.",
                    "Changes of your own belong in docker-compose.prod.override.yml, which nobody else writes.",
                ],
                production.Document())),
            new($"{Folder}/.env.example", production.EnvironmentExample()),
        ];
    }

    private static string Port(DeployedApp app, string name) => app.Settings.DevelopmentPorts[name].ToString(CultureInfo.InvariantCulture);

    private Map Document()
    {
        var services = new Map();
        foreach (var service in app.Services)
        {
            services.Add(service.Name, Service(service, Catalog.Find(service.Name)!), WhyRoot(service.Name));
        }

        var used = app.Services.SelectMany(service => app.Networks(Catalog.Find(service.Name)!)).ToHashSet();
        var networks = new Map();
        foreach (var network in Catalog.Networks.Where(network => used.Contains(network.Name)))
        {
            networks.Add(network.Name, Network(network), network.Purpose);
        }

        var named = new Map();
        foreach (var volume in volumes)
        {
            named.Add(volume, new Map());
        }

        var files = new Map();
        foreach (var secret in secrets)
        {
            files.Add(secret, new Map { { "file", $"./secrets/{secret}" } });
        }

        return new Map { { "services", services }, { "networks", networks }, { "volumes", named }, { "secrets", files } };
    }

    private static string? WhyRoot(string service) => Catalog.Find(service)?.WhyRoot is { } why ? $"Root, because {why}." : null;

    private Map Service(ManifestService service, ServiceFacts facts)
    {
        var limits = Settings.Limits[facts.Name];
        var (environment, wanted) = Environment(service, facts);
        var (entrypoint, command) = Command(service, facts, wanted);
        var mounts = Mounts(service, facts);
        foreach (var secret in wanted)
        {
            secrets.Add(secret);
        }

        return new Map
        {
            { "image", Image(service) },
            { "build", isDevelopment ? Build(service) : null },
            { "profiles", isDevelopment && facts.Part is (Part.Observability or Part.Logs or Part.Certificates) ? List(facts.Part.ToString().ToLowerInvariant()) : null },
            { "entrypoint", entrypoint },
            { "command", command },
            { "user", facts.User },
            { "restart", facts.IsOnce ? "no" : "unless-stopped" },
            { "depends_on", WaitsFor(facts) },
            { "environment", environment.Count > 0 ? environment : null },
            { "secrets", wanted.Count > 0 ? wanted : null },
            { "volumes", mounts.Count > 0 ? mounts : null },
            { "tmpfs", Scratch(facts, mounts) },
            { "networks", app.Networks(facts) },
            { "ports", Ports(facts) },
            { "healthcheck", Health(facts.Health) },
            { "stop_grace_period", $"{facts.StopWithin}s" },
            { "read_only", facts.WhyWritable is null, facts.WhyWritable is { } why ? $"Not, because {why}." : null },
            { "cap_drop", List("ALL") },
            { "cap_add", facts.Capabilities.Count > 0 ? facts.Capabilities : null },
            { "security_opt", List("no-new-privileges:true") },
            { "cpus", limits.Cpus },
            { "mem_limit", limits.Memory.ToString().ToLowerInvariant() },
            { "pids_limit", limits.Pids },
            { "deploy", facts.IsReplicated && !isDevelopment ? new Map { { "replicas", limits.Replicas } } : null },
            { "logging", new Map { { "driver", "json-file" }, { "options", new Map { { "max-size", "10m" }, { "max-file", new Quoted("5") } } } } },
        };
    }

    private static string[] List(params string[] items) => items;

    private string Image(ManifestService service)
    {
        var own = OwnImage(service);
        var variable = $"{own ?? service.Name}_image".ToUpperInvariant().Replace('-', '_');
        if (own is not null)
        {
            return isDevelopment ? $"blogcreator-{own}:dev" : $"${{{variable}:-{Settings.OwnImage(own)}}}";
        }

        var image = ((ManifestContainer)service).Image!;
        var digest = Settings.Digests.TryGetValue(service.Name, out var pinned) ? $"@{pinned}" : "";
        return $"${{{variable}:-{image}{digest}}}";
    }

    /// <summary>Which of our own images a service runs: api's for its migration, postgres' for its backups.</summary>
    private string? OwnImage(ManifestService service) => service switch
    {
        ManifestProject project => app.Manifest.Resources.OfType<ManifestProject>().Last(other => other.Path == project.Path).Name,
        ManifestContainer { Build: { } build } =>
            app.Manifest.Resources.OfType<ManifestContainer>().First(other => other.Build == build).Name,
        _ => null,
    };

    private Map? Build(ManifestService service) => service switch
    {
        // Ours take their context from the root: they share projects.
        ManifestProject project => new Map
        {
            { "context", app.Path(Folder, ".") },
            { "dockerfile", $"{System.IO.Path.GetDirectoryName(project.Path)}/Dockerfile" },
        },
        ManifestContainer { Build: { } build } => new Map { { "context", app.Path(Folder, build.Context) } },
        _ => null,
    };

    private (Map Environment, IReadOnlyList<string> Secrets) Environment(ManifestService service, ServiceFacts facts)
    {
        var environment = new Map();
        var wanted = new SortedSet<string>(facts.Secrets.Where(secret => Settings.Has(secret.Part)).Select(secret => secret.Name), StringComparer.Ordinal);
        foreach (var (name, value) in app.Environment(service, expressions))
        {
            var where = $"{service.Name}.env.{name}";
            var held = expressions.Secrets(value, where);
            wanted.UnionWith(held);
            if (held.Count == 0 || service is ManifestProject)
            {
                environment.Add(name, expressions.Resolve(value, where));
            }
            else if (!facts.SecretFiles.TryGetValue(name, out var file))
            {
                throw new BadInput(
                    app.Manifest.File, $"{where} would put a secret into an environment. Say in Deployment/Catalog.cs how '{service.Name}' reads it from a file.");
            }
            else if (file is not null)
            {
                environment.Add(file, $"/run/secrets/{held[0]}");
            }
        }

        var own = service is ManifestProject ? OfServices() : facts.Name == "nginx" ? OfNginx() : [];
        foreach (var (name, value) in own.Concat(facts.IsOnce ? [] : facts.Environment(Settings)))
        {
            environment.Add(name, value);
        }

        return (environment, [.. wanted]);
    }

    private List<(string Name, string Value)> OfServices() =>
    [
        ("ASPNETCORE_ENVIRONMENT", isDevelopment ? "Development" : "Production"),
        ("ForwardedHeaders__TrustedNetworks", Front.ToString()),
        ("Management__Port", "9464"),
        ("DOTNET_gcServer", "0"),
    ];

    private List<(string Name, string Value)> OfNginx() => [("HTTPS_PORT", $"${{HTTPS_PORT:-{HttpsPort}}}"), ("RESOLVER", "127.0.0.11")];

    private Subnet Front => isDevelopment ? Settings.DevelopmentSubnet : Settings.FrontSubnet;

    private int HttpPort => isDevelopment ? Settings.DevelopmentPorts["http"] : Settings.PublicPorts.Http;

    private int HttpsPort => isDevelopment ? Settings.DevelopmentPorts["https"] : Settings.PublicPorts.Https;

    private static (object? Entrypoint, object? Command) Command(ManifestService service, ServiceFacts facts, IReadOnlyList<string> found)
    {
        var container = service as ManifestContainer;
        if (facts.Run is { } run)
        {
            var script = run(service.Args is [.., var last] ? last : "", found);
            return (List("/bin/sh"), List("-c", Escaped(script)));
        }

        return (
            container?.Entrypoint is { } entrypoint ? List(entrypoint) : null,
            service.Args.Count > 0 ? service.Args.Select(Escaped).ToList() : null);
    }

    /// <summary>Compose fills in what stands behind a dollar; two of them are one.</summary>
    private static string Escaped(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    private List<string> Mounts(ManifestService service, ServiceFacts facts)
    {
        var container = service as ManifestContainer;
        var mounts = new List<string>();
        foreach (var volume in (container?.Volumes ?? []).Concat(facts.Volumes).Where(volume => app.IsOn(volume)))
        {
            mounts.Add(Mount(volume.Name, volume.Target, volume.IsReadOnly));
            if (!volumes.Contains(volume.Name))
            {
                volumes.Add(volume.Name);
            }
        }

        mounts.AddRange((container?.BindMounts ?? []).Select(mount => Mount(app.Path(Folder, mount.Source), mount.Target, mount.IsReadOnly)));
        mounts.AddRange(facts.HostMounts.Select(mount => Mount(mount.Source, mount.Target, mount.IsReadOnly)));
        return mounts;
    }

    private static string Mount(string source, string mountedAt, bool isReadOnly) => $"{source}:{mountedAt}{(isReadOnly ? ":ro" : "")}";

    private static List<string>? Scratch(ServiceFacts facts, List<string> mounts)
    {
        if (facts.WhyWritable is not null)
        {
            return null;
        }

        // A volume that is mounted there takes its place.
        var free = facts.Scratch.Where(folder => !mounts.Any(mount => mount.EndsWith($":{folder}", StringComparison.Ordinal))).ToList();
        return free.Count > 0 ? free : null;
    }

    private Map? WaitsFor(ServiceFacts facts)
    {
        var conditions = new Map();
        foreach (var (service, until) in facts.WaitsFor.Where(wait => app.IsOn(wait.Service)))
        {
            conditions.Add(service, new Map
            {
                {
                    "condition", until switch
                    {
                        Wait.Healthy => "service_healthy",
                        Wait.Completed => "service_completed_successfully",
                        Wait.Started => "service_started",
                        _ => throw new ArgumentOutOfRangeException(nameof(facts)),
                    }
                },
            });
        }

        return conditions.Count > 0 ? conditions : null;
    }

    private List<Quoted>? Ports(ServiceFacts facts)
    {
        if (facts.Name == "nginx")
        {
            var address = isDevelopment ? "127.0.0.1:" : "";
            return [new($"{address}${{HTTP_PORT:-{HttpPort}}}:8080"), new($"{address}${{HTTPS_PORT:-{HttpsPort}}}:8443")];
        }

        if (!isDevelopment || !Settings.DevelopmentPorts.TryGetValue(facts.Name, out var port))
        {
            return null;
        }

        var service = (ManifestService)app.Manifest.Find(facts.Name)!;
        return [new(string.Create(
            CultureInfo.InvariantCulture, $"127.0.0.1:${{{facts.Name.ToUpperInvariant()}_PORT:-{port}}}:{service.Bindings[0].TargetPort}"))];
    }

    private static Map? Health(Health? health) => health is null ? null : new Map
    {
        { "test", health.Command is { } command ? ["CMD", .. command.Select(Escaped)] : List("CMD-SHELL", Escaped(health.Shell ?? "")) },
        { "interval", $"{health.Every}s" },
        { "timeout", $"{health.Timeout}s" },
        { "start_period", $"{health.StartPeriod}s" },
        { "retries", health.Retries },
    };

    private Map Network(NetworkFacts network) => new()
    {
        // An internal network publishes no port, which development wants to.
        { "internal", network.IsInternal && !isDevelopment ? true : null },
        {
            "ipam", network.Name == "front"
                ? new Map { { "config", new[] { new Map { { "subnet", Front.ToString() } } } } }
                : null
        },
    };

    private Map HotReload()
    {
        var services = new Map();
        var named = new Map();
        foreach (var project in app.Services.OfType<ManifestProject>().Where(project => !Catalog.Find(project.Name)!.IsOnce))
        {
            var artifacts = $"hot-{project.Name}";
            named.Add(artifacts, new Map());
            services.Add(project.Name, new Map
            {
                { "image", $"blogcreator-{project.Name}:hot" },
                { "build", new Map { { "target", "hot" } } },
                { "user", "root", "The source belongs to you, what is built from it to this container." },
                { "read_only", false },
                { "cap_add", List("CHOWN", "DAC_OVERRIDE", "FOWNER") },
                { "volumes", new[] { $"{app.Path(Folder, ".")}:/src", $"{artifacts}:/src/artifacts" } },
                {
                    "healthcheck", new Map
                    {
                        { "test", List("CMD", "bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080") },
                        { "start_period", "300s" },
                    }
                },
                // No limit: Docker refuses one that is more than the machine has.
                { "cpus", 0 },
                { "mem_limit", "4g" },
                { "pids_limit", 1000 },
            });
        }

        return new Map { { "services", services }, { "volumes", named } };
    }

    private string EnvironmentExample()
    {
        var lines = new List<string>();
        lines.AddRange(DeployedApp.Header.Select(line => $"# {line}"));
        lines.Add("#");
        lines.Add("# What may be set for Compose: copy this file to .env and change it there. Everything has a default, which is");
        lines.Add("# what stands here. Secrets do not belong here; deploy/blogctl init makes a file for each of these:");
        lines.AddRange(secrets.Select(secret => $"#   secrets/{secret}"));
        Section("The name of the project: containers, networks and volumes begin with it.", [("COMPOSE_PROJECT_NAME", "blogcreator")]);
        Section("Parts of the development file that run only when they are named.", [("COMPOSE_PROFILES", "")], comment: true);
        Section(
            "Published ports.",
            [("HTTP_PORT", HttpPort.ToString(CultureInfo.InvariantCulture)), ("HTTPS_PORT", HttpsPort.ToString(CultureInfo.InvariantCulture))],
            comment: true);
        Section("Values of the app model.", target.Parameters, comment: true);
        Section(
            "Images.",
            [.. app.Services.Select(Image).Distinct().Select(image => image[2..^1].Split(":-", 2)).Select(parts => (parts[0], parts[1]))],
            comment: true);
        return string.Join('\n', lines) + "\n";

        void Section(string title, IEnumerable<(string Name, string Value)> variables, bool comment = false)
        {
            lines.Add("");
            lines.Add($"# {title}");
            lines.AddRange(variables.Select(variable => $"{(comment ? "#" : "")}{variable.Name}={variable.Value}"));
        }
    }
}
