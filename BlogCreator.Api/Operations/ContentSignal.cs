using System.Data.Common;
using System.Globalization;
using BlogCreator.Api.Platform;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Tells those who follow the content, here and at other replicas, that a change was committed, and tells whoever asked for the change
/// its number, in the answer's <c>Content-Version</c>: a cache on the way back then knows it before its reader does.
/// </summary>
public sealed class ContentSignal : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private const string Topic = "content";
    private readonly IHttpContextAccessor _accessor;
    private readonly Replicas _replicas;
    private TaskCompletionSource _next = Waiting();

    public ContentSignal(IHttpContextAccessor accessor, Replicas replicas)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        (_accessor, _replicas) = (accessor, replicas);
        replicas.Hear(Topic, (_, _) => Wake());
    }

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
        if (db?.ChangeTracker.Entries<ContentChange>().Select(entry => entry.Entity).MaxBy(change => change.Number) is not { } last)
        {
            return;
        }

        if (_accessor.HttpContext is { Response.HasStarted: false } context)
        {
            context.Response.Headers[ContentVersionHeader.Name] = last.Number.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers[ContentVersionHeader.TimeName] = last.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        }

        Wake();
        _replicas.Tell(Topic);
    }

    private void Wake() => Interlocked.Exchange(ref _next, Waiting()).TrySetResult();

    private static TaskCompletionSource Waiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
