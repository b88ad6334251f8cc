using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using BlogCreator.Contracts;
using BlogCreator.LocalHosting;
using BlogCreator.Tests.ServiceDefaults;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>The app host as the program that a person starts.</summary>
[Collection(WholeApps.Name)]
public sealed class EngineProgramTests : IDisposable
{
    private readonly CancellationToken cancel = TestContext.Current.CancellationToken;
    private readonly string data = Directory.CreateTempSubdirectory("blogcreator-").FullName;
    private Process? started;

    public EngineProgramTests() => Processes.RequireLinux();

    public void Dispose()
    {
        if (started is not null)
        {
            OperatingSystemProcess.Kill(started.Id);
            started.Dispose();
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_signal_stops_everything_in_order_and_the_last_lines_of_a_start_are_the_addresses_to_open()
    {
        var (web, api) = (RunningService.FreePort(), RunningService.FreePort());
        var engine = Start("--data", data, "--port", Named("web", web), "--port", Named("api", api));
        var said = await ReadUntil(engine, line => line.StartsWith("Dashboard ", StringComparison.Ordinal));
        Assert.Equal($"Open http://localhost:{web.ToString(CultureInfo.InvariantCulture)}", said[^2]);
        Assert.Contains(said, line => line.Contains("SQLite has one writer, so api and web run once", StringComparison.Ordinal));
        await OpensTheDashboard(said[^1]["Dashboard ".Length..]);
        var children = Processes.Children(engine.Id);
        Assert.Equal(3, children.Count);

        OperatingSystemProcess.Terminate(engine.Id);
        said = await ReadToEnd(engine);

        Assert.Equal(0, engine.ExitCode);
        var stopped = said.Where(line => line.Contains(" stopped ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
        Assert.Equal(["web", "api"], stopped);
        Assert.All(children.Keys, id => Assert.False(Processes.IsAlive(id)));
        Assert.False(File.Exists(Path.Combine(data, "engine.pid")));
    }

    [Fact]
    public async Task A_killed_engine_leaves_no_process_behind()
    {
        var engine = Start("--data", data, "--port", Named("web", RunningService.FreePort()), "--port", Named("api", RunningService.FreePort()));
        await ReadUntil(engine, line => line.Contains(" web ", StringComparison.Ordinal) && line.Contains(" healthy ", StringComparison.Ordinal));
        var children = Processes.Children(engine.Id);
        Assert.Contains(children.Values, command => command.EndsWith("BlogCreator.Api.dll", StringComparison.Ordinal));

        engine.Kill();

        await Processes.UntilGone(children.Keys, cancel);
    }

    [Fact]
    public async Task A_killed_engine_leaves_no_server_and_no_replica_behind_and_the_next_start_has_all_that_was_saved()
    {
        Processes.RequireServers();
        var (web, api) = (RunningService.FreePort(), RunningService.FreePort());
        string[] args = ["--data", data, "--port", Named("web", web), "--port", Named("api", api), "--services", "native", "--replicas", "2", "--no-dashboard"];
        var engine = Start(args);
        var said = await ReadUntil(engine, line => line.StartsWith("Open ", StringComparison.Ordinal));
        foreach (var replica in new[] { "api-1", "api-2", "web-1", "web-2" })
        {
            Assert.Contains(said, line => line.Contains($"  {replica} ", StringComparison.Ordinal) && line.Contains(" healthy ", StringComparison.Ordinal) && line.Contains("http://localhost:", StringComparison.Ordinal));
        }

        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new UriBuilder("http", "localhost", web).Uri };
        using var made = await SetUp(browser);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var processes = Processes.Descendants(engine.Id);
        Assert.Contains(processes.Values, command => command.Contains("checkpointer", StringComparison.Ordinal));
        Assert.Contains(processes.Values, command => command.Contains("redis-server", StringComparison.Ordinal));
        var kept = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(data, "native.json"), cancel)).RootElement;
        Assert.All(kept.EnumerateObject().Select(server => server.Value.GetProperty("password").GetString()!), password =>
            Assert.DoesNotContain(processes.Values, command => command.Contains(password, StringComparison.Ordinal)));

        engine.Kill();
        await Processes.UntilGone(processes.Keys, cancel);

        engine.Dispose();
        engine = Start(args);
        await ReadUntil(engine, line => line.StartsWith("Open ", StringComparison.Ordinal));
        using var again = await SetUp(browser);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        processes = Processes.Descendants(engine.Id);
        OperatingSystemProcess.Terminate(engine.Id);
        said = await ReadToEnd(engine);
        Assert.Equal(0, engine.ExitCode);
        var stopped = said.Where(line => line.Contains(" stopped ", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0].Split('-')[0]);
        Assert.Equal(["web", "web", "api", "api", "redis", "postgres"], stopped);
        Assert.All(processes.Keys, id => Assert.False(Processes.IsAlive(id)));
    }

    [Fact]
    public async Task A_port_in_use_is_named_with_the_service_and_a_way_out_and_nothing_is_started()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var engine = Start("--data", data, "--port", Named("web", port), "--port", Named("api", RunningService.FreePort()));

        await ReadToEnd(engine);
        var errors = await engine.StandardError.ReadToEndAsync(cancel);

        Assert.Equal(1, engine.ExitCode);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"error: web cannot start: port {port} is in use by another program."), errors, StringComparison.Ordinal);
        Assert.Contains("--port web=", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(data, "blogdb.db")));
    }

    [Fact]
    public async Task An_unknown_option_is_refused_without_a_stack_trace()
    {
        var engine = Start("--prot", "web=1");

        await ReadToEnd(engine);
        var errors = await engine.StandardError.ReadToEndAsync(cancel);

        Assert.Equal(2, engine.ExitCode);
        Assert.Equal(
            ["error: '--prot' is not an option.", "       See --help for those there are."],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Help_lists_the_options()
    {
        var engine = Start("--help");

        var said = await ReadToEnd(engine);

        Assert.Equal(0, engine.ExitCode);
        Assert.Contains(said, line => line.Contains("--data DIR", StringComparison.Ordinal));
        Assert.Contains(said, line => line.Contains("--publisher manifest --output-path FILE", StringComparison.Ordinal));
    }

    private Task<HttpResponseMessage> SetUp(HttpClient browser) =>
        browser.PostAsJsonAsync("/api/v1/setup", new SetupRequest("ada@example.org", "correct horse battery", "Notes"), BlogApi.Json, cancel);

    private async Task OpensTheDashboard(string link)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Contains("<h2 id=\"services-title\">Services</h2>", await browser.GetStringAsync(link, cancel), StringComparison.Ordinal);
        using var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var answer = await stranger.GetAsync(link.Split("/login")[0], cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static string Named(string service, int port) => string.Create(CultureInfo.InvariantCulture, $"{service}={port}");

    private Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(OperatingSystemProcess.DotnetPath)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(typeof(Projects.BlogCreator_AppHost).Assembly.Location);
        Array.ForEach(args, start.ArgumentList.Add);
        start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        return started = Process.Start(start) ?? throw new InvalidOperationException("No process.");
    }

    private async Task<List<string>> ReadUntil(Process engine, Func<string, bool> last)
    {
        var lines = new List<string>();
        while (await engine.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            lines.Add(line);
            if (last(line))
            {
                return lines;
            }
        }

        var errors = await engine.StandardError.ReadToEndAsync(cancel);
        throw new InvalidOperationException($"The engine ended: {string.Join('\n', lines)}\n{errors}");
    }

    private async Task<List<string>> ReadToEnd(Process engine)
    {
        var lines = new List<string>();
        while (await engine.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            lines.Add(line);
        }

        await engine.WaitForExitAsync(cancel);
        return lines;
    }
}
