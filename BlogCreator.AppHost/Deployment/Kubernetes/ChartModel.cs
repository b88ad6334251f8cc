namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>What the chart's templates ask of the app model: who runs, who talks to whom, with which settings and secrets.</summary>
internal sealed class ChartModel
{
    /// <summary>Commands of the api that run now and then; they are set up as the api is.</summary>
    public static readonly IReadOnlyList<string> Commands = ["verify-files", "reindex"];

    /// <summary>
    /// What one host needs and a cluster has of its own, except for the backup, which stands beside the database here.
    /// </summary>
    private static readonly IReadOnlyList<string> LeftToCluster =
        [
            "backup", "nginx", "certbot", "prometheus", "alertmanager", "grafana", "postgres-exporter", "redis-exporter", "elasticsearch-exporter", "jaeger",
            "logstash", "kibana", "filebeat",
        ];

    private const string SiteAddress = "site-base-url";

    private readonly DeployedApp _app;
    private readonly Expressions _expressions;

    public ChartModel(DeployedApp app)
    {
        _app = app;
        _expressions = new Expressions(app.Manifest, app.Settings, new ChartTarget());
        var unknown = app.Manifest.Resources.OfType<ManifestService>().FirstOrDefault(service => service switch
        {
            ManifestContainer => !StoreFacts.All.ContainsKey(service.Name) && !LeftToCluster.Contains(service.Name),
            ManifestProject => service.Name is not ("api" or "web" or "migrate"),
            _ => true,
        });
        if (unknown is not null)
        {
            throw new BadInput(app.Manifest.File, $"The chart does not know how '{unknown.Name}' runs in Kubernetes (which user it is, how its health is asked). Say so in BlogCreator.AppHost/Deployment/Kubernetes.");
        }

        Stores = [.. app.Services.OfType<ManifestContainer>().Where(container => StoreFacts.All.ContainsKey(container.Name))];
        Projects = [.. app.Services.OfType<ManifestProject>()];
    }

    public Settings Settings => _app.Settings;

    /// <summary>Databases and the like, each of which may be a server outside the cluster instead.</summary>
    public IReadOnlyList<ManifestContainer> Stores { get; }

    /// <summary>Programs of ours.</summary>
    public IReadOnlyList<ManifestProject> Projects { get; }

    public bool HasBackup => Settings.Has(Part.Backup);

    public ManifestProject Project(string name) => Projects.First(project => project.Name == name);

    public ServiceLimits Limits(string service) => Settings.Limits[service];

    /// <summary>What whoever installs the chart may say for parameters; the address of the site follows from the Ingress.</summary>
    public IEnumerable<(string Name, string Value)> Parameters =>
        from parameter in _app.Manifest.Resources.OfType<ManifestParameter>()
        where !parameter.IsSecret && parameter.Name != SiteAddress
            && Projects.Any(project => Read(project).Any(variable => _expressions.References(variable.Value, Where(project, variable.Key)).Contains(parameter.Name)))
        select (ChartNames.Camel(parameter.Name), Settings.Parameter(parameter.Name) ?? parameter.Default ?? "");

    /// <summary>The services that a program opens connections to.</summary>
    public IReadOnlyList<string> Reaches(ManifestProject project) =>
        [.. Stores.Select(store => store.Name).Concat(Projects.Select(other => other.Name))
            .Where(name => name != project.Name && Read(project).Any(variable => _expressions.References(variable.Value, Where(project, variable.Key)).Contains(name)))];

    /// <summary>Who opens connections to a service.</summary>
    public IReadOnlyList<string> ReachedBy(string service) =>
        [.. Projects.Where(project => Reaches(project).Contains(service))
            .SelectMany(project => project.Name == "api" ? [project.Name, .. Commands] : (IEnumerable<string>)[project.Name])];

    public IReadOnlyList<string> Secrets(ManifestService service) =>
        [.. Read(service).SelectMany(variable => _expressions.Secrets(variable.Value, Where(service, variable.Key))).Distinct()];

    public IReadOnlyList<string> Secrets(ManifestService service, KeyValuePair<string, string> variable) =>
        _expressions.Secrets(variable.Value, Where(service, variable.Key));

    public string Resolve(ManifestService service, KeyValuePair<string, string> variable) =>
        _expressions.Resolve(variable.Value, Where(service, variable.Key));

    /// <summary>Whether a variable is nothing but the secret of this name.</summary>
    public string? Secret(ManifestService service, KeyValuePair<string, string> variable) =>
        Secrets(service, variable).FirstOrDefault(secret => variable.Value == $"{{{secret}.value}}");

    public string Resolve(ManifestService service, string argument) => _expressions.Resolve(argument, Where(service, "args"));

    /// <summary>The stores that a variable is made of.</summary>
    public ManifestContainer? Store(ManifestProject project, KeyValuePair<string, string> variable)
    {
        var references = _expressions.References(variable.Value, Where(project, variable.Key));
        return Stores.FirstOrDefault(store => references.Contains(store.Name));
    }

    /// <summary>The ports of a service that others are told of.</summary>
    public IEnumerable<ManifestBinding> Ports(ManifestService service)
    {
        var told = _app.Manifest.Resources.SelectMany(resource => resource switch
        {
            ManifestContainer container => container.Environment.Select(variable => variable.Value).Append(container.ConnectionString ?? ""),
            ManifestService other => other.Environment.Select(variable => variable.Value),
            ManifestValue value => [value.ConnectionString],
            _ => [],
        }).ToList();
        return service.Bindings.Where(binding => binding.IsExternal
            || told.Any(text => text.Contains($"{{{service.Name}.bindings.{binding.Name}.", StringComparison.Ordinal)));
    }

    /// <summary>The variables that a service reads; not those that lead to what the cluster has of its own.</summary>
    public IEnumerable<KeyValuePair<string, string>> Read(ManifestService service) => _app.Environment(service, _expressions)
        .Where(variable => !_expressions.References(variable.Value, Where(service, variable.Key)).Any(LeftToCluster.Contains));

    private static string Where(ManifestService service, string variable) => $"{service.Name}.env.{variable}";
}
