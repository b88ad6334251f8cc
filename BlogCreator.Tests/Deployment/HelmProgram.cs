using System.Diagnostics;

namespace BlogCreator.Tests.Deployment;

/// <summary>The real helm: from HELM_PATH, from the PATH, or as deploy/tests/helm.sh has fetched it.</summary>
internal static class HelmProgram
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Projects.BlogCreator_AppHost.ProjectPath, ".."));

    private static readonly string? Program = Environment.GetEnvironmentVariable("HELM_PATH") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(place => Path.Combine(place, "helm"))
            .Append(Path.Combine(Root, "artifacts", "tools", "helm", "helm")).FirstOrDefault(File.Exists);

    public static void SkipUnlessThere() => Assert.SkipWhen(Program is null, "helm is not here. Fetch it: deploy/tests/helm.sh");

    public static async Task<(int ExitCode, string Output, string Errors)> Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Program!, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        // Nothing of whoever runs this, and no cluster.
        foreach (var folder in (string[])["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"])
        {
            start.Environment[folder] = Path.Combine(Path.GetTempPath(), "blogcreator-helm");
        }

        start.Environment.Remove("KUBECONFIG");
        using var helm = Process.Start(start)!;
        var output = helm.StandardOutput.ReadToEndAsync();
        var errors = helm.StandardError.ReadToEndAsync();
        await helm.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (helm.ExitCode, await output, await errors);
    }
}
