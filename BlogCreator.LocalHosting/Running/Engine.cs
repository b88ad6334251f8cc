using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting.Dashboard;
using BlogCreator.LocalHosting.Native;
using BlogCreator.LocalHosting.Replicas;
using BlogCreator.LocalHosting.Telemetry;

namespace BlogCreator.LocalHosting;

/// <summary>Runs the app model on this machine: starts, watches and stops its services, and shows them on the dashboard.</summary>
internal sealed class Engine(
    DistributedApplicationModel model,
    DistributedApplicationExecutionContext execution,
    CommandLine options,
    EngineSettings settings,
    ResourceNotificationService notifications) : IAsyncDisposable
{
    private readonly TimeProvider clock = TimeProvider.System;
    private readonly ConsoleReport report = settings.IsTest ? ConsoleReport.Silent : ConsoleReport.ToConsole(options.IsVerbose);
    private readonly HealthProbe probe = new();
    private readonly Guard guard = new();
    private readonly Secrets secrets = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource hurry = new();
    private readonly Lock launching = new();
    private readonly TaskCompletionSource<EngineError> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock ending = new();
    private DataDirectory? data;
    private LogBook? logs;
    private DashboardServer? dashboard;
    private IReadOnlyList<ServiceRunner> runners = [];
    private IReadOnlyList<ReplicaSet> sets = [];
    private ReplicaProxy? proxy;
    private Task supervision = Task.CompletedTask;
    private Task? stopped;
    private long startedAt;

    /// <summary>The whole life of the app. Returns the exit code of the engine.</summary>
    public async Task<int> Run(CancellationToken cancel)
    {
        startedAt = clock.GetTimestamp();
        report.Begin(settings.Product, settings.DataDirectory, model.Resources.Where(resource => resource is not ParameterResource).Select(resource => resource.Name));
        using var signals = new StopSignals(cancel);
        await using var hurryAlong = signals.Hurry.Register(hurry.Cancel);
        EngineError? error = null;
        try
        {
            await Start(cancel);
            var ready = AllReady(stopping.Token);
            if (await Task.WhenAny(ready, failed.Task, signals.Stop) == ready)
            {
                await ready;
                report.Ready(clock.GetElapsedTime(startedAt), Addresses(), dashboard?.LoginAddress);
            }

            await Task.WhenAny(failed.Task, signals.Stop);
            if (failed.Task.IsCompleted)
            {
                error = await failed.Task;
            }
            else
            {
                report.Stopping();
            }
        }
        catch (EngineError failure)
        {
            error = failure;
        }

        await Stop();
        if (error is null)
        {
            return 0;
        }

        report.Error(error);
        return 1;
    }

    public async Task Start(CancellationToken cancel)
    {
        var ports = new Ports();
        IReadOnlyDictionary<ProjectResource, IReadOnlyList<ReplicaResource>> replicas;
        try
        {
            cancel.ThrowIfCancellationRequested();
            CheckTargets();
            data = DataDirectory.Open(settings.DataDirectory);
            ports.Allocate(model, options.Ports, isRandom: settings.IsTest);
            await NativeServers.Add(model, options, settings.DataDirectory, ports, cancel);
            replicas = ReplicaSet.Resources(model, options, ports, report);
            guard.Start();
        }
        catch (EngineError failure)
        {
            notifications.Fail(failure);
            throw;
        }

        logs = new LogBook(data.Logs, secrets);
        var context = new EngineContext
        {
            Model = model,
            Execution = execution,
            Options = options,
            Notifications = notifications,
            Report = report,
            Probe = probe,
            Guard = guard,
            Logs = logs,
            Secrets = secrets,
            Launching = launching,
            Stopping = stopping.Token,
            Hurry = hurry.Token,
        };
        runners = [.. model.Resources.SelectMany(IEnumerable<IResource> (resource) => resource is ProjectResource service && replicas.TryGetValue(service, out var several) ? several : [resource])
            .Where(resource => resource is ProjectResource or ExecutableResource || resource.Annotations.OfType<NativeServer>().Any())
            .Select(resource => new ServiceRunner(resource, context))];
        sets = [.. replicas.Keys.Select(service => new ReplicaSet(service, [.. runners.Where(runner => ServiceOf(runner) == service)], context))];
        await LearnSecrets(cancel);
        try
        {
            proxy = await ReplicaProxy.Start(sets, context, cancel);
        }
        catch (EngineError failure)
        {
            notifications.Fail(failure);
            throw;
        }

        dashboard = DashboardServer.Reserve(settings, context, runners, sets);
        if (dashboard?.Receiver is { } receiver)
        {
            // Not what runs once: it would wait at its end for its last words to be taken, and the services wait for it.
            foreach (var service in runners.Where(runner => runner.Resource is ProjectResource && !runner.IsRunOnce))
            {
                service.Resource.Annotations.Add(receiver.Collector);
            }
        }

        supervision = Task.WhenAll(model.Resources.Concat(replicas.Values.SelectMany(several => several))
            .Select(resource => Task.Run(() => Supervise(resource), CancellationToken.None)));

        // The services come first: until they are up, whoever opens the dashboard waits in the queue of its port.
        dashboard?.ServeWhen(AllReady(stopping.Token));
    }

    /// <summary>In reverse order, so that nobody loses what it needs while it still works.</summary>
    public Task Stop()
    {
        lock (ending)
        {
            return stopped ??= StopOnce();
        }
    }

    /// <summary>Of a service with replicas, the first that has one.</summary>
    public int ProcessId(string resourceName) =>
        runners.Where(runner => string.Equals(runner.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase)
                || string.Equals(ServiceOf(runner).Name, resourceName, StringComparison.OrdinalIgnoreCase))
            .Select(runner => runner.ProcessId).FirstOrDefault(id => id is not null)
        ?? throw new InvalidOperationException($"'{resourceName}' has no process now.");

    /// <summary>What the app model declares, and the replicas of it.</summary>
    public IEnumerable<IResource> Resources => model.Resources.Concat(runners.Select(runner => runner.Resource).OfType<ReplicaResource>());

    public int? WatcherId => guard.ProcessId;

    public LogBook? Logs => logs;

    public OtlpReceiver? Receiver => dashboard?.Receiver;

    /// <summary>The address that opens the dashboard without more questions; null without a dashboard.</summary>
    public string? DashboardAddress => dashboard?.LoginAddress;

    public async ValueTask DisposeAsync()
    {
        await Stop();
        probe.Dispose();
        stopping.Dispose();
        hurry.Dispose();
        if (settings.IsDataTemporary && Directory.Exists(settings.DataDirectory))
        {
            Directory.Delete(settings.DataDirectory, recursive: true);
        }
    }

    private async Task StopOnce()
    {
        CloseTheDoor();
        await supervision;
        foreach (var service in runners.Reverse().GroupBy(ServiceOf))
        {
            await Task.WhenAll(service.Select(End));
        }

        notifications.Fail(new DistributedApplicationException("The app was stopped."));
        if (dashboard is not null)
        {
            await dashboard.DisposeAsync();
        }

        if (proxy is not null)
        {
            await proxy.DisposeAsync();
        }

        await guard.DisposeAsync();
        logs?.Dispose();
        data?.Dispose();
    }

    private async Task End(ServiceRunner runner)
    {
        var since = clock.GetTimestamp();
        if (runner.ProcessId is not null && await runner.End())
        {
            report.State(runner.Resource.Name, "stopped", Tone.Quiet, clock.GetElapsedTime(since));
        }
    }

    private static IResource ServiceOf(ServiceRunner runner) => runner.Resource is ReplicaResource replica ? replica.Service : runner.Resource;

    /// <summary>From here on nothing is started any more, so that nothing can be missed when all is stopped.</summary>
    private void CloseTheDoor()
    {
        lock (launching)
        {
            stopping.Cancel();
        }
    }

    private void CheckTargets()
    {
        foreach (var project in model.Resources.OfType<ProjectResource>())
        {
            if (project.GetProjectMetadata().TargetPath is not { } target || !File.Exists(target))
            {
                var metadata = project.GetProjectMetadata();
                throw new EngineError(
                    $"{project.Name} is not built: {metadata.TargetPath ?? metadata.ProjectPath} is missing.",
                    "Build first: dotnet build BlogCreator.AppHost");
            }
        }
    }

    /// <summary>Before anything is started, so that the first line of a service is masked as well.</summary>
    private async Task LearnSecrets(CancellationToken cancel)
    {
        foreach (var text in model.Resources.SelectMany(resource => resource.Annotations.OfType<LocalConnectionAnnotation>()).Select(local => local.ConnectionString).OfType<string>())
        {
            secrets.LearnFrom(text);
        }

        foreach (var parameter in model.Resources.OfType<ParameterResource>().Where(parameter => parameter.Secret))
        {
            try
            {
                secrets.Learn(await parameter.GetValueAsync(cancel));
            }
            catch (DistributedApplicationException)
            {
                // It has no value. The service that needs it will say so.
            }
        }
    }

    private async Task Supervise(IResource resource)
    {
        try
        {
            if (runners.FirstOrDefault(runner => runner.Resource == resource) is { } service)
            {
                await service.Supervise();
            }
            else if (sets.FirstOrDefault(set => set.Service == resource) is { } set)
            {
                await set.Supervise();
            }
            else if (resource is IResourceWithParent { Parent: var parent } && parent.Annotations.OfType<NativeServer>().Any() && IsServer(resource))
            {
                await notifications.WaitForResourceHealthyAsync(parent.Name, stopping.Token);
                Publish(resource, KnownResourceStates.Running, isHealthy: true);
            }
            else if (resource is IResourceWithConnectionString && resource.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local))
            {
                Publish(resource, KnownResourceStates.Running, isHealthy: true);
                report.State(resource.Name, local.IsServer ? "external" : "embedded", Tone.Quiet, detail: local.Description);
            }
            else if (resource is ContainerResource)
            {
                Publish(resource, KnownResourceStates.Running, isHealthy: true);
                report.State(resource.Name, "left out", Tone.Notable, detail: "a container; run with AppHostEngine=Aspire");
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Being stopped is no failure.
        }
        catch (EngineError error)
        {
            Fail(resource, error);
        }
        catch (DistributedApplicationException error)
        {
            Fail(resource, new EngineError($"{resource.Name} cannot start: {error.Message}", "Correct the setting and start again."));
        }
        catch (Exception surprise)
        {
            // A resource that nobody watches any longer would be worse than an app that ends.
            Fail(resource, new EngineError(
                $"{resource.Name} cannot be run: {surprise.Message}", "The engine met something it does not know; the lines above say where.", [.. $"{surprise}".Split('\n')]));
        }
    }

    private static bool IsServer(IResource resource) => resource.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local) && local.IsServer;

    private void Fail(IResource resource, EngineError error)
    {
        Publish(resource, KnownResourceStates.FailedToStart);
        notifications.Fail(error);
        if (failed.TrySetResult(error))
        {
            report.State(resource.Name, "failed", Tone.Bad);
        }
    }

    private async Task AllReady(CancellationToken cancel)
    {
        foreach (var runner in runners)
        {
            await notifications.WaitForResourceAsync(
                runner.Resource.Name, state => state.IsHealthy || state.State == KnownResourceStates.Finished, cancel);
        }
    }

    private void Publish(IResource resource, string state, bool isHealthy = false) =>
        notifications.Publish(new ResourceEvent(resource, state, isHealthy, ExitCode: null, ProcessId: null));

    private IReadOnlyList<string> Addresses() =>
        [.. model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>())
            .Where(endpoint => endpoint is { IsExternal: true, UriScheme: "http" or "https" })
            .Select(endpoint => endpoint.AllocatedEndpoint?.UriString)
            .OfType<string>()];
}
