using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using BlogCreator.LocalHosting.Native;
using BlogCreator.LocalHosting.Replicas;

namespace BlogCreator.LocalHosting;

/// <summary>What is known of a service besides its state.</summary>
internal sealed record ServiceFacts
{
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How often it ended without being told to.</summary>
    public int Crashes { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>What is wrong with it, in words.</summary>
    public string? Complaint { get; init; }

    /// <summary>A person stopped it, so that nobody else starts it again.</summary>
    public bool IsStoppedByHand { get; init; }

    public string Command { get; init; } = "";

    public IReadOnlyList<EnvironmentVariable> Environment { get; init; } = [];
}

/// <summary>Runs one service: waits for what it needs, starts it, watches it, starts it again, and does what a person asks.</summary>
internal sealed class ServiceRunner(IResource resource, EngineContext engine)
{
    private const int StartAttempts = 3;
    private static readonly TimeSpan HealthInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CalmHealthInterval = TimeSpan.FromSeconds(5);

    // Another replica can take over at once, so that it is worth knowing at once.
    private static readonly TimeSpan ReplicaHealthInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SignalGrace = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan GoodWhile = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly WaitAnnotation[] completions = [.. engine.Model.Resources.SelectMany(other => other.Annotations.OfType<WaitAnnotation>())
        .Where(wait => wait.WaitType == WaitType.WaitForCompletion && wait.Resource == resource)];
    private readonly NativeServer? native = resource.TryGetLastAnnotation<NativeServer>(out var server) ? server : null;
    private volatile ServiceFacts facts = new();
    private volatile ServiceProcess? process;
    private CancellationTokenSource? turn;
    private TaskCompletionSource? command;

    // One more turn; taken when the turn begins.
    private bool isWanted = true;

    public IResource Resource => resource;

    public ServiceFacts Facts => facts;

    public int? ProcessId => process?.Id;

    /// <summary>Somebody waits until it has done its work, so it is not meant to stay.</summary>
    public bool IsRunOnce => completions.Length > 0;

    /// <summary>It is asked how it is. Everything else counts as well while it runs.</summary>
    public bool HasHealthCheck => native is not null || resource.Annotations.OfType<HttpHealthCheckAnnotation>().Any();

    private ServiceLog Log => engine.Logs.Of(resource.Name);

    /// <summary>Ends with the engine only. What goes wrong in the first turn is thrown; later it is just told, since the rest of the app runs.</summary>
    public async Task Supervise()
    {
        for (var isFirst = true; ; isFirst = false)
        {
            using var now = await NextTurn();
            try
            {
                Publish(KnownResourceStates.Waiting);
                await WaitForDependencies(now.Token);
                await (IsRunOnce ? RunOnce(now.Token) : RunService(now.Token));
            }
            catch (OperationCanceledException) when (now.IsCancellationRequested && !engine.Stopping.IsCancellationRequested)
            {
                await End();
                engine.Report.State(resource.Name, "stopped", Tone.Notable, detail: "by hand, on the dashboard");
            }
            catch (DistributedApplicationException problem) when (!isFirst)
            {
                await End();
                Note(known => known with { Complaint = problem.Message });
                Publish(KnownResourceStates.FailedToStart);
                engine.Report.State(resource.Name, "failed", Tone.Bad, detail: problem.Message);
            }
            finally
            {
                lock (gate)
                {
                    turn = null;
                }
            }
        }
    }

    /// <summary>Stops it until somebody starts it.</summary>
    public void Stop()
    {
        lock (gate)
        {
            isWanted = false;
            if (turn is not null)
            {
                Note(known => known with { IsStoppedByHand = true, Complaint = null });
                _ = turn.CancelAsync();
            }
        }
    }

    public void Start()
    {
        lock (gate)
        {
            if (turn is null or { IsCancellationRequested: true })
            {
                Want();
            }
        }
    }

    public void Restart()
    {
        lock (gate)
        {
            Want();
            _ = turn?.CancelAsync();
        }
    }

    /// <summary>What it waits for now, by name.</summary>
    public IReadOnlyList<string> Awaited() =>
        [.. resource.Annotations.OfType<WaitAnnotation>()
            .Where(wait => engine.Notifications.Latest(wait.Resource.Name) is not { } state || !IsMet(wait, state))
            .Select(wait => wait.Resource.Name)];

    /// <summary>Ends the process where there is one.</summary>
    public async Task<bool> End()
    {
        if (process is not { } running)
        {
            Publish(KnownResourceStates.Exited);
            return false;
        }

        Publish(KnownResourceStates.Stopping, processId: running.Id);
        await Stop(running, engine.Hurry);
        var exitCode = await running.Exited;
        Note(known => known with { ExitCode = exitCode });
        await Forget(running);
        Publish(KnownResourceStates.Exited, exitCode: exitCode);
        return true;
    }

    private void Want()
    {
        isWanted = true;
        Note(known => known with { IsStoppedByHand = false, Complaint = null });
        command?.TrySetResult();
        command = null;
    }

    private async Task<CancellationTokenSource> NextTurn()
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (isWanted)
                {
                    isWanted = false;
                    return turn = CancellationTokenSource.CreateLinkedTokenSource(engine.Stopping);
                }

                command ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                next = command.Task;
            }

            await next.WaitAsync(engine.Stopping);
        }
    }

    private async Task WaitForDependencies(CancellationToken cancel)
    {
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            await engine.Notifications.WaitForResourceAsync(wait.Resource.Name, state => IsMet(wait, state), cancel);
        }
    }

    private static bool IsMet(WaitAnnotation wait, ResourceEvent state) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => state.IsHealthy,
        WaitType.WaitUntilStarted => state.State is KnownResourceStates.Running,
        WaitType.WaitForCompletion => state.State is KnownResourceStates.Finished && state.ExitCode == wait.ExitCode,
        _ => throw new InvalidOperationException($"No wait for {wait.WaitType}."),
    };

    private async Task RunOnce(CancellationToken cancel)
    {
        var since = engine.Clock.GetTimestamp();
        var run = await Launch(cancel);
        int exitCode;
        try
        {
            exitCode = await run.Exited.WaitAsync(engine.Options.HealthTimeout * 10, cancel);
        }
        catch (TimeoutException)
        {
            throw Failure($"did not end within {Seconds(engine.Options.HealthTimeout * 10)}.", "--health-timeout SECONDS gives it longer.");
        }

        await Forget(run);
        Note(known => known with { ExitCode = exitCode });
        if (exitCode != completions[0].ExitCode)
        {
            throw Failure($"failed: it {Ended(exitCode)}.", "Nothing that needs it was started.");
        }

        engine.Report.State(resource.Name, "completed", Tone.Good, engine.Clock.GetElapsedTime(since));
        Publish(KnownResourceStates.Finished, exitCode: exitCode);
    }

    private async Task RunService(CancellationToken cancel)
    {
        var pause = FirstPause;
        var attempts = 0;
        var wasHealthy = false;
        while (true)
        {
            var since = engine.Clock.GetTimestamp();
            var run = await Launch(cancel);
            var complaint = await BecomeHealthy(run, since, cancel);
            if (complaint is null && !run.Exited.IsCompleted)
            {
                wasHealthy = true;
                engine.Report.State(resource.Name, "healthy", Tone.Good, engine.Clock.GetElapsedTime(since), Addresses());
                Note(known => known with { Complaint = null });
                Publish(KnownResourceStates.Running, isHealthy: true, processId: run.Id);
                var healthySince = engine.Clock.GetTimestamp();
                await WatchHealth(run, cancel);
                pause = engine.Clock.GetElapsedTime(healthySince) >= GoodWhile ? FirstPause : pause;
            }
            else if (complaint is not null && !wasHealthy)
            {
                throw Failure(
                    $"did not get healthy within {Seconds(engine.Options.HealthTimeout)}: {complaint}.", "--health-timeout SECONDS gives it longer.");
            }
            else if (complaint is not null)
            {
                engine.Report.State(resource.Name, "unhealthy", Tone.Bad, detail: $"{complaint}; it is ended");
                await Stop(run, cancel);
            }

            // From here on nobody sends it anything.
            Publish(KnownResourceStates.Running, processId: run.Id);
            var exitCode = await run.Exited;

            // Ctrl+C in a terminal reaches the services too, perhaps before the engine knows of it.
            await Task.Delay(SignalGrace, engine.Clock, cancel);
            await Forget(run);
            Note(known => known with { ExitCode = exitCode, Crashes = known.Crashes + 1, Complaint = $"it {Ended(exitCode)}" });
            Publish(KnownResourceStates.Exited, exitCode: exitCode);
            if (!wasHealthy && ++attempts == StartAttempts)
            {
                throw Failure(string.Create(CultureInfo.InvariantCulture, $"{Ended(exitCode)} before it was healthy, {attempts} times."));
            }

            engine.Report.State(resource.Name, "crashed", Tone.Bad, detail: $"it {Ended(exitCode)}; starts again in {Seconds(pause)}");
            await Task.Delay(pause, engine.Clock, cancel);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Null when it is healthy or has ended; else what it lacked when its time was over.</summary>
    private async Task<string?> BecomeHealthy(ServiceProcess run, long since, CancellationToken cancel)
    {
        var slow = false;
        while (!run.Exited.IsCompleted)
        {
            if (await Complaint(cancel) is not { } complaint)
            {
                return null;
            }

            var taken = engine.Clock.GetElapsedTime(since);
            if (taken >= engine.Options.HealthTimeout)
            {
                return complaint;
            }

            if (taken >= SlowStart && !slow)
            {
                slow = true;
                engine.Report.State(resource.Name, "starting", Tone.Notable, taken, complaint);
            }

            await Task.WhenAny(run.Exited, Task.Delay(HealthInterval, engine.Clock, cancel));
            cancel.ThrowIfCancellationRequested();
        }

        return null;
    }

    private async Task WatchHealth(ServiceProcess run, CancellationToken cancel)
    {
        var wasHealthy = true;
        while (true)
        {
            await Task.WhenAny(run.Exited, Task.Delay(resource is ReplicaResource ? ReplicaHealthInterval : CalmHealthInterval, engine.Clock, cancel));
            cancel.ThrowIfCancellationRequested();
            if (run.Exited.IsCompleted)
            {
                return;
            }

            var complaint = await Complaint(cancel);
            if (run.Exited.IsCompleted || complaint is null == wasHealthy)
            {
                continue;
            }

            wasHealthy = complaint is null;
            Note(known => known with { Complaint = complaint });
            Publish(KnownResourceStates.Running, wasHealthy, processId: run.Id);
            engine.Report.State(
                resource.Name, wasHealthy ? "healthy" : "unhealthy", wasHealthy ? Tone.Good : Tone.Bad, detail: complaint ?? "again");
        }
    }

    private Task<string?> Complaint(CancellationToken cancel) => native?.Complaint(cancel) ?? engine.Probe.Complaint(resource, cancel);

    private Task Stop(ServiceProcess run, CancellationToken hurry) =>
        run.Stop(engine.Options.StopTimeout, hurry, native?.StopSignal ?? OperatingSystemProcess.Sigterm);

    private async Task<ServiceProcess> Launch(CancellationToken cancel)
    {
        if (native is not null)
        {
            Publish(KnownResourceStates.Starting);
            await native.Prepare(RunTool, cancel);
        }

        var start = native is not null ? new ServiceStart(native.Start(), []) : await ServiceStart.Of(resource, engine.Execution, cancel);
        foreach (var variable in start.Environment)
        {
            engine.Secrets.Learn(variable.IsSecret ? variable.Value : null);
            engine.Secrets.LearnFrom(variable.Value);
        }

        var run = Begin(start.Info, cancel);
        process = run;
        Note(known => known with
        {
            StartedAt = engine.Clock.GetUtcNow(),
            ExitCode = null,
            Environment = start.Environment,
            Command = string.Join(' ', start.Info.ArgumentList.Prepend(start.Info.FileName)),
        });
        Publish(IsRunOnce ? KnownResourceStates.Running : KnownResourceStates.Starting, processId: run.Id);
        return run;
    }

    private ServiceProcess Begin(ProcessStartInfo start, CancellationToken cancel, Action<string>? hear = null)
    {
        var readers = (Output: new LogReader(engine.Clock, isErrorStream: false, native is not null), Error: new LogReader(engine.Clock, isErrorStream: true, native is not null));
        lock (engine.Launching)
        {
            cancel.ThrowIfCancellationRequested();
            var run = ServiceProcess.Start(start, resource.Name, (line, isError) =>
            {
                engine.Report.Log(engine.Logs.Add(resource.Name, (isError ? readers.Error : readers.Output).Read(line)));
                hear?.Invoke(line);
            });
            engine.Guard.Add(run.Id);
            return run;
        }
    }

    private async Task<IReadOnlyList<string>> RunTool(ProcessStartInfo start, string input, CancellationToken cancel)
    {
        var said = new ConcurrentQueue<string>();
        using var run = Begin(start, cancel, said.Enqueue);
        try
        {
            await run.Tell(input, cancel);
            await run.Exited.WaitAsync(cancel);
        }
        finally
        {
            await run.Stop(engine.Options.StopTimeout, engine.Hurry);
            await run.Drain();
            engine.Guard.Remove(run.Id);
        }

        var exitCode = await run.Exited;
        return exitCode == 0 ? [.. said] : throw Failure($"cannot be prepared: {Path.GetFileName(start.FileName)} {Ended(exitCode)}.");
    }

    private async Task Forget(ServiceProcess run)
    {
        await run.Drain();
        process = null;
        engine.Guard.Remove(run.Id);
        run.Dispose();
    }

    // A person's command and the service itself may have something to note at once.
    private void Note(Func<ServiceFacts, ServiceFacts> change)
    {
        lock (gate)
        {
            facts = change(facts);
        }
    }

    private void Publish(string state, bool isHealthy = false, int? exitCode = null, int? processId = null) =>
        engine.Notifications.Publish(new ResourceEvent(resource, state, isHealthy, exitCode, processId));

    private EngineError Failure(string what, string remedy = "") =>
        new($"{resource.Name} {what}", $"{remedy} All it said is in {Log.Path}".TrimStart(), Log.LastLines);

    private string Addresses() =>
        string.Join(' ', resource.Annotations.OfType<EndpointAnnotation>().Select(endpoint => endpoint.AllocatedEndpoint?.UriString).OfType<string>());

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    private static string Ended(int exitCode) => string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}");
}
