using System.Collections.Concurrent;

namespace BlogCreator.Api.Writing;

/// <summary>
/// Tells those who watch a generation in this process that there is something new. Only a hint: what another process
/// stored is found at the next look.
/// </summary>
public sealed class GenerationSignal
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _watched = [];

    public void Notify(Guid generationId)
    {
        if (_watched.TryRemove(generationId, out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    /// <summary>What to wait for; asked for before looking, so that nothing falls between look and wait.</summary>
    public Task Next(Guid generationId) =>
        _watched.GetOrAdd(generationId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
}
