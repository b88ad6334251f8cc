using System.Data.Common;
using System.Globalization;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Tells those who follow the content that a change was committed by this process, and tells whoever asked for the change
/// its number, in the answer's <c>Content-Version</c>: a cache on the way back then knows it before its reader does.
/// </summary>
public sealed class ContentSignal(IHttpContextAccessor accessor) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private TaskCompletionSource _next = Waiting();

    /// <summary>What to wait for; taken before looking, so that nothing falls between look and wait.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.Context?.Database.CurrentTransaction is null)
        {
            Tell(eventData.Context);
        }

        return ValueTask.FromResult(result);
    }

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Context);
        return Task.CompletedTask;
    }

    private void Tell(DbContext? db)
    {
        var last = db?.ChangeTracker.Entries<ContentChange>().Select(entry => entry.Entity.Number).DefaultIfEmpty().Max() ?? 0;
        if (last == 0)
        {
            return;
        }

        if (accessor.HttpContext is { Response.HasStarted: false } context)
        {
            context.Response.Headers[ContentVersionHeader.Name] = last.ToString(CultureInfo.InvariantCulture);
        }

        Interlocked.Exchange(ref _next, Waiting()).TrySetResult();
    }

    private static TaskCompletionSource Waiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
