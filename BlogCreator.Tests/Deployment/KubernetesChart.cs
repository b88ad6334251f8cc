using System.Text.RegularExpressions;
using BlogCreator.AppHost.Deployment;
using k8s;
using k8s.Models;

namespace BlogCreator.Tests.Deployment;

/// <summary>The chart as the generator writes it, in a folder of its own, and what Helm makes of it.</summary>
public sealed partial class KubernetesChart : IDisposable
{
    public const string Release = "blogcreator";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blogcreator-chart-");

    public KubernetesChart() => WriteChart([]);

    public string Chart => Path.Combine(_folder.FullName, "deploy", "kubernetes");

    /// <summary>With lines of the settings changed.</summary>
    internal static KubernetesChart With(params (string From, string To)[] changes)
    {
        var chart = new KubernetesChart();
        var settings = Path.Combine(chart._folder.FullName, "settings.yaml");
        var text = File.ReadAllText(Path.Combine(Root, "deploy", "settings.yaml"));
        foreach (var (from, to) in changes)
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        File.WriteAllText(settings, text);
        chart.WriteChart(["--settings", settings]);
        return chart;
    }

    /// <summary>The committed settings with another manifest: exit code and what was said.</summary>
    internal (int ExitCode, string Errors) GenerateFrom(string manifest)
    {
        var path = Path.Combine(_folder.FullName, "manifest.json");
        File.WriteAllText(path, manifest);
        using var errors = new StringWriter();
        return (Generate.Run(["--output", _folder.FullName, "--manifest", path], TextWriter.Null, errors), errors.ToString());
    }

    internal static string Root => Path.GetFullPath(Path.Combine(Projects.BlogCreator_AppHost.ProjectPath, ".."));

    internal Task<(int ExitCode, string Output, string Errors)> Template(params string[] options) =>
        HelmProgram.Run(["template", Release, Chart, "--namespace", "blog", .. options]);

    internal async Task<string> Text(params string[] options)
    {
        var (exitCode, output, errors) = await Template(options);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    /// <summary>Every object, in the types of Kubernetes; a field that those do not know is an error.</summary>
    internal async Task<List<object>> Objects(params string[] options) => Strict(await Text(options));

    internal static List<object> Strict(string text) =>
        [.. KubernetesYaml.LoadAllFromString(text, strict: true)];

    /// <summary>The pods of all kinds of workloads, with the name of their object.</summary>
    internal static IEnumerable<(string Name, V1PodTemplateSpec Pod)> Pods(IEnumerable<object> objects) => objects.SelectMany(item => item switch
    {
        V1Deployment deployment => [(deployment.Name(), deployment.Spec.Template)],
        V1StatefulSet set => [(set.Name(), set.Spec.Template)],
        V1Job job => [(job.Name(), job.Spec.Template)],
        V1CronJob cron => [(cron.Name(), cron.Spec.JobTemplate.Spec.Template)],
        _ => Array.Empty<(string, V1PodTemplateSpec)>(),
    });

    internal static IEnumerable<V1Container> Containers(V1PodTemplateSpec pod) => [.. pod.Spec.InitContainers ?? [], .. pod.Spec.Containers];

    internal static IEnumerable<string> SecretsNamed(string text) => SecretName().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>Names of the chart's own services in a connection string or an address.</summary>
    internal static IEnumerable<string> HostsIn(string text) => OwnHost().Matches(text).Select(match => match.Value);

    public void Dispose() => _folder.Delete(recursive: true);

    private void WriteChart(string[] options)
    {
        using var errors = new StringWriter();
        var exitCode = Generate.Run(["--output", _folder.FullName, .. options], TextWriter.Null, errors);
        Assert.True(exitCode == 0, errors.ToString());
    }

    [GeneratedRegex(@"\{secret:(?<name>[a-z0-9-]+)(:uri)?\}|(/run/secrets/(?<name>[a-z0-9-]+))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecretName();

    [GeneratedRegex($"{Release}-[a-z]+(?=[:;])", RegexOptions.None, 1000)]
    private static partial Regex OwnHost();
}
