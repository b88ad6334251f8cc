namespace BlogCreator.AppHost.Deployment;

/// <summary>Compose: a service is reached by its name, and a value may come from .env.</summary>
internal sealed class ComposeTarget(Settings settings, bool isDevelopment) : IDeploymentTarget
{
    private readonly SortedDictionary<string, string> parameters = new(StringComparer.Ordinal);

    /// <summary>Those that were filled in, by the name of their variable.</summary>
    public IEnumerable<(string Name, string Value)> Parameters => parameters.Select(parameter => (parameter.Key, parameter.Value));

    public string Host(string service) => service;

    public string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    public string Parameter(string name, string value)
    {
        var own = isDevelopment ? InDevelopment(name) ?? value : value;
        if (own.Contains('}', StringComparison.Ordinal) || own.Contains('$', StringComparison.Ordinal))
        {
            // Cannot be told from the end of the default.
            return Literal(own);
        }

        var variable = name.Replace('-', '_').ToUpperInvariant();
        parameters[variable] = own;
        return $"${{{variable}:-{own}}}";
    }

    private string? InDevelopment(string name) => name switch
    {
        "site-domain" => "localhost",
        "site-base-url" => FormattableString.Invariant($"https://localhost:{settings.DevelopmentPorts["https"]}"),
        _ => null,
    };
}
