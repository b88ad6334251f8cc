using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting.Replicas;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>All that is known of one service, with its log.</summary>
internal static class ResourcePage
{
    /// <summary>A service of which there are several: each replica has a page of its own.</summary>
    public static Html Content(ServiceRow row, IEnumerable<ServiceRow> replicas, IReadOnlyList<IResource> resources, string token) => Html.Of($"""
        <div data-service="{row.Name}" class="heading"><h1>{row.Name}</h1> <p>{OverviewPage.State(row)}</p> {OverviewPage.Actions(row, token)}</div>
        <p>{OverviewPage.Addresses(resources.First(resource => resource.Name == row.Name)).Select(address => Html.Of($"""<a href="{address}">{address}</a> """))}is shared by these. Restart restarts them one after the other, so that there is always one that answers.</p>
        {OverviewPage.Table(replicas, resources, token)}
        """);

    public static Html Content(ServiceRunner runner, ServiceRow row, EngineContext engine, string token, Html log)
    {
        var resource = runner.Resource;
        var facts = runner.Facts;
        return Html.Of($"""
            <div data-service="{row.Name}">
            <div class="heading"><h1>{row.Name}</h1> <p>{OverviewPage.State(row)}</p> {OverviewPage.Actions(row, token)}</div>
            <div class="columns">
            <section aria-labelledby="facts-title"><h2 id="facts-title">Process</h2>
            <dl class="facts">
              {Fact("Since", row.Started, "started")}{Fact("Process", row.Process, "process")}{Fact("Restarts after a crash", row.Restarts, "restarts")}{Fact("Last exit code", row.Exit, "exit")}{Fact("CPU", row.Cpu, "cpu")}{Fact("Memory", row.Memory, "memory")}
              <div><dt>Command</dt><dd><code>{engine.Secrets.Redacted(facts.Command)}</code></dd></div>
              <div><dt>Log file</dt><dd><code>{engine.Logs.Of(row.Name).Path}</code></dd></div>
            </dl></section>
            <section aria-labelledby="joined-title"><h2 id="joined-title">Joined to</h2>
            <dl class="facts">
              <div><dt>Waits for</dt><dd>{List(Waits(resource))}</dd></div>
              <div><dt>Uses</dt><dd>{List(References(resource))}</dd></div>
              <div><dt>Needed by</dt><dd>{List(engine.Model.Resources.Where(other => References(other).Concat(Waited(other)).Contains(row.Name)).Select(other => other.Name))}</dd></div>
              <div><dt>Health</dt><dd>{Checks(runner)}</dd></div>
              {(resource is ProjectResource ? Told(resource is ReplicaResource replica ? replica.Service.Name : row.Name) : Html.None)}
              <div><dt>Pages</dt><dd><ul>{OverviewPage.Links([resource]).Select(link => Html.Of($"""<li><a href="{link.Address}">{link.Text}</a></li>"""))}</ul></dd></div>
            </dl></section>
            </div>
            <section aria-labelledby="log-title"><h2 id="log-title">Log</h2>{log}</section>
            <section aria-labelledby="environment-title"><h2 id="environment-title">Environment from the app model</h2>
            {(facts.Environment.Count == 0 ? Html.Of($"""<p class="soft">What it is given is known once it starts.</p>""") : Environment(row.Name, facts.Environment, engine.Secrets, token))}
            </section>
            </div>
            """);
    }

    private static Html Environment(string service, IReadOnlyList<EnvironmentVariable> variables, Secrets secrets, string token) => Html.Of($"""
        <table class="values"><thead><tr><th scope="col">Name</th><th scope="col">Value</th></tr></thead>
        <tbody>{variables.OrderBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase).Select(variable =>
        {
            var shown = secrets.Shown(variable.Name, variable.Value, variable.IsSecret);
            return Html.Of($"""<tr><th scope="row"><code>{variable.Name}</code></th><td>{Layout.Value(service, variable.Name, shown, shown != variable.Value, token)}</td></tr>""");
        })}</tbody></table>
        """);

    private static Html Fact(string name, string value, string field) => Html.Of($"""<div><dt>{name}</dt><dd data-field="{field}">{value}</dd></div>""");

    private static Html Told(string service) => Html.Of($"""
        <div><dt>Tells</dt><dd><a href="{TelemetryParts.Address("/structured", ("service", service))}">structured logs</a> <a href="{TelemetryParts.Address("/traces", ("service", service))}">traces</a> <a href="{TelemetryParts.Address("/metrics", ("service", service))}">metrics</a></dd></div>
        """);

    private static Html List(IEnumerable<string> names) =>
        names.Distinct().ToList() is { Count: > 0 } some ? Html.Of($"{string.Join(", ", some)}") : Html.Of($"""<span class="soft">nothing</span>""");

    private static IEnumerable<string> Waits(IResource resource) =>
        resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.WaitType switch
        {
            WaitType.WaitUntilHealthy => $"{wait.Resource.Name} to be healthy",
            WaitType.WaitUntilStarted => $"{wait.Resource.Name} to be running",
            WaitType.WaitForCompletion => $"{wait.Resource.Name} to be done",
            _ => wait.Resource.Name,
        });

    private static IEnumerable<string> Waited(IResource resource) => resource.Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource.Name);

    private static IEnumerable<string> References(IResource resource) =>
        resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Where(relation => relation.Type == "Reference" && relation.Resource is not ParameterResource)
            .Select(relation => relation.Resource.Name);

    private static Html Checks(ServiceRunner runner) =>
        runner.Resource.Annotations.OfType<HttpHealthCheckAnnotation>().Select(check => $"{check.Endpoint.Url}{check.Path}").ToList() is { Count: > 0 } checks
            ? Html.Of($"{checks.Select(address => Html.Of($"""<a href="{address}">{address}</a> """))}")
            : Html.Of($"""<span class="soft">{(runner.HasHealthCheck ? "is asked as a client would" : "counts as well while it runs")}</span>""");
}
