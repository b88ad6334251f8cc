using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting;

/// <summary>What the runners of one engine share.</summary>
internal sealed class EngineContext
{
    public required DistributedApplicationModel Model { get; init; }

    public required DistributedApplicationExecutionContext Execution { get; init; }

    public required CommandLine Options { get; init; }

    public required ResourceNotificationService Notifications { get; init; }

    public required ConsoleReport Report { get; init; }

    public required HealthProbe Probe { get; init; }

    public required Guard Guard { get; init; }

    public required LogBook Logs { get; init; }

    public required Secrets Secrets { get; init; }

    public TimeProvider Clock { get; } = TimeProvider.System;

    /// <summary>Held while a process is started, and while the door is closed, so that none slips through.</summary>
    public required Lock Launching { get; init; }

    public required CancellationToken Stopping { get; init; }

    public required CancellationToken Hurry { get; init; }
}
