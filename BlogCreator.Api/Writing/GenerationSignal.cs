using System.Collections.Concurrent;
using BlogCreator.Api.Platform;

namespace BlogCreator.Api.Writing;

/// <summary>
/// Tells those who watch a generation, here and at other replicas, that there is something new. Only a hint: what it does
/// not reach is found at the next look.
/// </summary>
public sealed class GenerationSignal
{
    private const string Topic = "generation";
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _watched = [];
    private readonly Replicas _replicas;

    public GenerationSignal(Replicas replicas)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        _replicas = replicas;
        replicas.Hear(Topic, (generation, _) => NotifyHere(generation));
    }

    public void Notify(Guid generationId)
    {
        NotifyHere(generationId);
        _replicas.Tell(Topic, generationId);
    }

    public void NotifyHere(Guid generationId)
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
