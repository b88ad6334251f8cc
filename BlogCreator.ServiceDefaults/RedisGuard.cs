using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace BlogCreator.ServiceDefaults;

/// <summary>
/// Asks Redis, and does not wait for it: after its budget a question counts as unanswered, and after a few of those in a
/// row nobody asks for a second. Then one request in a second tries, so that it recovers by itself.
/// </summary>
/// <param name="use">For the log: what has to do without Redis.</param>
public sealed partial class RedisGuard(IConnectionMultiplexer redis, TimeSpan budget, TimeProvider clock, ILogger logger, string use)
{
    private const int MostFailures = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private int _failures;
    private int _trying;
    private long _askAgain;

    /// <summary>Nobody asks until the pause is over.</summary>
    public bool IsOpen => Volatile.Read(ref _failures) >= MostFailures;

    /// <summary>
    /// The answer, or none in time. What was asked may still come to be done later, so that it must do no harm then, and
    /// must not use anything that its caller gives back.
    /// </summary>
    public async ValueTask<RedisAnswer<T>> Ask<T>(Func<IDatabase, Task<T>> question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var trial = false;
        if (IsOpen)
        {
            if (clock.GetTimestamp() < Volatile.Read(ref _askAgain) || Interlocked.CompareExchange(ref _trying, 1, 0) != 0)
            {
                return default;
            }

            trial = true;
        }

        try
        {
            var answer = await question(redis.GetDatabase()).WaitAsync(budget, clock);
            if (Interlocked.Exchange(ref _failures, 0) >= MostFailures)
            {
                LogBack(logger, use);
            }

            return new RedisAnswer<T>(true, answer);
        }
        catch (Exception away) when (away is RedisException or TimeoutException or ObjectDisposedException)
        {
            Volatile.Write(ref _askAgain, clock.GetTimestamp() + (long)(Pause.TotalSeconds * clock.TimestampFrequency));
            if (Interlocked.Increment(ref _failures) == MostFailures)
            {
                LogAway(logger, use, away.GetType().Name);
            }

            return new RedisAnswer<T>(false, default, Failed: true);
        }
        finally
        {
            if (trial)
            {
                Volatile.Write(ref _trying, 0);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "RedisAway: {Use} do without Redis until it answers again ({Reason})")]
    private static partial void LogAway(ILogger logger, string use, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "RedisBack: Redis answers again for {Use}")]
    private static partial void LogBack(ILogger logger, string use);
}

/// <param name="Given">False when Redis was not asked or did not answer in time.</param>
/// <param name="Failed">It was asked, and did not answer.</param>
public readonly record struct RedisAnswer<T>(bool Given, T? Value, bool Failed = false);
