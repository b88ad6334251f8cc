namespace Aspire.Hosting.ApplicationModel;

public static class KnownResourceStates
{
    public const string Waiting = "Waiting";
    public const string Starting = "Starting";
    public const string Running = "Running";
    public const string Stopping = "Stopping";
    public const string Finished = "Finished";
    public const string Exited = "Exited";
    public const string FailedToStart = "FailedToStart";
}

/// <summary>A resource as it was at one moment.</summary>
public sealed record ResourceEvent(IResource Resource, string State, bool IsHealthy, int? ExitCode, int? ProcessId);

/// <summary>Tells what becomes of the resources.</summary>
public sealed class ResourceNotificationService
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, ResourceEvent> latest = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Waiter> waiters = [];
    private Exception? failure;
    private TaskCompletionSource? news;

    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, state => state.IsHealthy, cancellationToken);

    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        WaitForResourceAsync(resourceName, state => state.State == (targetState ?? KnownResourceStates.Running), cancellationToken);

    public async Task<ResourceEvent> WaitForResourceAsync(
        string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        var waiter = new Waiter(resourceName, predicate, new TaskCompletionSource<ResourceEvent>(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (gate)
        {
            if (latest.GetValueOrDefault(resourceName) is { } now && predicate(now))
            {
                return now;
            }

            if (failure is not null)
            {
                throw failure;
            }

            waiters.Add(waiter);
        }

        try
        {
            return await waiter.Found.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (gate)
            {
                waiters.Remove(waiter);
            }
        }
    }

    /// <summary>Completes when something becomes of any resource.</summary>
    internal Task News
    {
        get
        {
            lock (gate)
            {
                return (news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    internal ResourceEvent? Latest(string resourceName)
    {
        lock (gate)
        {
            return latest.GetValueOrDefault(resourceName);
        }
    }

    internal void Publish(ResourceEvent state)
    {
        lock (gate)
        {
            latest[state.Resource.Name] = state;
            news?.TrySetResult();
            news = null;
            foreach (var waiter in waiters.Where(waiter => waiter.IsFor(state)))
            {
                waiter.Found.TrySetResult(state);
            }
        }
    }

    /// <summary>Nobody needs to wait any longer.</summary>
    internal void Fail(Exception reason)
    {
        lock (gate)
        {
            failure ??= reason;
            waiters.ForEach(waiter => waiter.Found.TrySetException(failure));
        }
    }

    private sealed record Waiter(string ResourceName, Func<ResourceEvent, bool> Predicate, TaskCompletionSource<ResourceEvent> Found)
    {
        public bool IsFor(ResourceEvent state) =>
            string.Equals(state.Resource.Name, ResourceName, StringComparison.OrdinalIgnoreCase) && Predicate(state);
    }
}
