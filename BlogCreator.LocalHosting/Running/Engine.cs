using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting;

/// <summary>Runs the app model on this machine: starts, watches, restarts and stops its processes.</summary>
internal sealed class Engine(
    DistributedApplicationModel model,
    DistributedApplicationExecutionContext execution,
    CommandLine options,
    EngineSettings settings,
    ResourceNotificationService notifications) : IAsyncDisposable
{
    private const int StartAttempts = 3;
    private static readonly TimeSpan HealthInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CalmHealthInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SignalGrace = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan GoodWhile = TimeSpan.FromSeconds(30);

    private readonly TimeProvider clock = TimeProvider.System;
    private readonly ConsoleReport report = settings.IsTest ? ConsoleReport.Silent : ConsoleReport.ToConsole(options.IsVerbose);
    private readonly HealthProbe probe = new();
    private readonly Guard guard = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource hurry = new();
    private readonly Lock launching = new();
    private readonly ConcurrentDictionary<string, ServiceProcess> processes = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, ServiceLog> logs = new(StringComparer.OrdinalIgnoreCase);
    private readonly TaskCompletionSource<EngineError> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock ending = new();
    private DataDirectory? data;
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
                report.Ready(clock.GetElapsedTime(startedAt), Addresses());
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
        try
        {
            cancel.ThrowIfCancellationRequested();
            CheckTargets();
            data = DataDirectory.Open(settings.DataDirectory);
            Ports.Allocate(model, options.Ports, isRandom: settings.IsTest);
            guard.Start();
        }
        catch (EngineError failure)
        {
            notifications.Fail(failure);
            throw;
        }

        supervision = Task.WhenAll(model.Resources.Select(resource => Task.Run(() => Supervise(resource), CancellationToken.None)));
    }

    /// <summary>In reverse order, so that nobody loses what it needs while it still works.</summary>
    public Task Stop()
    {
        lock (ending)
        {
            return stopped ??= StopOnce();
        }
    }

    public int ProcessId(string resourceName) =>
        processes.TryGetValue(resourceName, out var process)
            ? process.Id
            : throw new InvalidOperationException($"'{resourceName}' has no process now.");

    public int? WatcherId => guard.ProcessId;

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
        foreach (var resource in model.Resources.Reverse())
        {
            if (processes.TryRemove(resource.Name, out var process))
            {
                var since = clock.GetTimestamp();
                await process.Stop(options.StopTimeout, hurry.Token);
                await process.Drain();
                guard.Remove(process.Id);
                process.Dispose();
                Publish(resource, KnownResourceStates.Exited);
                report.State(resource.Name, "stopped", Tone.Quiet, clock.GetElapsedTime(since));
            }
        }

        notifications.Fail(new DistributedApplicationException("The app was stopped."));
        await guard.DisposeAsync();
        foreach (var log in logs.Values)
        {
            log.Dispose();
        }

        data?.Dispose();
    }

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

    private async Task Supervise(IResource resource)
    {
        try
        {
            switch (resource)
            {
                case IResourceWithConnectionString when resource.TryGetLastAnnotation<LocalConnectionAnnotation>(out var local):
                    Publish(resource, KnownResourceStates.Running, isHealthy: true);
                    report.State(resource.Name, local.IsServer ? "external" : "embedded", Tone.Quiet, detail: local.Description);
                    break;
                case ContainerResource:
                    Publish(resource, KnownResourceStates.Running, isHealthy: true);
                    report.State(resource.Name, "left out", Tone.Notable, detail: "a container; run with AppHostEngine=Aspire");
                    break;
                case ProjectResource or ExecutableResource:
                    Publish(resource, KnownResourceStates.Waiting);
                    await WaitForDependencies(resource);
                    await (IsRunOnce(resource) ? RunOnce(resource) : RunService(resource));
                    break;
                default:
                    break;
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

    private void Fail(IResource resource, EngineError error)
    {
        Publish(resource, KnownResourceStates.FailedToStart);
        notifications.Fail(error);
        if (failed.TrySetResult(error))
        {
            report.State(resource.Name, "failed", Tone.Bad);
        }
    }

    private async Task WaitForDependencies(IResource resource)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            await notifications.WaitForResourceAsync(
                wait.Resource.Name,
                state => wait.WaitType switch
                {
                    WaitType.WaitUntilHealthy => state.IsHealthy,
                    WaitType.WaitUntilStarted => state.State is KnownResourceStates.Running,
                    WaitType.WaitForCompletion => state.State is KnownResourceStates.Finished && state.ExitCode == wait.ExitCode,
                    _ => throw new InvalidOperationException($"No wait for {wait.WaitType}."),
                },
                stopping.Token).WaitAsync(stopping.Token);
        }
    }

    private bool IsRunOnce(IResource resource) => CompletionsOf(resource).Any();

    private IEnumerable<WaitAnnotation> CompletionsOf(IResource resource) =>
        model.Resources.SelectMany(other => other.Annotations.OfType<WaitAnnotation>())
            .Where(wait => wait.WaitType == WaitType.WaitForCompletion && wait.Resource == resource);

    private async Task RunOnce(IResource resource)
    {
        var since = clock.GetTimestamp();
        var process = await Launch(resource);
        int exitCode;
        try
        {
            exitCode = await process.Exited.WaitAsync(options.HealthTimeout * 10, stopping.Token);
        }
        catch (TimeoutException)
        {
            throw new EngineError(
                $"{resource.Name} did not end within {options.HealthTimeout.TotalSeconds * 10:0} s.",
                $"All it said is in {LogOf(resource).Path}; --health-timeout SECONDS gives it longer.",
                LogOf(resource).LastLines);
        }

        await Forget(resource, process);
        var expected = CompletionsOf(resource).First().ExitCode;
        if (exitCode != expected)
        {
            throw new EngineError(
                $"{resource.Name} failed: it {Ended(exitCode)}.",
                $"Nothing that needs it was started. All it said is in {LogOf(resource).Path}",
                LogOf(resource).LastLines);
        }

        report.State(resource.Name, "completed", Tone.Good, clock.GetElapsedTime(since));
        Publish(resource, KnownResourceStates.Finished, exitCode: exitCode);
    }

    private async Task RunService(IResource resource)
    {
        if (resource.GetReplicaCount() > 1)
        {
            report.State(resource.Name, "replicas", Tone.Notable, detail: "one instead of several: the embedded database has one writer");
        }

        var pause = FirstPause;
        var attempts = 0;
        var wasHealthy = false;
        while (true)
        {
            var since = clock.GetTimestamp();
            var process = await Launch(resource);
            var complaint = await BecomeHealthy(resource, process, since);
            if (complaint is null && !process.Exited.IsCompleted)
            {
                wasHealthy = true;
                report.State(resource.Name, "healthy", Tone.Good, clock.GetElapsedTime(since), AddressOf(resource));
                Publish(resource, KnownResourceStates.Running, isHealthy: true, processId: process.Id);
                var healthySince = clock.GetTimestamp();
                await WatchHealth(resource, process);
                pause = clock.GetElapsedTime(healthySince) >= GoodWhile ? FirstPause : pause;
            }
            else if (complaint is not null && !wasHealthy)
            {
                throw new EngineError(
                    $"{resource.Name} did not get healthy within {options.HealthTimeout.TotalSeconds:0.#} s: {complaint}.",
                    $"All it said is in {LogOf(resource).Path}; --health-timeout SECONDS gives it longer.",
                    LogOf(resource).LastLines);
            }
            else if (complaint is not null)
            {
                report.State(resource.Name, "unhealthy", Tone.Bad, detail: $"{complaint}; it is ended");
                await process.Stop(options.StopTimeout, stopping.Token);
            }

            // Ctrl+C in a terminal reaches the services too, perhaps before the engine knows of it.
            var exitCode = await process.Exited;
            await Task.Delay(SignalGrace, clock, stopping.Token);
            Publish(resource, KnownResourceStates.Exited, exitCode: exitCode);
            await Forget(resource, process);
            attempts++;
            if (!wasHealthy && attempts == StartAttempts)
            {
                throw new EngineError(
                    $"{resource.Name} {Ended(exitCode)} before it was healthy, {attempts} times.",
                    $"All it said is in {LogOf(resource).Path}",
                    LogOf(resource).LastLines);
            }

            report.State(
                resource.Name,
                "crashed",
                Tone.Bad,
                detail: string.Create(CultureInfo.InvariantCulture, $"it {Ended(exitCode)}; starts again in {pause.TotalSeconds:0.#} s"));
            await Task.Delay(pause, clock, stopping.Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Null when it is healthy or has ended; else what it lacked when its time was over.</summary>
    private async Task<string?> BecomeHealthy(IResource resource, ServiceProcess process, long since)
    {
        var slow = false;
        while (!process.Exited.IsCompleted)
        {
            if (await probe.Complaint(resource, stopping.Token) is not { } complaint)
            {
                return null;
            }

            var taken = clock.GetElapsedTime(since);
            if (taken >= options.HealthTimeout)
            {
                return complaint;
            }

            if (taken >= SlowStart && !slow)
            {
                slow = true;
                report.State(resource.Name, "starting", Tone.Notable, taken, complaint);
            }

            await Task.WhenAny(process.Exited, Task.Delay(HealthInterval, clock, stopping.Token));
            stopping.Token.ThrowIfCancellationRequested();
        }

        return null;
    }

    private async Task WatchHealth(IResource resource, ServiceProcess process)
    {
        var wasHealthy = true;
        while (true)
        {
            await Task.WhenAny(process.Exited, Task.Delay(CalmHealthInterval, clock, stopping.Token));
            stopping.Token.ThrowIfCancellationRequested();
            if (process.Exited.IsCompleted)
            {
                return;
            }

            var complaint = await probe.Complaint(resource, stopping.Token);
            if (process.Exited.IsCompleted || complaint is null == wasHealthy)
            {
                continue;
            }

            wasHealthy = complaint is null;
            Publish(resource, KnownResourceStates.Running, wasHealthy, processId: process.Id);
            report.State(resource.Name, wasHealthy ? "healthy" : "unhealthy", wasHealthy ? Tone.Good : Tone.Bad, detail: complaint ?? "again");
        }
    }

    private async Task<ServiceProcess> Launch(IResource resource)
    {
        var start = await StartInfo(resource);
        var log = LogOf(resource);
        var filters = (Output: new LogFilter(), Error: new LogFilter());
        lock (launching)
        {
            stopping.Token.ThrowIfCancellationRequested();
            var process = ServiceProcess.Start(start, resource.Name, (line, isError) =>
            {
                log.Write(line);
                report.Log(resource.Name, line, isError ? filters.Error : filters.Output);
            });
            guard.Add(process.Id);
            processes[resource.Name] = process;
            Publish(resource, IsRunOnce(resource) ? KnownResourceStates.Running : KnownResourceStates.Starting, processId: process.Id);
            return process;
        }
    }

    private async Task<ProcessStartInfo> StartInfo(IResource resource)
    {
        var (command, directory, first) = resource switch
        {
            ProjectResource project => (
                OperatingSystemProcess.DotnetPath,
                Path.GetDirectoryName(project.GetProjectMetadata().ProjectPath)!,
                project.GetProjectMetadata().TargetPath),
            ExecutableResource executable => (executable.Command, executable.WorkingDirectory, null),
            _ => throw new InvalidOperationException($"'{resource.Name}' is no process."),
        };
        var start = new ProcessStartInfo(command)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (first is not null)
        {
            start.ArgumentList.Add(first);
        }

        foreach (var argument in await ResourceConfiguration.Arguments(resource, execution, stopping.Token))
        {
            start.ArgumentList.Add(await ResourceConfiguration.Value(argument, stopping.Token) ?? "");
        }

        // What belongs to the engine, or to a test that runs it, is not meant for the services.
        foreach (var name in start.Environment.Keys.Where(IsOwnedByEngine).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in await ResourceConfiguration.Variables(resource, execution, stopping.Token))
        {
            if (await ResourceConfiguration.Value(value, stopping.Token) is { } text)
            {
                start.Environment[name] = text;
            }
        }

        return start;
    }

    private static bool IsOwnedByEngine(string variable) =>
        variable.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ASPIRE_", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("Parameters__", StringComparison.OrdinalIgnoreCase)
        || variable.StartsWith("services__", StringComparison.OrdinalIgnoreCase)
        || variable is "DOTNET_ENVIRONMENT" or "DOTNET_LAUNCH_PROFILE" or "DOTNET_STARTUP_HOOKS" or "DOTNET_URLS" or "URLS"
            or "HTTP_PORTS" or "HTTPS_PORTS" or "OTEL_SERVICE_NAME" or "OTEL_RESOURCE_ATTRIBUTES";

    private async Task Forget(IResource resource, ServiceProcess process)
    {
        await process.Drain();
        processes.TryRemove(new(resource.Name, process));
        guard.Remove(process.Id);
        process.Dispose();
    }

    private async Task AllReady(CancellationToken cancel)
    {
        foreach (var resource in model.Resources.Where(resource => resource is ProjectResource or ExecutableResource))
        {
            await notifications.WaitForResourceAsync(
                resource.Name, state => state.IsHealthy || state.State == KnownResourceStates.Finished, cancel);
        }
    }

    private ServiceLog LogOf(IResource resource) =>
        logs.GetOrAdd(resource.Name, name => new ServiceLog(Path.Combine(data!.Logs, $"{name}.log")));

    private void Publish(IResource resource, string state, bool isHealthy = false, int? exitCode = null, int? processId = null) =>
        notifications.Publish(new ResourceEvent(resource, state, isHealthy, exitCode, processId));

    private IReadOnlyList<string> Addresses() =>
        [.. model.Resources.SelectMany(resource => resource.Annotations.OfType<EndpointAnnotation>())
            .Where(endpoint => endpoint is { IsExternal: true, UriScheme: "http" or "https" })
            .Select(endpoint => endpoint.AllocatedEndpoint?.UriString)
            .OfType<string>()];

    private static string AddressOf(IResource resource) =>
        string.Join(' ', resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => endpoint.AllocatedEndpoint?.UriString).OfType<string>());

    private static string Ended(int exitCode) =>
        string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}");
}
