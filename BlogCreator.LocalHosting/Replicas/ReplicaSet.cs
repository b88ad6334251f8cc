using System.Collections.Concurrent;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting.Replicas;

/// <summary>The replicas of a service, taken together: what the rest of the app and a person mean by the name of the service.</summary>
internal sealed class ReplicaSet(ProjectResource service, IReadOnlyList<ServiceRunner> runners, EngineContext engine)
{
    private readonly ConcurrentDictionary<ServiceRunner, int> busy = new();
    private int turn;
    private int isRolling;

    public ProjectResource Service => service;

    public IReadOnlyList<ServiceRunner> Runners => runners;

    /// <summary>Whoever comes from outside is a person with a session; what the services ask of each other is not.</summary>
    public bool KeepsVisitors { get; } = service.Annotations.OfType<EndpointAnnotation>().Any(endpoint => endpoint.IsExternal);

    public bool IsRolling => Volatile.Read(ref isRolling) > 0;

    public int Healthy => runners.Count(IsHealthy);

    /// <summary>How many of each service are to run; null where one is, as the app model says it.</summary>
    public static int? Wanted(ProjectResource service, CommandLine options) =>
        service.TryGetLastAnnotation<ReplicaAnnotation>(out var made)
            ? options.Replicas.TryGetValue(service.Name, out var own) ? own : options.Replicas.TryGetValue(CommandLine.All, out var all) ? all : made.Replicas
            : null;

    /// <summary>The resources that take the place of each service of which there are several.</summary>
    public static IReadOnlyDictionary<ProjectResource, IReadOnlyList<ReplicaResource>> Resources(
        DistributedApplicationModel model, CommandLine options, Ports ports, ConsoleReport report)
    {
        var services = model.Resources.OfType<ProjectResource>().Where(service => Wanted(service, options) is not null).ToList();
        if (options.Replicas.Keys.FirstOrDefault(name => name != CommandLine.All && !services.Exists(service => service.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) is { } stranger)
        {
            throw new EngineError(
                $"--replicas names no service that is made for several: {stranger}.",
                services.Count > 0 ? $"There are {string.Join(", ", services.Select(service => service.Name))}." : "There is none.");
        }

        var several = services.Where(service => Wanted(service, options) > 1).ToList();
        if (several.Count > 0 && model.Resources.OfType<PostgresDatabaseResource>().Any(IsFile))
        {
            report.State("replicas", "one each", Tone.Notable, detail: $"SQLite has one writer, so {string.Join(" and ", several.Select(service => service.Name))} run once; --services native gives them PostgreSQL");
            several.Clear();
        }

        return several.ToDictionary(
            service => service,
            IReadOnlyList<ReplicaResource> (service) => [.. Enumerable.Range(1, Wanted(service, options) ?? 1).Select(number => new ReplicaResource(service, number, ports))]);
    }

    /// <summary>The one to ask next: the visitor's own, else the one with the least to do. One that is not well is better than none.</summary>
    public ServiceRunner? Choose(int? own, IReadOnlyCollection<ServiceRunner> tried)
    {
        var left = runners.Where(runner => runner.ProcessId is not null && !tried.Contains(runner)).ToList();
        var well = left.FindAll(IsHealthy);
        var candidates = well.Count > 0 ? well : left.FindAll(IsUp);
        if (own is not null && candidates.Find(runner => Number(runner) == own) is { } kept)
        {
            return kept;
        }

        var start = (uint)Interlocked.Increment(ref turn);
        return candidates.Count == 0
            ? null
            : candidates.Select((runner, place) => (Runner: runner, Order: (place + start) % (uint)candidates.Count))
                .MinBy(candidate => (busy.GetValueOrDefault(candidate.Runner), candidate.Order)).Runner;
    }

    public void Begin(ServiceRunner runner) => busy.AddOrUpdate(runner, 1, (_, count) => count + 1);

    public void End(ServiceRunner runner) => busy.AddOrUpdate(runner, 0, (_, count) => count - 1);

    public static string Address(ServiceRunner runner, string endpoint) => ((ReplicaResource)runner.Resource).GetEndpoint(endpoint).Url;

    public static int Number(ServiceRunner runner) => ((ReplicaResource)runner.Resource).Number;

    public void Start() => Each(runner => runner.Start());

    public void Stop() => Each(runner => runner.Stop());

    /// <summary>One after the other, so that there is always one that answers.</summary>
    public void Restart()
    {
        if (Interlocked.Exchange(ref isRolling, 1) == 0)
        {
            _ = Roll();
        }
    }

    /// <summary>Tells what has become of the service, as long as the engine runs.</summary>
    public async Task Supervise()
    {
        ResourceEvent? told = null;
        while (true)
        {
            var news = engine.Notifications.News;
            var states = runners.Select(State).ToList();
            var best = states.OfType<ResourceEvent>().OrderByDescending(state => state.IsHealthy).ThenByDescending(state => state.State == KnownResourceStates.Running).FirstOrDefault();
            if (best is not null && best with { Resource = service } is var now && now != told)
            {
                if (now.IsHealthy && told is not { IsHealthy: true })
                {
                    engine.Report.State(service.Name, "healthy", Tone.Good, detail: string.Create(CultureInfo.InvariantCulture, $"{Addresses()} is shared by {runners.Count} replicas"));
                }
                else if (told is { IsHealthy: true } && !now.IsHealthy && !engine.Stopping.IsCancellationRequested)
                {
                    engine.Report.State(service.Name, "unhealthy", Tone.Bad, detail: "no replica of it is ready");
                }

                told = now;
                engine.Notifications.Publish(now);
            }

            await news.WaitAsync(engine.Stopping);
        }
    }

    private async Task Roll()
    {
        try
        {
            foreach (var runner in runners)
            {
                var old = runner.ProcessId;
                runner.Restart();
                await engine.Notifications.WaitForResourceAsync(
                    runner.Resource.Name, state => state.State == KnownResourceStates.FailedToStart || (state.IsHealthy && state.ProcessId != old), engine.Stopping);
                if (!IsHealthy(runner))
                {
                    engine.Report.State(service.Name, "halted", Tone.Bad, detail: $"{runner.Resource.Name} did not come back, so the other replicas were left as they are");
                    return;
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or DistributedApplicationException)
        {
            // The app ends.
        }
        finally
        {
            Volatile.Write(ref isRolling, 0);
        }
    }

    private void Each(Action<ServiceRunner> act)
    {
        foreach (var runner in runners)
        {
            act(runner);
        }
    }

    private string Addresses() =>
        string.Join(' ', service.Annotations.OfType<EndpointAnnotation>().Select(endpoint => endpoint.AllocatedEndpoint?.UriString).OfType<string>());

    private ResourceEvent? State(ServiceRunner runner) => engine.Notifications.Latest(runner.Resource.Name);

    private bool IsHealthy(ServiceRunner runner) => State(runner) is { IsHealthy: true };

    private bool IsUp(ServiceRunner runner) => State(runner) is { State: KnownResourceStates.Running };

    private static bool IsFile(PostgresDatabaseResource database) =>
        database.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local)
        && local.ConnectionString?.TrimStart().StartsWith("Data Source=", StringComparison.OrdinalIgnoreCase) == true;
}
