namespace BlogCreator.AppHost.Deployment;

/// <summary>deploy/kubernetes: the chart.</summary>
internal static class HelmChart
{
    public static IReadOnlyList<GeneratedFile> Files(DeployedApp app) => [];
}
