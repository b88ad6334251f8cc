using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting.Replicas;
using BlogCreator.LocalHosting.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>The addresses of the dashboard, and who may use them.</summary>
internal sealed class DashboardPages(
    string run, EngineSettings settings, EngineContext engine, IReadOnlyList<ServiceRunner> runners, IReadOnlyList<ReplicaSet> sets, TelemetryBook? book, DashboardAccess access)
{
    private const string HtmlType = "text/html; charset=utf-8";
    private const int MostDownloaded = int.MaxValue - 1;

    private readonly ProcessUsage usage = new(engine.Clock);

    public DashboardAccess Access => access;

    public void Map(WebApplication app, CancellationToken ending)
    {
        app.Use(Guarded);
        app.MapGet("/assets/{name}", Asset);
        app.MapGet("/login", LogIn);
        app.MapPost("/login", LogIn);

        app.MapGet("/", context => Show(context, "Overview", "Overview", outlook => OverviewPage.Content(engine.Model, Resources, outlook, access.FormToken)));
        app.MapGet("/resources/{name}", Resource);
        app.MapGet("/settings", async context =>
        {
            var content = await SettingsPage.Content(engine, settings, access.FormToken, context.RequestAborted);
            await Show(context, "Settings", "Settings", _ => content);
        });
        app.MapGet("/logs", Logs);
        app.MapGet("/logs/download", Download);
        app.MapGet("/manifest", Manifest);
        app.MapGet("/state", context => context.Response.WriteAsJsonAsync(Look(), context.RequestAborted));
        app.MapGet("/state/stream", context => Stream(context, cancel => DashboardStreams.State(context, Look, () => engine.Notifications.News, cancel), ending));
        app.MapGet("/logs/stream", context => Stream(context, cancel => DashboardStreams.Lines(context, engine.Logs, LogsPage.Query(context.Request), run, cancel), ending));

        app.MapGet("/traces", context => Telemetry(context, "Traces", told => TracesPage.Content(told, context.Request)));
        app.MapGet("/traces/{id}", OneTrace);
        app.MapGet("/metrics", context => Telemetry(context, "Metrics", told => MetricsPage.Content(told.Metrics, context.Request)));
        app.MapGet("/structured", context => Telemetry(context, "Structured logs", told => StructuredLogsPage.Content(told, context.Request)));
        app.MapGet("/telemetry/stream", context => Stream(context, cancel => DashboardStreams.News(context, () => Version(context.Request), cancel), ending));

        app.MapPost("/resources/{name}/stop", context => Act(context, runner => runner.Stop(), set => set.Stop()));
        app.MapPost("/resources/{name}/start", context => Act(context, runner => runner.Start(), set => set.Start()));
        app.MapPost("/resources/{name}/restart", context => Act(context, runner => runner.Restart(), set => set.Restart()));
        app.MapPost("/reveal", Reveal);
    }

    private async Task Guarded(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        // Not none at all: with that, a browser names no origin on our own forms either.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (!access.IsOwnHost(context.Request))
        {
            await Refuse(context, StatusCodes.Status421MisdirectedRequest, "The dashboard answers at localhost only.");
            return;
        }

        var isOpen = context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal)
            || context.Request.Path.StartsWithSegments("/login", StringComparison.Ordinal);
        if (!isOpen && !access.IsSignedIn(context.Request))
        {
            await ShowLogIn(context, "");
            return;
        }

        if (HttpMethods.IsPost(context.Request.Method) && !isOpen)
        {
            var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
            if (!access.IsFromOwnPage(context.Request, form?["token"]))
            {
                await Refuse(context, StatusCodes.Status403Forbidden, "This did not come from a page of the dashboard, so nothing was done. Reload the page and try again.");
                return;
            }
        }

        await next(context);
    }

    private Outlook Look() => Outlook.Of(run, engine, runners, sets, usage);

    private Task Show(HttpContext context, string title, string active, Func<Outlook, Html> content)
    {
        var outlook = Look();
        return Write(context, Layout.Page(settings.Product, title, active, outlook, content(outlook)));
    }

    private async Task LogIn(HttpContext context)
    {
        var given = HttpMethods.IsPost(context.Request.Method) && context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(context.RequestAborted))["t"].ToString().Trim()
            : context.Request.Query["t"].ToString();
        if (access.SignIn(context, given))
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = "/";
            return;
        }

        await ShowLogIn(context, given.Length > 0 ? "That key is not the one of this app." : "");
    }

    private Task ShowLogIn(HttpContext context, string complaint)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Write(context, Layout.Page(settings.Product, "Open the dashboard", "", outlook: null, Html.Of($"""
            <h1>Open the dashboard</h1>
            {(complaint.Length > 0 ? Html.Of($"""<p class="outlook" role="alert" data-tone="bad">{complaint}</p>""") : Html.None)}
            <p>It shows what your services are given, so it asks for a key. The terminal in which the app was started has the whole
            link in its last line, beginning with <code>http://{context.Request.Host.Value}/login</code>. Open that, and this browser is remembered for a week.</p>
            <form method="post" action="/login" class="key"><label>Or paste the key <input name="t" type="password" autocomplete="off" required></label> <button>Open</button></form>
            <p class="soft">The key is kept in the data folder, in <code>dashboard.token</code>.</p>
            """)));
    }

    private async Task Resource(HttpContext context)
    {
        if (Set(context) is { } set)
        {
            await Show(context, set.Service.Name, "", outlook => ResourcePage.Content(
                outlook.Services.First(row => row.Name == set.Service.Name), outlook.Services.Where(row => set.Runners.Any(replica => replica.Resource.Name == row.Name)), Resources, access.FormToken));
            return;
        }

        if (Runner(context) is not { } runner)
        {
            await NotThere(context);
            return;
        }

        var name = runner.Resource.Name;
        var query = LogsPage.Query(context.Request) with { Resource = name };
        var log = LogsPage.Panel([], query, engine.Logs.Latest(query, LogsPage.FirstLines), run);
        await Show(context, name, "", outlook => ResourcePage.Content(runner, outlook.Services.First(row => row.Name == name), engine, access.FormToken, log));
    }

    private Task Logs(HttpContext context)
    {
        var query = LogsPage.Query(context.Request);
        var page = engine.Logs.Latest(query, LogsPage.FirstLines);
        return Show(context, "Logs", "Logs", _ => LogsPage.Content(runners.Select(runner => runner.Resource.Name), query, page, run));
    }

    private Task Telemetry(HttpContext context, string title, Func<TelemetryBook, Html> content)
    {
        var page = book is not null ? content(book) : TelemetryParts.Elsewhere(title, settings.Collector is { } collector ? engine.Secrets.Shown("collector", collector, isSecret: false) : null);
        return Show(context, title, title, _ => page);
    }

    private long Version(HttpRequest request) => (request.Asked("of"), request.Asked("trace")) switch
    {
        ("traces", "") => book?.Traces.Version ?? 0,
        ("traces", var id) => (book?.Traces.Find(id)?.Spans.Count + book?.Records.Latest(new LogQuery(), int.MaxValue, id).Count) ?? 0,
        ("metrics", _) => book?.Metrics.Version ?? 0,
        _ => book?.Records.Version ?? 0,
    };

    private Task OneTrace(HttpContext context)
    {
        var id = (string?)context.Request.RouteValues["id"] ?? "";
        if (book?.Traces.Find(id) is { } trace)
        {
            return Telemetry(context, "Traces", _ => TracePage.Content(trace, book));
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Telemetry(context, "Traces", _ => TracePage.Missing(id));
    }

    private async Task Download(HttpContext context)
    {
        var query = LogsPage.Query(context.Request);
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{runners.FirstOrDefault(runner => runner.Resource.Name == query.Resource)?.Resource.Name ?? "logs"}.txt\"";
        foreach (var entry in engine.Logs.Latest(query, MostDownloaded).Entries)
        {
            await context.Response.WriteAsync($"{entry.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff} {entry.Resource} {entry.Text}\n", context.RequestAborted);
        }
    }

    private async Task Manifest(HttpContext context)
    {
        if (File.Exists(settings.ManifestPath))
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.Body.WriteAsync(await File.ReadAllBytesAsync(settings.ManifestPath, context.RequestAborted), context.RequestAborted);
            return;
        }

        await Refuse(context, StatusCodes.Status404NotFound, "There is no manifest beside the app host. Write it: dotnet run --project BlogCreator.AppHost -- --publisher manifest --output-path aspire-manifest.json");
    }

    private static async Task Stream(HttpContext context, Func<CancellationToken, Task> stream, CancellationToken ending)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
        try
        {
            await stream(either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The page was closed, or the app ends.
        }
    }

    private async Task Act(HttpContext context, Action<ServiceRunner> act, Action<ReplicaSet> actOnAll)
    {
        string name;
        if (Set(context) is { } set)
        {
            actOnAll(set);
            name = set.Service.Name;
        }
        else if (Runner(context) is { } runner)
        {
            act(runner);
            name = runner.Resource.Name;
        }
        else
        {
            await NotThere(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = context.Request.Headers.Referer.ToString().EndsWith($"/resources/{name}", StringComparison.Ordinal) ? $"/resources/{name}" : "/";
    }

    private async Task Reveal(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var (of, name) = (form["of"].ToString(), form["name"].ToString());
        var value = runners.FirstOrDefault(runner => runner.Resource.Name == of) is { } service
            ? service.Facts.Environment.FirstOrDefault(variable => variable.Name == name)?.Value
            : await SettingsPage.Value(engine, of, name, context.RequestAborted);
        if (value is null)
        {
            await NotThere(context);
        }
        else if (context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal))
        {
            await context.Response.WriteAsJsonAsync(new { value }, JsonSerializerOptions.Web, context.RequestAborted);
        }
        else
        {
            await Show(context, name, "", _ => Html.Of($"""<h1>{name}</h1><p><code>{value}</code></p><p><a href="{(of is SettingsPage.Parameters or SettingsPage.Connections ? "/settings" : $"/resources/{of}")}">Back, hidden again</a></p>"""));
        }
    }

    private static async Task Asset(HttpContext context)
    {
        var name = (string?)context.Request.RouteValues["name"] ?? "";
        var type = Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "",
        };
        await using var file = typeof(DashboardPages).Assembly.GetManifestResourceStream($"dashboard/{name}");
        if (file is null)
        {
            await NotThere(context);
            return;
        }

        context.Response.ContentType = type;
        await file.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private IReadOnlyList<IResource> Resources => [.. engine.Model.Resources, .. runners.Select(runner => runner.Resource).OfType<ReplicaResource>()];

    private ReplicaSet? Set(HttpContext context) =>
        sets.FirstOrDefault(set => string.Equals(set.Service.Name, (string?)context.Request.RouteValues["name"], StringComparison.OrdinalIgnoreCase));

    private ServiceRunner? Runner(HttpContext context) =>
        runners.FirstOrDefault(runner => string.Equals(runner.Resource.Name, (string?)context.Request.RouteValues["name"], StringComparison.OrdinalIgnoreCase));

    private static Task NotThere(HttpContext context) => Refuse(context, StatusCodes.Status404NotFound, "There is nothing of that name here.");

    private static Task Refuse(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }

    private static Task Write(HttpContext context, Html page)
    {
        context.Response.ContentType = HtmlType;
        return context.Response.WriteAsync(page.ToString(), context.RequestAborted);
    }
}
