using Microsoft.EntityFrameworkCore.Storage;
using Npgsql.EntityFrameworkCore.PostgreSQL;

namespace BlogCreator.Api.Data;

/// <summary>
/// Says a statement again when PostgreSQL was away for a moment: a broken connection, a restart. What stands in a transaction
/// of our own is never said again by itself, because what was read before it in the transaction is gone; the request as a
/// whole is repeated then, and a job gets its next attempt.
/// </summary>
internal sealed class RetryStatement(ExecutionStrategyDependencies dependencies)
    : NpgsqlRetryingExecutionStrategy(dependencies, MostRetries, LongestDelay, errorCodesToAdd: null)
{
    private const int MostRetries = 8;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    // Whoever waits for an answer is told to come back rather than kept waiting.
    private static readonly TimeSpan LongestInAll = TimeSpan.FromSeconds(4);

    private long _began;

    protected override void OnFirstExecution()
    {
        // Not the base, which forbids transactions of one's own: see ShouldRetryOn.
        ExceptionsEncountered.Clear();
        _began = TimeProvider.System.GetTimestamp();
    }

    protected override bool ShouldRetryOn(Exception? exception) =>
        exception is not null && Dependencies.CurrentContext.Context.Database.CurrentTransaction is null && exception.IsPassing();

    protected override TimeSpan? GetNextDelay(Exception lastException)
    {
        var delay = TimeSpan.FromMilliseconds(Math.Min(LongestDelay.TotalMilliseconds, 25 * Math.Pow(2, ExceptionsEncountered.Count - 1)));
        return ExceptionsEncountered.Count <= MaxRetryCount && TimeProvider.System.GetElapsedTime(_began) + delay < LongestInAll ? delay : null;
    }
}
