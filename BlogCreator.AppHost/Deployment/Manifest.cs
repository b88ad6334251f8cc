namespace BlogCreator.AppHost.Deployment;

/// <summary>What aspire-manifest.json says, in its order.</summary>
internal sealed record Manifest(string File, string Folder, IReadOnlyList<ManifestResource> Resources)
{
    public ManifestResource? Find(string name) => Resources.FirstOrDefault(resource => resource.Name == name);
}

internal abstract record ManifestResource(string Name);

/// <summary>A value that whoever deploys may set; a secret one comes from a file.</summary>
internal sealed record ManifestParameter(string Name, bool IsSecret, string? Default, bool IsGenerated) : ManifestResource(Name);

internal sealed record ManifestValue(string Name, string ConnectionString) : ManifestResource(Name);

/// <summary>Another value in an encoded form; the filter is how.</summary>
internal sealed record ManifestText(string Name, string Value, string Filter) : ManifestResource(Name);

/// <summary>Something that runs: a container or a project of ours.</summary>
internal abstract record ManifestService(string Name) : ManifestResource(Name)
{
    public IReadOnlyList<string> Args { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    public IReadOnlyList<ManifestBinding> Bindings { get; init; } = [];
}

internal sealed record ManifestContainer(string Name) : ManifestService(Name)
{
    /// <summary>Null when <see cref="Build"/> says how to make it.</summary>
    public string? Image { get; init; }

    public ManifestBuild? Build { get; init; }

    public string? Entrypoint { get; init; }

    public string? ConnectionString { get; init; }

    public IReadOnlyList<ManifestVolume> Volumes { get; init; } = [];

    public IReadOnlyList<ManifestBindMount> BindMounts { get; init; } = [];
}

internal sealed record ManifestProject(string Name, string Path) : ManifestService(Name);

internal sealed record ManifestBinding(string Name, string Scheme, int? Port, int? TargetPort, bool IsExternal);

/// <summary>Paths are relative to the manifest.</summary>
internal sealed record ManifestBuild(string Context, string Dockerfile);

internal sealed record ManifestVolume(string Name, string Target, bool IsReadOnly);

/// <summary>The source is relative to the manifest.</summary>
internal sealed record ManifestBindMount(string Source, string Target, bool IsReadOnly);
