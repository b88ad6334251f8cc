using Microsoft.Extensions.Hosting;

namespace BlogCreator.LocalHosting;

/// <summary>For what the engine serves itself: the engine hears the signals, and ends it in its turn.</summary>
internal sealed class EngineLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
