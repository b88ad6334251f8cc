using YamlDotNet.RepresentationModel;

namespace BlogCreator.Tests.Deployment;

/// <summary>Files of the repository that no project builds.</summary>
internal static class DeploymentFile
{
    public static readonly string Root = Path.GetFullPath(Path.Combine(Projects.BlogCreator_AppHost.ProjectPath, ".."));

    public static string At(params string[] path) => Path.Combine([Root, .. path]);

    public static string Read(params string[] path) => File.ReadAllText(At(path));

    public static YamlMappingNode Yaml(params string[] path)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(At(path));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    public static YamlNode? Get(this YamlNode node, params string[] path) =>
        path.Aggregate((YamlNode?)node, (at, key) => at is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var child) ? child : null);

    public static string? Text(this YamlNode node, params string[] path) => (node.Get(path) as YamlScalarNode)?.Value;

    public static IEnumerable<KeyValuePair<string, YamlNode>> Entries(this YamlNode? node) => node is YamlMappingNode map
        ? map.Children.Select(child => KeyValuePair.Create(((YamlScalarNode)child.Key).Value!, child.Value))
        : [];

    public static IEnumerable<YamlNode> Items(this YamlNode? node) => node is YamlSequenceNode list ? list.Children : [];

    public static IEnumerable<string> Texts(this YamlNode? node) => node switch
    {
        YamlSequenceNode list => list.Children.Select(child => ((YamlScalarNode)child).Value!),
        YamlScalarNode one => [one.Value!],
        _ => [],
    };
}
