using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Wakes the worker of this process when a job was stored, so that it starts at once and not at the next look. Only a hint:
/// a lost one costs a second.
/// </summary>
public sealed class JobSignal : SaveChangesInterceptor, IDbTransactionInterceptor, IDisposable
{
    private readonly SemaphoreSlim _waiting = new(0);

    /// <summary>Waits for a job to be stored, or for <paramref name="timeout"/>.</summary>
    public Task Wait(TimeSpan timeout, CancellationToken cancel) => _waiting.WaitAsync(timeout, cancel);

    public void Wake()
    {
        try
        {
            if (_waiting.CurrentCount == 0)
            {
                _waiting.Release();
            }
        }
        catch (ObjectDisposedException)
        {
            // Stored while the service stops: whoever starts next looks for it.
        }
    }

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context?.Database.CurrentTransaction is null)
        {
            WakeFor(eventData.Context);
        }

        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        WakeFor(eventData.Context);
        return Task.CompletedTask;
    }

    private void WakeFor(DbContext? db)
    {
        if (db?.ChangeTracker.Entries<Job>().Any() is true)
        {
            Wake();
        }
    }

    public void Dispose() => _waiting.Dispose();
}
