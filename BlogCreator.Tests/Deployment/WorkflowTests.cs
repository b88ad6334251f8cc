using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace BlogCreator.Tests.Deployment;

/// <summary>What the pipelines may do, and the names in them that others rely on.</summary>
public sealed partial class WorkflowTests
{
    private static readonly string[] Files = ["ci.yml", "deploy.yml"];

    public static TheoryData<string> Workflows => [.. Files];

    [Fact]
    public void Every_workflow_is_looked_at() =>
        Assert.Equal(Files, Directory.GetFiles(DeploymentFile.At(".github", "workflows")).Select(Path.GetFileName).Order());

    [Theory, MemberData(nameof(Workflows))]
    public void Row_16_every_action_is_pinned_by_its_commit_with_the_version_beside_it(string file)
    {
        var uses = Text(file).Split('\n').Where(line => line.Contains("uses:", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(Pinned(), line));
        // Whatever logs in somewhere is our own script: nobody else's code gets a key.
        Assert.All(uses, line => Assert.Matches(@"(actions|github|codecov)/", line));
    }

    [Theory, MemberData(nameof(Workflows))]
    public void Row_16_a_job_may_do_what_it_says_and_nothing_else(string file)
    {
        var workflow = Yaml(file);
        Assert.Contains("\npermissions: {}\n", Text(file), StringComparison.Ordinal);
        Assert.All(Jobs(file), job =>
        {
            Assert.NotEmpty(job.Value.Get("permissions").Entries());
            Assert.DoesNotContain(job.Value.Get("permissions").Entries(), scope => scope.Key == "contents" && ((YamlScalarNode)scope.Value).Value != "read");
            Assert.InRange(int.Parse(job.Value.Text("timeout-minutes") ?? "0", System.Globalization.CultureInfo.InvariantCulture), 1, 120);
        });
        Assert.Null(workflow.Get("on", "pull_request_target"));
        Assert.DoesNotContain("write-all", Text(file), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Workflows))]
    public void No_checkout_leaves_a_token_behind(string file)
    {
        var checkouts = Steps(file).Where(step => step.Text("uses")?.StartsWith("actions/checkout@", StringComparison.Ordinal) == true).ToList();
        Assert.NotEmpty(checkouts);
        Assert.All(checkouts, step => Assert.Equal("false", step.Text("with", "persist-credentials")));
    }

    [Theory, MemberData(nameof(Workflows))]
    public void No_script_is_put_together_from_what_somebody_sent(string file) =>
        // Values come through the environment, where a quote is only a quote.
        Assert.All(Steps(file).Select(step => step.Text("run")).OfType<string>(), run => Assert.DoesNotContain("${{", run, StringComparison.Ordinal));

    [Fact]
    public void The_triggers_are_those_of_the_plan()
    {
        var ci = Yaml("ci.yml");
        Assert.Equal(["main", "develop"], ci.Get("on", "push", "branches").Texts());
        Assert.Equal(["main"], ci.Get("on", "pull_request", "branches").Texts());
        var deploy = Yaml("deploy.yml");
        Assert.Equal(["main"], deploy.Get("on", "push", "branches").Texts());
        Assert.Equal("string", deploy.Text("on", "workflow_dispatch", "inputs", "commit", "type"));
    }

    [Fact]
    public void The_jobs_are_those_of_the_plan_and_nothing_is_built_before_all_others_passed()
    {
        var jobs = Jobs("ci.yml").ToDictionary();
        Assert.Superset(new HashSet<string> { "test-backend", "test-frontend", "lint", "build" }, jobs.Keys.ToHashSet());
        Assert.Equal(jobs.Keys.Where(name => name != "build").Order(), jobs["build"].Get("needs").Texts().Order());
        Assert.Contains("deploy", Jobs("deploy.yml").ToDictionary().Keys);
    }

    [Fact]
    public void The_secrets_have_the_names_of_the_plan_and_are_documented()
    {
        var used = Files.SelectMany(file => Secret().Matches(Text(file)).Select(match => match.Groups["name"].Value)).ToHashSet();
        Assert.Superset(new HashSet<string> { "DOCKER_USERNAME", "DOCKER_PASSWORD", "DEPLOY_HOST", "DEPLOY_USER", "DEPLOY_KEY" }, used);
        var documented = DeploymentFile.Read("docs", "pipelines.md");
        Assert.All(used.Concat(["DEPLOY_HOST_KEY", "DEPLOY_PATH"]), name => Assert.Contains($"`{name}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void Row_15_nothing_that_a_rollback_needs_is_pruned_and_no_image_has_a_name_that_moves()
    {
        string[] scripts = [.. Files.Select(Text), .. Directory.GetFiles(DeploymentFile.At(".github"), "*.sh").Select(File.ReadAllText)];
        Assert.All(scripts, script =>
        {
            Assert.DoesNotMatch(@"(system|image|volume|container) prune|docker (rmi|image rm)", script);
            Assert.DoesNotContain(":latest", script, StringComparison.Ordinal);
        });
        var build = DeploymentFile.Read(".github", "build-images.sh");
        Assert.Contains("image=$registry/blogcreator-$name:$commit", build, StringComparison.Ordinal);
        Assert.Equal(2, build.Split("--tag").Length);
        Assert.Contains("--tag \"$image\"", build, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_15_what_is_deployed_is_named_by_digest_and_was_attested_for_that_commit()
    {
        var verify = string.Join('\n', Jobs("deploy.yml").Single(job => job.Key == "verify").Value.Get("steps").Items().Select(step => step.Text("run")));
        Assert.Contains("gh attestation verify \"oci://$image@$digest\"", verify, StringComparison.Ordinal);
        Assert.Contains("--source-digest \"$COMMIT\"", verify, StringComparison.Ordinal);
        Assert.Contains("/.github/workflows/ci.yml\"", verify, StringComparison.Ordinal);
        Assert.Contains("@sha256:[0-9a-f]{64}$", DeploymentFile.Read(".github", "deploy.sh"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_asks_for_approval_and_is_alone()
    {
        var deploy = Jobs("deploy.yml").Single(job => job.Key == "deploy").Value;
        Assert.Equal("production", deploy.Text("environment", "name"));
        Assert.Equal("verify", deploy.Text("needs"));
        var concurrency = Yaml("deploy.yml").Get("concurrency")!;
        Assert.Equal(("deploy-production", "false"), (concurrency.Text("group"), concurrency.Text("cancel-in-progress")));
    }

    [Fact]
    public void The_host_is_known_before_it_is_called()
    {
        var script = DeploymentFile.Read(".github", "deploy.sh");
        Assert.Contains("StrictHostKeyChecking=yes", script, StringComparison.Ordinal);
        Assert.Contains("UserKnownHostsFile=\"$work/hosts\"", script, StringComparison.Ordinal);
        Assert.DoesNotMatch("(?m)^[^#]*ssh-keyscan(?! -t ed25519 localhost| prints)", script);
    }

    [Fact]
    public void Updates_are_proposed_for_all_that_is_pinned_and_wait_a_week()
    {
        var updates = DeploymentFile.Yaml(".github", "dependabot.yml").Get("updates").Items().ToList();
        Assert.Equal(["docker", "github-actions", "nuget"], updates.Select(update => update.Text("package-ecosystem")).Order());
        Assert.All(updates, update => Assert.Equal("7", update.Text("cooldown", "default-days")));
    }

    private static string Text(string file) => DeploymentFile.Read(".github", "workflows", file);

    private static YamlMappingNode Yaml(string file) => DeploymentFile.Yaml(".github", "workflows", file);

    private static IEnumerable<KeyValuePair<string, YamlNode>> Jobs(string file) => Yaml(file).Get("jobs").Entries();

    private static IEnumerable<YamlNode> Steps(string file) => Jobs(file).SelectMany(job => job.Value.Get("steps").Items());

    [GeneratedRegex(@"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\s*$", RegexOptions.NonBacktracking)]
    private static partial Regex Pinned();

    [GeneratedRegex(@"secrets\.(?<name>\w+)", RegexOptions.NonBacktracking)]
    private static partial Regex Secret();
}
