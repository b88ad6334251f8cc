using System.Collections.Concurrent;

namespace BlogCreator.Api.Operations;

/// <summary>Asks something that may fail or hang, so that neither spoils the rest of an answer.</summary>
internal sealed partial class WithinTime(IServiceScopeFactory scopes, TimeProvider clock, ILogger<WithinTime> logger) : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // Nearly each asks the database, over a connection of its own: those are for readers and authors first.
    private const int AtOnce = 4;

    private readonly SemaphoreSlim _places = new(AtOnce);

    /// <summary>What was not waited for any longer and has not ended: asked again and again, it would pile up.</summary>
    private readonly ConcurrentDictionary<string, Task> _lingering = new(StringComparer.Ordinal);

    /// <summary>In a scope of its own: a database session serves one question at a time.</summary>
    /// <returns>What <paramref name="otherwise"/> makes of the failure, true when it was the time, where there is no answer.</returns>
    public async Task<T> Ask<T>(string what, Func<IServiceProvider, CancellationToken, Task<T>> ask, Func<bool, T> otherwise, CancellationToken cancel)
    {
        // The time of each begins when it is asked, and what lingers keeps no place.
        await _places.WaitAsync(cancel);
        try
        {
            return await AskNow(what, ask, otherwise, cancel);
        }
        finally
        {
            _places.Release();
        }
    }

    public void Dispose() => _places.Dispose();

    private async Task<T> AskNow<T>(string what, Func<IServiceProvider, CancellationToken, Task<T>> ask, Func<bool, T> otherwise, CancellationToken cancel)
    {
        if (_lingering.TryGetValue(what, out var before) && !before.IsCompleted)
        {
            return otherwise(true);
        }

        using var time = new CancellationTokenSource(Limit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, time.Token);
        // Not every driver hears a token at once, and some work before their first await.
        var asked = Task.Run(() => InScope(ask, limit.Token), CancellationToken.None);
        try
        {
            return await asked.WaitAsync(Limit + TimeSpan.FromSeconds(0.5), clock, cancel);
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            if (!asked.IsCompleted)
            {
                _lingering[what] = asked;
            }

            var late = failure is TimeoutException || time.IsCancellationRequested;
            LogFailed(logger, failure, what);
            return otherwise(late);
        }
    }

    private async Task<T> InScope<T>(Func<IServiceProvider, CancellationToken, Task<T>> ask, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ask(scope.ServiceProvider, cancel);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not ask {What} how it is")]
    private static partial void LogFailed(ILogger logger, Exception failure, string what);
}
