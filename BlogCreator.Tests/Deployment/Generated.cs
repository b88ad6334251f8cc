using BlogCreator.AppHost.Deployment;
using BlogCreator.Tests.Architecture;
using YamlDotNet.RepresentationModel;

namespace BlogCreator.Tests.Deployment;

/// <summary>Runs <c>generate</c> into a folder of its own, with settings and a manifest of the test's.</summary>
internal sealed class Generated : IDisposable
{
    public const string Settings = """
        domain: blog.example.org
        acme:
          email: owner@example.org
        registry: ghcr.io/example
        version: 1.2.3

        """;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("blogcreator-");

    public string Folder => folder.FullName;

    public string Said { get; private set; } = "";

    public static string CommittedManifest => Repository.Read("aspire-manifest.json");

    public int Run(string settings = Settings, string? manifest = null, params string[] further)
    {
        var (settingsFile, manifestFile) = (Path.Combine(Folder, "settings.yaml"), Path.Combine(Repository.Root, "aspire-manifest.json"));
        File.WriteAllText(settingsFile, settings);
        if (manifest is not null)
        {
            manifestFile = Path.Combine(Folder, "manifest.json");
            File.WriteAllText(manifestFile, manifest);
        }

        return Run(["--settings", settingsFile, "--manifest", manifestFile, "--output", Path.Combine(Folder, "out"), .. further]);
    }

    public int Run(IReadOnlyList<string> args)
    {
        using var said = new StringWriter();
        var code = Generate.Run(args, said, said);
        Said = said.ToString();
        return code;
    }

    public string PathOf(string file) => Path.Combine(Folder, "out", file);

    public string Read(string file) => File.ReadAllText(PathOf(file));

    public Yaml Compose(string file) => Yaml.Of(Read($"deploy/compose/{file}"));

    public IReadOnlyDictionary<string, string> Everything() =>
        Directory.EnumerateFiles(Path.Combine(Folder, "out"), "*", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetRelativePath(Path.Combine(Folder, "out"), file).Replace('\\', '/'), File.ReadAllText);

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>A value of a YAML document; what is not there has no items and no text.</summary>
    internal sealed record Yaml(YamlNode? Node)
    {
        public Yaml this[string key] => new(Node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null);

        public bool Exists => Node is not null;

        public string? Text => (Node as YamlScalarNode)?.Value;

        public IReadOnlyList<string> Texts => Node switch
        {
            YamlSequenceNode list => [.. list.Children.Select(child => ((YamlScalarNode)child).Value ?? "")],
            YamlScalarNode one => [one.Value ?? ""],
            _ => [],
        };

        public IReadOnlyList<string> Keys =>
            Node is YamlMappingNode map ? [.. map.Children.Keys.Select(key => ((YamlScalarNode)key).Value ?? "")] : [];

        public static Yaml Of(string text)
        {
            var stream = new YamlStream();
            using var reader = new StringReader(text);
            stream.Load(reader);
            return new Yaml(Assert.Single(stream.Documents).RootNode);
        }
    }
}
