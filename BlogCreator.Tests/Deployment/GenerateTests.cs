using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BlogCreator.AppHost.Deployment;
using BlogCreator.Tests.Architecture;

namespace BlogCreator.Tests.Deployment;

public sealed class GenerateTests : IDisposable
{
    private readonly Generated generated = new();

    public void Dispose() => generated.Dispose();

    [Fact]
    public void The_committed_files_are_what_is_generated()
    {
        var code = generated.Run(["--verify"]);
        Assert.True(code == 0, generated.Said);
    }

    [Fact]
    public void Verify_names_each_file_that_differs_and_its_first_line_that_does_and_writes_nothing()
    {
        Assert.Equal(0, generated.Run());
        var file = generated.PathOf("deploy/compose/docker-compose.prod.yml");
        var changed = File.ReadAllText(file).Replace("restart: unless-stopped", "restart: always", StringComparison.Ordinal);
        File.WriteAllText(file, changed);
        File.Delete(generated.PathOf("azure.yaml"));

        Assert.Equal(1, generated.Run(further: "--verify"));
        Assert.Matches(@"deploy/compose/docker-compose\.prod\.yml:\d+\s+is +restart: always\s+should +restart: unless-stopped", generated.Said);
        Assert.Matches(@"azure\.yaml\s+is +is missing", generated.Said);
        Assert.DoesNotContain("docker-compose.hot.yml", generated.Said, StringComparison.Ordinal);
        Assert.Equal(changed, File.ReadAllText(file));
    }

    [Fact]
    public void The_same_input_gives_the_same_bytes_and_an_unchanged_file_is_not_touched()
    {
        Assert.Equal(0, generated.Run());
        var first = generated.Everything();
        var file = generated.PathOf("deploy/compose/docker-compose.yml");
        var written = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, written);

        Assert.Equal(0, generated.Run());
        Assert.Equal(first, generated.Everything());
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
        Assert.DoesNotContain("changed  ", generated.Said.Replace("unchanged  ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_generated_file_says_so_and_by_which_command()
    {
        Assert.Equal(0, generated.Run());
        Assert.All(
            // JSON has no comments, and the notes are read by whoever installs.
            generated.Everything().Where(file => !file.Key.EndsWith(".json", StringComparison.Ordinal) && !Path.GetFileName(file.Key).StartsWith("NOTES", StringComparison.Ordinal)),
            file => Assert.Contains("dotnet run --project BlogCreator.AppHost -- generate", string.Join('\n', file.Value.Split('\n').Take(4)), StringComparison.Ordinal));
    }

    [Fact]
    public void Overrides_are_never_touched_and_what_is_no_longer_generated_goes_only_from_our_own_folder()
    {
        string[] own =
        [
            "deploy/compose/docker-compose.override.yml", "deploy/compose/docker-compose.prod.override.yml", "deploy/compose/.env",
            "deploy/kubernetes/values.override.yaml",
        ];
        foreach (var file in own.Append("deploy/kubernetes/templates/gone.yaml"))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(generated.PathOf(file))!);
            File.WriteAllText(generated.PathOf(file), "mine");
        }

        Assert.Equal(0, generated.Run());
        Assert.All(own, file => Assert.Equal("mine", generated.Read(file)));
        Assert.False(File.Exists(generated.PathOf("deploy/kubernetes/templates/gone.yaml")));
        Assert.Contains("removed", generated.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("domian: blog.example.org", "domian: There is no such setting. Did you mean 'domain'?")]
    [InlineData("services: {apii: {replicas: 3}}", "services.apii: There is no such setting. Did you mean 'api'?")]
    [InlineData("services: {api: {replica: 3}}", "services.api.replica: There is no such setting. Did you mean 'replicas'?")]
    [InlineData("services: {api: {replicas: 0}}", "services.api.replicas: 0 is no possible number of replicas")]
    [InlineData("services: {api: {replicas: 51}}", "services.api.replicas: 51 is no possible")]
    [InlineData("services: {postgres: {replicas: 2}}", "services.postgres.replicas: There is no such setting")]
    [InlineData("services: {api: {memory: 10M}}", "services.api.memory: 10M is too little memory for api")]
    [InlineData("services: {api: {memory: lots}}", "services.api.memory: 'lots' is no size")]
    [InlineData("services: {api: {cpus: 0}}", "services.api.cpus: 0 is no possible number of processors")]
    [InlineData("services: {api: {cpus: 65}}", "services.api.cpus: 65 is no possible")]
    [InlineData("services: {elasticsearch: {memory: 2G, heap: 1536M}}", "services.elasticsearch.heap: 1536M is more than half")]
    [InlineData("ports: {production: {http: 443}}", "ports.production.https: 443 is taken by http already")]
    [InlineData("ports: {development: {http: 5432}}", "ports.development.http: 5432 is wanted by http and postgres")]
    [InlineData("ports: {development: {kibana: 70000}}", "ports.development.kibana: 70000 is no possible port")]
    [InlineData("network: {front: 172.17.8.0/24}", "network.front: 172.17.8.0/24 overlaps 172.17.0.0/16")]
    [InlineData("network: {front: 10.1.2.0/24, used: [10.0.0.0/8]}", "network.front: 10.1.2.0/24 overlaps 10.0.0.0/8")]
    [InlineData("network: {front: 10.213.241.0/24}", "network.development: 10.213.241.0/24 overlaps 10.213.241.0/24")]
    [InlineData("network: {front: 10.213.240.7/24}", "network.front: '10.213.240.7/24' is no network")]
    [InlineData("network: {front: 8.8.8.0/24}", "network.front: 8.8.8.0/24 cannot be used")]
    [InlineData("network: {front: 10.213.240.0/30}", "network.front: 10.213.240.0/30 cannot be used")]
    [InlineData("parameters: {site-nmae: x}", "parameters.site-nmae: There is no such setting. Did you mean 'site-name'?")]
    [InlineData("parameters: {sentry-dsn: https://x}", "parameters.sentry-dsn: It is a secret")]
    [InlineData("parameters: {site-base-url: https://x}", "parameters.site-base-url: It follows from 'domain'")]
    [InlineData("parts: {search: false}", "parts.logs: Logs are kept in Elasticsearch")]
    [InlineData("parts: {backup: maybe}", "parts.backup: Write true or false, not 'maybe'.")]
    [InlineData("images: {redis: sha256:abc}", "images.redis: 'sha256:abc' is no digest")]
    [InlineData("uploadLimit: 9G", "uploadLimit: 9G is too much for an upload")]
    public void A_setting_that_cannot_be_is_named_with_its_line(string setting, string message)
    {
        Assert.Equal(2, generated.Run(Generated.Settings + setting));
        Assert.Contains(message, generated.Said, StringComparison.Ordinal);
        Assert.Contains("Nothing was written.", generated.Said, StringComparison.Ordinal);
        Assert.Matches(@"settings\.yaml(:6)?: ", generated.Said);
        Assert.False(Directory.Exists(generated.PathOf("")));
    }

    [Theory]
    [InlineData("domain: https://blog.example.org", "domain: 'https://blog.example.org' is no domain")]
    [InlineData("domain: localhost", "domain: 'localhost' is no domain")]
    [InlineData("domain: -blog.example.org", "domain: '-blog.example.org' is no domain")]
    [InlineData("version: latest", "version: 'latest' cannot be used")]
    [InlineData("registry: https://ghcr.io/X", "registry: 'https://ghcr.io/X' is no place for images")]
    public void A_required_setting_that_cannot_be_is_named(string line, string message)
    {
        var key = line[..line.IndexOf(':', StringComparison.Ordinal)];
        Assert.Equal(2, generated.Run(Regex.Replace(Generated.Settings, $"(?m)^{key}: .*$", line, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10))));
        Assert.Contains(message, generated.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        Assert.Equal(2, generated.Run("domain: x\nversion: latest\nservices:\n  api:\n    cpus: 99\n"));
        Assert.All(
            (string[])[":1: domain:", ":2: version:", ":5: services.api.cpus:", "registry: It is missing", "acme.email: It is missing"],
            problem => Assert.Contains(problem, generated.Said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("domain: [", "It is no valid YAML")]
    [InlineData("a: 1\na: 2", "It is no valid YAML")]
    [InlineData("- blog", "It holds no settings")]
    [InlineData("", "domain: It is missing")]
    public void Settings_that_are_no_settings_are_refused(string settings, string message)
    {
        Assert.Equal(2, generated.Run(settings));
        Assert.Contains(message, generated.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "It is no valid JSON")]
    [InlineData("[]", "It has no \"resources\"")]
    public void A_manifest_that_is_none_is_refused(string manifest, string message)
    {
        Assert.Equal(2, generated.Run(manifest: manifest));
        Assert.Contains(message, generated.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Equal(2, generated.Run(["--manifest", "nowhere.json"]));
        Assert.Contains("nowhere.json: There is no such file. Write it with:", generated.Said, StringComparison.Ordinal);
        Assert.Equal(2, generated.Run(["--settings", "nowhere.yaml"]));
        Assert.Contains("nowhere.yaml: There is no such file.", generated.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_of_an_unknown_type_is_named_with_the_types_there_are()
    {
        Assert.Equal(2, generated.Run(manifest: Manifest(resources => resources["api"]!["type"] = "azure.bicep.v0")));
        Assert.Contains("The resource 'api' is of the type 'azure.bicep.v0'", generated.Said, StringComparison.Ordinal);
        Assert.Contains("parameter.v0, value.v0, annotated.string, container.v0, container.v1, project.v0", generated.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_manifest_says_and_cannot_be_deployed_is_refused_and_not_lost()
    {
        Assert.Equal(2, generated.Run(manifest: Manifest(resources => resources["redis"]!["deployment"] = new JsonObject())));
        Assert.Contains("The resource 'redis' says 'deployment', which cannot be deployed.", generated.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_without_any_value_is_named()
    {
        var manifest = Manifest(resources => resources["site-name"]!["inputs"]!["value"]!.AsObject().Remove("default"));
        Assert.Equal(2, generated.Run(manifest: manifest));
        Assert.Contains("parameters.site-name: It is missing", generated.Said, StringComparison.Ordinal);
        Assert.Equal(0, generated.Run(Generated.Settings + "parameters: {site-name: Ours}\n", manifest));
        Assert.Equal("${SITE_NAME:-Ours}", generated.Compose("docker-compose.prod.yml")["services"]["api"]["environment"]["Site__Name"].Text);
    }

    [Theory]
    [InlineData("{nobody.value}", "api.env.X refers to 'nobody', which is not in the manifest.")]
    [InlineData("{redis.bindings.udp.host}", "api.env.X refers to 'bindings.udp.host' of 'redis', which that has not.")]
    public void A_reference_to_nothing_is_named(string value, string message)
    {
        Assert.Equal(2, generated.Run(manifest: Manifest(resources => resources["api"]!["env"]!["X"] = value)));
        Assert.Contains(message, generated.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_would_get_into_the_environment_of_a_container_is_refused()
    {
        Assert.Equal(2, generated.Run(manifest: Manifest(resources => resources["redis"]!["env"]!["OTHER"] = "{redis-password.value}")));
        Assert.Contains("redis.env.OTHER would put a secret into an environment.", generated.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--verfy", "'--verfy' is not an option")]
    [InlineData("--output", "The option --output needs a value")]
    public void A_mistyped_option_is_refused(string option, string message)
    {
        Assert.Equal(2, generated.Run([option]));
        Assert.Contains(message, generated.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_tells_the_options_and_other_arguments_are_not_for_this_command()
    {
        Assert.Equal(0, generated.Run(["--help"]));
        Assert.Contains("--verify", generated.Said, StringComparison.Ordinal);
        Assert.Null(Generate.Command(["--publisher", "manifest"]));
    }

    [Fact]
    public void Azd_is_told_which_project_is_the_app_host_and_the_project_is_one()
    {
        Assert.Equal(0, generated.Run());
        var app = Generated.Yaml.Of(generated.Read("azure.yaml"))["services"]["app"];
        Assert.Equal(("dotnet", "containerapp"), (app["language"].Text, app["host"].Text));
        Assert.Contains("<IsAspireHost>true</IsAspireHost>", Repository.Read(app["project"].Text!), StringComparison.Ordinal);
    }

    private static string Manifest(Action<JsonObject> change)
    {
        var manifest = JsonNode.Parse(Generated.CommittedManifest)!;
        change(manifest["resources"]!.AsObject());
        return manifest.ToJsonString();
    }
}
