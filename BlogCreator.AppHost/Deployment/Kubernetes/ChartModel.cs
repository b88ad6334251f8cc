using System.Text.RegularExpressions;

namespace BlogCreator.AppHost.Deployment.Kubernetes;

/// <summary>What the chart's templates ask of the app model: who runs, who talks to whom, with which settings and secrets.</summary>
internal sealed partial class ChartModel
{
    /// <summary>Commands of the api that run now and then; they are set up as the api is.</summary>
    public static readonly IReadOnlyList<string> Commands = ["verify-files", "reindex"];

    private readonly DeployedApp _app;
    private readonly Expressions _expressions;

    public ChartModel(DeployedApp app)
    {
        _app = app;
        _expressions = new Expressions(app.Manifest, app.Settings, new ChartTarget());
        var unknown = app.Manifest.Resources.OfType<ManifestService>().FirstOrDefault(service => service switch
        {
            ManifestContainer => !StoreFacts.All.ContainsKey(service.Name),
            ManifestProject => service.Name is not ("api" or "web" or "migrate"),
            _ => true,
        });
        if (unknown is not null)
        {
            throw new BadInput(app.Manifest.File, $"The chart does not know how '{unknown.Name}' runs in Kubernetes (which user it is, how its health is asked). Say so in BlogCreator.AppHost/Deployment/Kubernetes.");
        }

        Stores = [.. app.Services.OfType<ManifestContainer>()];
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
        where parameter is { IsSecret: false } && parameter.Name != "site-base-url"
        select (ChartNames.Camel(parameter.Name), Settings.Parameters.GetValueOrDefault(parameter.Name) ?? parameter.Default ?? "");

    /// <summary>The services that a program opens connections to.</summary>
    public IReadOnlyList<string> Reaches(ManifestProject project) =>
        [.. _app.Services.Select(service => service.Name)
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

    /// <summary>The database that a server is to hold from its start.</summary>
    public string? Database(string server) =>
        _app.Manifest.Resources.OfType<ManifestValue>()
            .Select(value => DatabaseOf().Match(value.ConnectionString))
            .FirstOrDefault(match => match.Success && match.Groups["server"].Value == server)?.Groups["database"].Value;

    /// <summary>
    /// The variables that a service reads: without those that Aspire adds for other languages than C# (BLOGDB_HOST, REDIS_URI),
    /// and without what a part needs that is turned off.
    /// </summary>
    public IEnumerable<KeyValuePair<string, string>> Read(ManifestService service)
    {
        var resources = _app.Manifest.Resources.Select(resource => resource.Name.ToUpperInvariant().Replace('-', '_') + "_").ToList();
        return service.Environment.Where(variable =>
            !(service is ManifestProject && resources.Any(name => variable.Key.StartsWith(name, StringComparison.Ordinal)))
            && _expressions.References(variable.Value, Where(service, variable.Key))
                .All(name => _app.Manifest.Find(name) is not ManifestService other || _app.IsOn(other.Name)));
    }

    private static string Where(ManifestService service, string variable) => $"{service.Name}.env.{variable}";

    [GeneratedRegex(@"^\{(?<server>[a-z0-9-]+)\.connectionString\};Database=(?<database>[^;{}]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DatabaseOf();
}
