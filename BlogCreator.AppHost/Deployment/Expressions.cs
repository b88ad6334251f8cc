using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace BlogCreator.AppHost.Deployment;

/// <summary>Where the app is deployed to, as far as the values of its settings depend on it.</summary>
internal interface IDeploymentTarget
{
    /// <summary>The name under which another service is reached.</summary>
    string Host(string service);

    /// <summary>Text that stands for itself, escaped where the target would read something into it.</summary>
    string Literal(string text);

    /// <summary>A parameter that is no secret; the value is what the settings or the manifest give it.</summary>
    string Parameter(string name, string value);

    /// <summary>What stands where a secret is wanted. Services of ours resolve it themselves from the secret's file.</summary>
    string Secret(string name, bool isUriEncoded) => isUriEncoded ? $"{{secret:{name}:uri}}" : $"{{secret:{name}}}";
}

/// <summary>Fills in the manifest's expressions, such as <c>{postgres.bindings.tcp.host}</c>, for one target.</summary>
internal sealed partial class Expressions(Manifest manifest, Settings settings, IDeploymentTarget target)
{
    private const int Deepest = 16;

    /// <param name="text">The value, as the manifest writes it.</param>
    /// <param name="where">Whose it is, for the message when it cannot be filled in.</param>
    public string Resolve(string text, string where) => Resolve(text, where, new Context(IsUri: UriStart().IsMatch(Flat(text, where)), Depth: 0));

    /// <summary>The secrets that a value is made of.</summary>
    public IReadOnlyList<string> Secrets(string text, string where) =>
        [.. Expression().Matches(Flat(text, where))
            .Select(match => match.Groups["name"].Value)
            .Where(name => manifest.Find(name) is ManifestParameter { IsSecret: true })
            .Distinct()];

    /// <summary>The resources that a value names, directly or through another value.</summary>
    public IReadOnlyList<string> References(string text, string where) =>
        [.. Expression().Matches(Flat(text, where)).Select(match => match.Groups["name"].Value).Distinct()];

    private string Resolve(string text, string where, Context context) =>
        Replace(text, target.Literal, (name, path) => (Resource(name, path, where), path) switch
        {
            (ManifestService service, ["bindings", var binding, var property]) => BindingValue(service, binding, property, where),
            (ManifestContainer { ConnectionString: { } connection }, ["connectionString"]) => Resolve(connection, where, Deeper(context, where)),
            (ManifestValue value, ["connectionString"]) => Resolve(value.ConnectionString, where, Deeper(context, where)),
            (ManifestText encoded, ["value"]) => Resolve(encoded.Value, where, Deeper(context, where) with { IsUri = IsUri(encoded, where) }),
            (ManifestParameter { IsSecret: true }, ["value"]) => target.Secret(name, context.IsUri),
            (ManifestParameter parameter, ["value"]) => target.Parameter(name, Value(parameter)),
            _ => throw Unknown(where, name, path),
        });

    /// <summary>The text with everything that only stands for other text filled in.</summary>
    private string Flat(string text, string where, int depth = 0) =>
        depth > Deepest
            ? throw Endless(where)
            : Replace(text, literal => literal, (name, path) => (Resource(name, path, where), path) switch
            {
                (ManifestContainer { ConnectionString: { } connection }, ["connectionString"]) => Flat(connection, where, depth + 1),
                (ManifestValue value, ["connectionString"]) => Flat(value.ConnectionString, where, depth + 1),
                (ManifestText encoded, ["value"]) => Flat(encoded.Value, where, depth + 1),
                _ => $"{{{name}.{string.Join('.', path)}}}",
            });

    private string BindingValue(ManifestService service, string binding, string property, string where)
    {
        if (service.Bindings.FirstOrDefault(other => other.Name == binding) is not { } found)
        {
            throw Unknown(where, service.Name, ["bindings", binding, property]);
        }

        var port = (found.TargetPort ?? found.Port)?.ToString(CultureInfo.InvariantCulture)
            ?? throw new BadInput(manifest.File, $"{where}: the binding '{binding}' of '{service.Name}' has no targetPort.");
        return property switch
        {
            "host" => target.Host(service.Name),
            "port" or "targetPort" => port,
            "scheme" => found.Scheme,
            "url" => $"{found.Scheme}://{target.Host(service.Name)}:{port}",
            _ => throw Unknown(where, service.Name, ["bindings", binding, property]),
        };
    }

    private string Value(ManifestParameter parameter) =>
        settings.Parameter(parameter.Name) ?? parameter.Default ?? throw new BadInput(
            settings.File, $"parameters.{parameter.Name}: It is missing: the app model gives this parameter no default.");

    private bool IsUri(ManifestText encoded, string where) =>
        encoded.Filter == "uri"
            ? true
            : throw new BadInput(manifest.File, $"{where}: '{encoded.Name}' has the filter '{encoded.Filter}'. Known is: uri.");

    private ManifestResource Resource(string name, string[] path, string where) => manifest.Find(name) ?? throw Unknown(where, name, path);

    private Context Deeper(Context context, string where) => context.Depth < Deepest ? context with { Depth = context.Depth + 1 } : throw Endless(where);

    private BadInput Endless(string where) => new(manifest.File, $"{where}: its value refers to itself.");

    private BadInput Unknown(string where, string name, string[] path) => new(
        manifest.File,
        manifest.Find(name) is null
            ? $"{where} refers to '{name}', which is not in the manifest. {Nearest.Hint(name, manifest.Resources.Select(resource => resource.Name))}"
            : $"{where} refers to '{string.Join('.', path)}' of '{name}', which that has not.");

    private static string Replace(string text, Func<string, string> literal, Func<string, string[], string> expression)
    {
        var filled = new StringBuilder();
        var at = 0;
        foreach (Match match in Expression().Matches(text))
        {
            filled.Append(literal(text[at..match.Index]));
            filled.Append(expression(match.Groups["name"].Value, match.Groups["path"].Value.Split('.')));
            at = match.Index + match.Length;
        }

        return filled.Append(literal(text[at..])).ToString();
    }

    // Braces without a dot between them are text: a shell's ${NAME}, for one.
    [GeneratedRegex(@"(?<!\$)\{(?<name>[A-Za-z][A-Za-z0-9-]*)\.(?<path>[A-Za-z0-9_.-]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Expression();

    // A password within an address is encoded, wherever the app model says so or forgets to.
    [GeneratedRegex("^[a-z][a-z0-9+.-]*://", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UriStart();

    private sealed record Context(bool IsUri, int Depth);
}
