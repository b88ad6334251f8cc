using System.Text.Encodings.Web;
using System.Text.Json;
using BlogCreator.AppHost.Deployment.Kubernetes;

namespace BlogCreator.AppHost.Deployment;

/// <summary>deploy/kubernetes: the chart.</summary>
internal static class HelmChart
{
    public const string Folder = "deploy/kubernetes";

    /// <summary>The oldest that has everything we ask of it: a pause before the end that needs no shell.</summary>
    private const string LeastKubernetes = ">=1.30.0-0";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IReadOnlyList<GeneratedFile> Files(DeployedApp app)
    {
        var model = new ChartModel(app);
        var values = ValuesOfChart.From(model);
        return
        [
            new($"{Folder}/Chart.yaml", WithHeader([], HelmWriter.Write(About(app)))),
            new($"{Folder}/values.yaml", WithHeader(["Your own values belong in values.override.yaml beside it, which is yours alone: helm upgrade --values."], HelmWriter.Write(values.ToYaml()))),
            new($"{Folder}/values.schema.json", ValuesOfChart.Schema(values).ToJsonString(Json).ReplaceLineEndings("\n") + "\n"),
            new($"{Folder}/.helmignore", string.Concat(DeployedApp.Header.Select(line => $"# {line}\n")) + "values.override.yaml\n*.orig\n.*.swp\n"),
            new($"{Folder}/templates/_helpers.tpl", WithTemplateHeader(ChartTexts.Helpers)),
            new($"{Folder}/templates/_environment.tpl", WithTemplateHeader(string.Join('\n', model.Projects.Select(project => Environment(model, project))))),
            new($"{Folder}/templates/NOTES.txt", ChartTexts.Notes),
            .. model.Projects.Where(project => project.Name != "migrate").Select(project => Template(project.Name, ServiceTemplates.Of(model, project))),
            .. model.Stores.Select(store => Template(store.Name, StoreTemplates.Of(model, store))),
            Template("migrate", JobTemplates.Migration(model)),
            Template("cronjobs", JobTemplates.Commands(model)),
            .. model.HasBackup ? [Template("restore", JobTemplates.Restore(model))] : Enumerable.Empty<GeneratedFile>(),
            Template("ingress", NetworkTemplates.Ingresses(model)),
            Template("networkpolicies", NetworkTemplates.Policies(model)),
            Template("storage", OtherTemplates.Storage(model)),
            Template("serviceaccount", OtherTemplates.Account()),
            Template("servicemonitor", OtherTemplates.Monitoring(model)),
        ];
    }

    private static HelmMap About(DeployedApp app) => new()
    {
        { "apiVersion", "v2" },
        { "name", ChartNames.Chart },
        { "description", "Blog Creator: a blog whose posts are written from your documents, with their sources" },
        { "type", "application" },
        { "version", ChartVersion(app.Settings.Version) },
        { "appVersion", app.Settings.Version },
        { "kubeVersion", LeastKubernetes },
    };

    /// <summary>A chart's version has three numbers; an image's tag may be anything, a commit for one.</summary>
    private static string ChartVersion(string version)
    {
        var parts = version.Split('-', '+')[0].Split('.');
        return parts.Length == 3 && parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit)) ? version : $"0.0.0-{version.Replace('.', '-').Replace('_', '-')}";
    }

    private static string Environment(ChartModel model, ManifestProject project) =>
        Definition($"environment.{project.Name}", ServiceTemplates.Environment(model, project)) + "\n"
        + Definition($"secrets.{project.Name}", ServiceTemplates.Secrets(model, project));

    private static string Definition(string name, HelmList items) =>
        $"{{{{- define \"{ChartNames.Chart}.{name}\" -}}}}\n{HelmWriter.Write(items)}{{{{- end }}}}\n";

    private static GeneratedFile Template(string name, IEnumerable<HelmDocument> documents) =>
        new($"{Folder}/templates/{name}.yaml", HelmWriter.Write(DeployedApp.Header, documents));

    private static string WithHeader(IEnumerable<string> more, string text) =>
        string.Concat(DeployedApp.Header.Concat(more).Select(line => $"# {line}\n")) + text;

    private static string WithTemplateHeader(string text) => $"{{{{/*\n{string.Join('\n', DeployedApp.Header)}\n*/}}}}\n{text}";
}
