using System.Text.Json;

namespace BlogCreator.Tests.Deployment;

/// <summary>What Prometheus, Alertmanager and Grafana are given; that it is valid is checked by their own tools in deploy/tests/lint.sh.</summary>
public sealed class MonitoringTests
{
    private static readonly string[] PlannedPanels =
    [
        "Request rate (requests/sec)", "Response time (p50, p95, p99)", "Error rate", "Document uploads", "Active users", "Database connections", "Memory usage", "CPU usage",
    ];

    private static JsonElement Dashboard => JsonDocument.Parse(DeploymentFile.Read("deploy", "monitoring", "grafana", "dashboards", "app-dashboard.json")).RootElement;

    public static TheoryData<string> Rules => [.. Directory.GetFiles(DeploymentFile.At("deploy", "monitoring", "prometheus", "rules"), "*.rules.yml").Select(path => Path.GetFileName(path)!)];

    [Fact]
    public void The_dashboard_begins_with_the_panels_of_the_plan() =>
        Assert.Equal(PlannedPanels, Panels().Take(PlannedPanels.Length).Select(panel => panel.GetProperty("title").GetString()));

    [Fact]
    public void Every_panel_asks_the_data_source_that_is_provisioned()
    {
        var source = DeploymentFile.Yaml("deploy", "monitoring", "grafana", "provisioning", "datasources", "prometheus.yml").Get("datasources").Items().Single();
        var variable = Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().First();
        Assert.Equal(source.Text("uid"), variable.GetProperty("current").GetProperty("value").GetString());
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
    public void All_replicas_are_scraped_where_no_reader_gets()
    {
        var jobs = DeploymentFile.Yaml("deploy", "monitoring", "prometheus", "prometheus.yml").Get("scrape_configs").Items().ToDictionary(job => job.Text("job_name")!);
        Assert.Equal("15s", DeploymentFile.Yaml("deploy", "monitoring", "prometheus", "prometheus.yml").Text("global", "scrape_interval"));
        foreach (var name in new[] { "api", "web" })
        {
            var found = jobs[name].Get("dns_sd_configs").Items().Single();
            Assert.Equal([name], found.Get("names").Texts());
            Assert.Equal("9464", found.Text("port"));
        }

        Assert.Superset(new HashSet<string> { "nginx", "backup", "prometheus" }, jobs.Keys.ToHashSet());
    }

    [Theory, MemberData(nameof(Rules))]
    public void Every_alert_names_a_runbook_that_is_there(string file)
    {
        var alerts = DeploymentFile.Yaml("deploy", "monitoring", "prometheus", "rules", file).Get("groups").Items()
            .SelectMany(group => group.Get("rules").Items()).Where(rule => rule.Get("alert") is not null).ToList();
        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert =>
        {
            var runbook = alert.Text("annotations", "runbook_url");
            Assert.True(runbook?.StartsWith("docs/runbooks/", StringComparison.Ordinal) == true && File.Exists(DeploymentFile.At(runbook)), $"{alert.Text("alert")}: {runbook}");
            Assert.Contains(alert.Text("labels", "severity"), (string[])["page", "ticket", "none"]);
        });
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
