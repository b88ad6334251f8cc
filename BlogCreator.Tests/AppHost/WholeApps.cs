namespace BlogCreator.Tests.AppHost;

/// <summary>One at a time: these start whole apps, and two of them at once would only be slow.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeApps
{
    public const string Name = "Whole apps";
}
