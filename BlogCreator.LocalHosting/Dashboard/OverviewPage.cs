using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>All resources, and the way to every page of the app.</summary>
internal static class OverviewPage
{
    public static Html Content(DistributedApplicationModel model, IEnumerable<IResource> resources, Outlook outlook, string token) => Html.Of($"""
        <h1 class="unseen">Overview</h1>
        <section aria-labelledby="services-title">
        <h2 id="services-title">Services</h2>
        {Table(outlook.Services, resources, token)}
        </section>
        <div class="columns">
        <section aria-labelledby="pages-title">
        <h2 id="pages-title">Pages</h2>
        <ul class="links">{Links(model.Resources).Select(link => Html.Of($"""<li><a href="{link.Address}">{link.Text}</a> <span class="soft">{link.Address}</span></li>"""))}<li><a href="/manifest">Manifest of the app model</a> <span class="soft">aspire-manifest.json</span></li></ul>
        </section>
        <section aria-labelledby="embedded-title">
        <h2 id="embedded-title">What the services use</h2>
        <dl class="used">{Used(model)}</dl>
        </section>
        </div>
        """);

    public static Html Table(IEnumerable<ServiceRow> rows, IEnumerable<IResource> resources, string token) => Html.Of($"""
        <table class="services">
          <thead><tr><th scope="col">Service</th><th scope="col">State</th><th scope="col">Address</th><th scope="col">Since</th><th scope="col" class="number">Restarts</th><th scope="col" class="number">CPU</th><th scope="col" class="number">Memory</th><th scope="col" class="number">Warnings</th><th scope="col"><span class="unseen">Actions</span></th></tr></thead>
          <tbody>{rows.Select(row => Row(row, resources.First(resource => resource.Name == row.Name), token))}</tbody>
        </table>
        """);

    /// <summary>The links that the app model gives, where they are worth following.</summary>
    public static IEnumerable<(string Address, string Text)> Links(IEnumerable<IResource> resources) =>
        resources.SelectMany(resource => resource.Annotations.OfType<ResourceUrlCallbackAnnotation>()
                .Select(link => (Endpoint: new EndpointReference((IResourceWithEndpoints)resource, link.EndpointName), link.Callback)))
            .Where(link => link.Endpoint is { Exists: true, IsAllocated: true })
            .Select(link => (Url: link.Callback(link.Endpoint), link.Endpoint))
            .OrderByDescending(link => link.Url.DisplayOrder ?? 0)
            .Select(link => (Address: new Uri(new Uri(link.Endpoint.Url), link.Url.Url), Text: link.Url.DisplayText ?? link.Url.Url))
            .Where(link => link.Address.Scheme is "http" or "https")
            .Select(link => (link.Address.ToString(), link.Text));

    public static IEnumerable<string> Addresses(IResource resource) =>
        resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => endpoint.AllocatedEndpoint?.UriString).OfType<string>();

    public static Html State(ServiceRow row) => Html.Of(
        $"""<span class="state" data-field="state" data-tone="{row.Tone}">{row.State}</span> <span class="soft" data-field="detail">{row.Detail}</span>""");

    public static Html Actions(ServiceRow row, string token) => Html.Of($"""
        <div class="actions">{Layout.Action(row.Name, "Start", token, row.CanStart)}{Layout.Action(row.Name, "Restart", token, row.CanStop)}{Layout.Action(row.Name, "Stop", token, row.CanStop)}</div>
        """);

    private static Html Row(ServiceRow row, IResource resource, string token) => Html.Of($"""
        <tr data-service="{row.Name}"{(row.Part == ServicePart.Replica ? new Html(" class=\"replica\"") : Html.None)}><th scope="row"><a href="/resources/{row.Name}" data-row>{row.Name}</a></th>
        <td>{State(row)}</td>
        <td data-label="Address">{Addresses(resource).Select(address => address.StartsWith("http", StringComparison.Ordinal) ? Html.Of($"""<a href="{address}">{address.Replace("http://", "", StringComparison.Ordinal)}</a>""") : Html.Of($"{address[(address.IndexOf("//", StringComparison.Ordinal) + 2)..]}"))}</td>
        <td data-label="Since" data-field="started">{row.Started}</td>
        <td data-label="Restarts" class="number" data-field="restarts">{row.Restarts}</td>
        <td data-label="CPU" class="number" data-field="cpu">{row.Cpu}</td>
        <td data-label="Memory" class="number" data-field="memory">{row.Memory}</td>
        <td data-label="Warnings" class="number"><a href="/logs?resource={(row.Part == ServicePart.Replicas ? "" : row.Name)}&amp;level=warn"><span data-field="troubles">{row.Troubles}</span><span class="unseen"> warnings and errors of {row.Name}</span></a></td>
        <td>{Actions(row, token)}</td></tr>
        """);

    private static IEnumerable<Html> Used(DistributedApplicationModel model) =>
        model.Resources.Where(resource => resource is IResourceWithConnectionString or ContainerResource).Select(resource =>
            resource.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local)
                ? Html.Of($"""<div><dt>{resource.Name} <span class="soft">{(local.IsServer ? "a server" : "embedded")}</span></dt><dd>{local.Explanation}</dd></div>""")
                : Html.Of($"""<div><dt>{resource.Name} <span class="soft">left out</span></dt><dd>A container. It runs with the Aspire engine only.</dd></div>"""));
}
