using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace BlogCreator.Tests.Deployment;

/// <summary>What Prometheus, Alertmanager and Grafana are given; that it is valid is checked by their own tools in deploy/tests/lint.sh.</summary>
public sealed class MonitoringTests
{
    private static readonly string[] PlannedPanels =
    [
        "Request rate (requests/sec)", "Response time (p50, p95, p99)", "Error rate", "Document uploads", "Active users", "Database connections", "Memory usage", "CPU usage",
    ];

    private static JsonElement Dashboard => JsonDocument.Parse(DeploymentFile.Read("deploy", "monitoring", "grafana", "dashboards", "app-dashboard.json")).RootElement;

    private static Dictionary<string, YamlNode> Sources => Directory.GetFiles(DeploymentFile.At("deploy", "monitoring", "grafana", "provisioning", "datasources"), "*.yml")
        .SelectMany(path => DeploymentFile.Yaml("deploy", "monitoring", "grafana", "provisioning", "datasources", Path.GetFileName(path)).Get("datasources").Items())
        .ToDictionary(source => source.Text("uid")!);

    public static TheoryData<string> Rules => [.. Directory.GetFiles(DeploymentFile.At("deploy", "monitoring", "prometheus", "rules"), "*.rules.yml").Select(path => Path.GetFileName(path)!)];

    public static TheoryData<string> RuleTests => [.. Directory.GetFiles(DeploymentFile.At("deploy", "monitoring", "prometheus", "rules"), "*.test.yml").Select(path => Path.GetFileName(path)!)];

    [Fact]
    public void The_dashboard_begins_with_the_panels_of_the_plan() =>
        Assert.Equal(PlannedPanels, Panels().Take(PlannedPanels.Length).Select(panel => panel.GetProperty("title").GetString()));

    [Fact]
    public void Every_panel_asks_the_data_source_that_is_provisioned()
    {
        var variable = Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().First();
        Assert.Contains(variable.GetProperty("current").GetProperty("value").GetString(), Sources.Keys);
        Assert.All(Panels(), panel =>
        {
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            Assert.All(panel.GetProperty("targets").EnumerateArray(), target =>
            {
                Assert.Equal("${datasource}", target.GetProperty("datasource").GetProperty("uid").GetString());
                Assert.NotEmpty(target.GetProperty("expr").GetString()!);
            });
        });
    }

    [Fact]
    public void A_dot_in_a_panel_of_times_leads_to_the_trace()
    {
        var destination = Sources["prometheus"].Get("jsonData", "exemplarTraceIdDestinations").Items().Single();
        Assert.Equal(("trace_id", "jaeger"), (destination.Text("name"), destination.Text("datasourceUid")));
        Assert.Equal("http://jaeger:16686", Sources["jaeger"].Text("url"));
        var times = Panels().Where(panel => panel.GetProperty("targets").EnumerateArray().Any(target => target.GetProperty("expr").GetString()!.Contains("http_request_duration_seconds_bucket{job=~\"$job\",instance", StringComparison.Ordinal))).ToList();
        Assert.True(times.Count >= 3);
        Assert.All(times.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()), target => Assert.True(target.GetProperty("exemplar").GetBoolean()));
        Assert.Contains("--enable-feature=exemplar-storage", DeploymentFile.Read("deploy", "compose", "docker-compose.prod.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_panel_says_what_it_shows_in_which_unit_and_has_a_place_of_its_own()
    {
        var all = Dashboard.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(all.Count, all.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var taken = new HashSet<(int X, int Y)>();
        foreach (var panel in all)
        {
            var place = panel.GetProperty("gridPos");
            int At(string name) => place.GetProperty(name).GetInt32();
            Assert.True(At("x") + At("w") <= 24);
            Assert.All(
                from x in Enumerable.Range(At("x"), At("w")) from y in Enumerable.Range(At("y"), At("h")) select (x, y),
                cell => Assert.True(taken.Add(cell), $"{panel.GetProperty("title").GetString()} lies on another panel."));
        }

        Assert.All(Panels(), panel =>
        {
            Assert.True(panel.GetProperty("description").GetString() is { Length: > 3 }, panel.GetProperty("title").GetString());
            var defaults = panel.GetProperty("fieldConfig").GetProperty("defaults");
            Assert.True(panel.GetProperty("type").GetString() == "heatmap" || defaults.GetProperty("unit").GetString() is { Length: > 0 }, panel.GetProperty("title").GetString());
        });
        Assert.Equal(Panels().Count(), Panels().Select(panel => panel.GetProperty("title").GetString()).Distinct().Count());
        var pages = all.SelectMany(panel => panel.TryGetProperty("links", out var links) ? links.EnumerateArray() : []).Select(link => link.GetProperty("url").GetString()!).ToList();
        Assert.True(pages.Count > 40);
        Assert.All(pages, page => Assert.True(File.Exists(DeploymentFile.At(page.Replace("${runbooks}", "docs/runbooks", StringComparison.Ordinal))), page));
        Assert.Equal(
            ["Objectives", "Routes", "Jobs", "Writing", "Database", "Search", "Cache", "Edge", "Backups and watching"],
            all.Where(panel => panel.GetProperty("type").GetString() == "row").Select(row => row.GetProperty("title").GetString()));
    }

    [Fact]
    public void All_replicas_are_scraped_where_no_reader_gets()
    {
        var configuration = DeploymentFile.Yaml("deploy", "monitoring", "prometheus", "prometheus.yml");
        var jobs = configuration.Get("scrape_configs").Items().ToDictionary(job => job.Text("job_name")!);
        Assert.Equal("15s", configuration.Text("global", "scrape_interval"));
        foreach (var name in new[] { "api", "web" })
        {
            var found = jobs[name].Get("dns_sd_configs").Items().Single();
            Assert.Equal([name], found.Get("names").Texts());
            Assert.Equal("9464", found.Text("port"));
        }

        Assert.Equal(
            ["alertmanager", "api", "backup", "elasticsearch", "grafana", "jaeger", "nginx", "postgres", "prometheus", "redis", "web"],
            jobs.Keys.Order(StringComparer.Ordinal));
        // Rules alone: their tests lie beside them.
        Assert.Equal(["rules/*.rules.yml"], configuration.Get("rule_files").Texts());
    }

    [Theory, MemberData(nameof(Rules))]
    public void Every_alert_names_a_runbook_that_speaks_of_it_and_is_tested(string file)
    {
        var alerts = DeploymentFile.Yaml("deploy", "monitoring", "prometheus", "rules", file).Get("groups").Items()
            .SelectMany(group => group.Get("rules").Items()).Where(rule => rule.Get("alert") is not null).ToList();
        Assert.NotEmpty(alerts);
        var tests = DeploymentFile.Read("deploy", "monitoring", "prometheus", "rules", file.Replace(".rules.yml", ".test.yml", StringComparison.Ordinal));
        var index = DeploymentFile.Read("docs", "runbooks", "README.md").Split('\n');
        Assert.All(alerts, alert =>
        {
            var name = alert.Text("alert")!;
            var runbook = alert.Text("annotations", "runbook_url");
            Assert.True(runbook?.StartsWith("docs/runbooks/", StringComparison.Ordinal) == true && File.Exists(DeploymentFile.At(runbook)), $"{name}: {runbook}");
            Assert.Contains(index, line => line.Contains($"`{name}`", StringComparison.Ordinal) && line.Contains($"({Path.GetFileName(runbook)})", StringComparison.Ordinal));
            Assert.Contains(alert.Text("labels", "severity"), (string[])["page", "ticket", "none"]);
            Assert.Matches($"alertname: {name}\\b|alertname=\"{name}\"", tests);
        });
    }

    [Theory, MemberData(nameof(Rules)), MemberData(nameof(RuleTests))]
    public async Task Promtool_finds_that_alerts_come_when_they_should_and_only_then(string file)
    {
        var tool = Edge.Program("promtool");
        Assert.SkipWhen(tool is null, "promtool is not installed here (Debian: apt-get install prometheus).");
        var (code, output) = await Edge.Run(tool, [file.EndsWith(".test.yml", StringComparison.Ordinal) ? "test" : "check", "rules", DeploymentFile.At($"deploy/monitoring/prometheus/rules/{file}")]);
        Assert.True(code == 0, output);
    }

    [Fact]
    public void What_is_inhibited_exists()
    {
        var names = Rules.SelectMany(row => DeploymentFile.Yaml("deploy", "monitoring", "prometheus", "rules", row.Data).Get("groups").Items())
            .SelectMany(group => group.Get("rules").Items()).Select(rule => rule.Text("alert")).OfType<string>().ToList();
        var inhibitions = DeploymentFile.Yaml("deploy", "monitoring", "alertmanager", "alertmanager.yml").Get("inhibit_rules").Items().ToList();
        Assert.True(inhibitions.Count > 5);
        var patterns = inhibitions.SelectMany(rule => rule.Get("source_matchers").Texts().Concat(rule.Get("target_matchers").Texts()))
            .Where(matcher => matcher.StartsWith("alertname", StringComparison.Ordinal)).Select(matcher => matcher[(matcher.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('~', ' ', '"'))
            // Each alternative, but not those within brackets.
            .SelectMany(pattern => Regex.Split(pattern, @"\|(?![^(]*\))", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))).ToList();
        Assert.All(patterns, pattern => Assert.Contains(names, name => Regex.IsMatch(name, $"^(?:{pattern})$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public void No_secret_stands_in_what_is_mounted()
    {
        var alertmanager = DeploymentFile.Yaml("deploy", "monitoring", "alertmanager", "alertmanager.yml");
        Assert.All(
            alertmanager.Get("receivers").Items().SelectMany(receiver => receiver.Get("webhook_configs").Items()),
            webhook => Assert.Equal(("/run/secrets/alertmanager-webhook", null), (webhook.Text("url_file"), webhook.Text("url"))));
        Assert.Contains("\"${ELASTICSEARCH_PASSWORD}\"", DeploymentFile.Read("deploy", "logstash", "pipeline", "blogcreator.conf"), StringComparison.Ordinal);
    }

    private static IEnumerable<JsonElement> Panels() =>
        Dashboard.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row");
}
