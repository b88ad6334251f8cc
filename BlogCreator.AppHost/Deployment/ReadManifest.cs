using System.Text.Json;

namespace BlogCreator.AppHost.Deployment;

/// <summary>Reads aspire-manifest.json. What it does not know it refuses, since leaving it out would deploy something else.</summary>
internal static class ReadManifest
{
    private const string WriteAnew =
        "Write it with: dotnet run --project BlogCreator.AppHost -- --publisher manifest --output-path aspire-manifest.json";

    private static readonly Dictionary<string, Func<Resource, ManifestResource>> Types = new()
    {
        ["parameter.v0"] = Parameter,
        ["value.v0"] = resource => new ManifestValue(resource.Name, resource.Text("connectionString")),
        ["annotated.string"] = resource => new ManifestText(resource.Name, resource.Text("value"), resource.Text("filter")),
        ["container.v0"] = Container,
        ["container.v1"] = Container,
        ["project.v0"] = Project,
    };

    public static Manifest From(string path, string shownAs)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInput(shownAs, $"There is no such file. {WriteAnew}");
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind != JsonValueKind.Object
                || !json.RootElement.TryGetProperty("resources", out var resources)
                || resources.ValueKind != JsonValueKind.Object)
            {
                throw new BadInput(shownAs, $"It has no \"resources\", so it is no manifest. {WriteAnew}");
            }

            var problems = new List<Problem>();
            var read = resources.EnumerateObject()
                .Select(property => Read(shownAs, property, problems)).OfType<ManifestResource>().ToList();
            return problems.Count == 0
                ? new Manifest(shownAs, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/", read)
                : throw new BadInput(problems);
        }
        catch (JsonException error)
        {
            var line = error.LineNumber is { } zeroBased ? (int?)zeroBased + 1 : null;
            throw new BadInput(shownAs, $"It is no valid JSON. {WriteAnew}", line);
        }
    }

    private static ManifestResource? Read(string file, JsonProperty property, List<Problem> problems)
    {
        var resource = new Resource(file, property.Name, property.Value);
        try
        {
            var type = resource.Text("type");
            return Types.TryGetValue(type, out var read)
                ? read(resource)
                : throw resource.Bad($"is of the type '{type}', which cannot be deployed. Known are: {string.Join(", ", Types.Keys)}.");
        }
        catch (BadInput bad)
        {
            problems.AddRange(bad.Problems);
            return null;
        }
    }

    private static ManifestParameter Parameter(Resource resource)
    {
        var input = resource.Inner("inputs")?.Inner("value");
        var fallback = input?.Inner("default");
        return new ManifestParameter(
            resource.Name,
            input?.Is("secret") ?? false,
            fallback?.Optional("value"),
            fallback?.Inner("generate") is not null);
    }

    private static ManifestContainer Container(Resource resource)
    {
        resource.Only("type", "connectionString", "image", "build", "entrypoint", "args", "volumes", "bindMounts", "env", "bindings");
        var build = resource.Inner("build");
        build?.Only("context", "dockerfile");
        return new ManifestContainer(resource.Name)
        {
            Image = build is null ? resource.Text("image") : resource.Optional("image"),
            Build = build is null ? null : new ManifestBuild(build.Text("context"), build.Text("dockerfile")),
            Entrypoint = resource.Optional("entrypoint"),
            ConnectionString = resource.Optional("connectionString"),
            Args = resource.Strings("args"),
            Environment = resource.Pairs("env"),
            Bindings = Bindings(resource),
            Volumes = [.. resource.List("volumes").Select(mount => new ManifestVolume(mount.Text("name"), mount.Text("target"), mount.Is("readOnly")))],
            BindMounts = [.. resource.List("bindMounts").Select(mount =>
                new ManifestBindMount(mount.Text("source"), mount.Text("target"), mount.Is("readOnly")))],
        };
    }

    private static ManifestProject Project(Resource resource)
    {
        resource.Only("type", "path", "args", "env", "bindings");
        return new ManifestProject(resource.Name, resource.Text("path"))
        {
            Args = resource.Strings("args"),
            Environment = resource.Pairs("env"),
            Bindings = Bindings(resource),
        };
    }

    private static List<ManifestBinding> Bindings(Resource resource) =>
        [.. resource.Members("bindings").Select(binding => new ManifestBinding(
            binding.Key, binding.Value.Text("scheme"), binding.Value.Number("port"), binding.Value.Number("targetPort"), binding.Value.Is("external")))];

    /// <summary>A part of the manifest that knows how to say what is wrong with it.</summary>
    private sealed record Resource(string File, string Name, JsonElement Json)
    {
        public BadInput Bad(string text) => new(File, $"The resource '{Name}' {text}");

        public void Only(params string[] known)
        {
            if (Json.EnumerateObject().Select(property => property.Name).Except(known).ToList() is [var unknown, ..])
            {
                throw Bad($"says '{unknown}', which cannot be deployed. Known are: {string.Join(", ", known)}.");
            }
        }

        public string Text(string key) => Optional(key) ?? throw Bad($"has no \"{key}\".");

        public string? Optional(string key) => Member(key, JsonValueKind.String)?.GetString();

        public int? Number(string key) =>
            Member(key, JsonValueKind.Number) is { } number
                ? number.TryGetInt32(out var whole) ? whole : throw Bad($"has a \"{key}\" that is no whole number.")
                : null;

        public bool Is(string key) =>
            Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

        public Resource? Inner(string key) => Member(key, JsonValueKind.Object) is { } value ? this with { Json = value } : null;

        public List<string> Strings(string key) =>
            [.. Items(key).Select(item => item.ValueKind == JsonValueKind.String ? item.GetString() ?? "" : throw Bad($"has something in \"{key}\" that is no text."))];

        public List<Resource> List(string key) => [.. Items(key).Select(item => this with { Json = item })];

        public List<KeyValuePair<string, string>> Pairs(string key) =>
            [.. Members(key).Select(member => KeyValuePair.Create(
                member.Key,
                member.Value.Json.ValueKind == JsonValueKind.String
                    ? member.Value.Json.GetString() ?? ""
                    : throw Bad($"has an \"{key}\" whose '{member.Key}' is no text.")))];

        public List<KeyValuePair<string, Resource>> Members(string key) =>
            Member(key, JsonValueKind.Object) is { } value
                ? [.. value.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, this with { Json = member.Value }))]
                : [];

        private List<JsonElement> Items(string key) => Member(key, JsonValueKind.Array) is { } value ? [.. value.EnumerateArray()] : [];

        private JsonElement? Member(string key, JsonValueKind kind)
        {
            if (Json.ValueKind != JsonValueKind.Object)
            {
                throw Bad("is not written as an object where it should be one.");
            }

            if (!Json.TryGetProperty(key, out var value))
            {
                return null;
            }

            return value.ValueKind == kind ? value : throw Bad($"has a \"{key}\" of the wrong kind ({value.ValueKind}).");
        }
    }
}
