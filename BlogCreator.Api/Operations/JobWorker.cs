using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Looks for jobs that are due and runs them, each kind in turn, so that a thousand of one do not hold up another. Quick
/// kinds have places of their own: a post goes out at its time however many documents are being read.
/// </summary>
public sealed partial class JobWorker(
    IServiceScopeFactory scopes,
    JobKinds kinds,
    JobSignal signal,
    JobBacklog backlog,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    IOptions<JobOptions> options,
    ILogger<JobWorker> logger) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    // While there is plenty of one kind, another that comes waits no longer than this.
    private static readonly TimeSpan LookBetween = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(5);

    // What takes milliseconds need not wait long when its worker died.
    private static readonly TimeSpan QuickLease = TimeSpan.FromSeconds(5);

    private readonly string _owner = $"{Environment.ProcessId}:{Guid.NewGuid():n}";
    private readonly ConcurrentDictionary<Guid, string> _busy = new();
    private readonly List<Task> _working = [];
    private readonly HashSet<string> _more = [];
    private long? _tookBack;
    private volatile Look _look = new(default, 0);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // From the signal on, and not when the service has drained: what waits here may start elsewhere at once.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        var tookOver = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!tookOver)
                {
                    await TakeOverAfterCrash(stop.Token);
                    tookOver = true;
                }

                await signal.Wait(await StartDue(stop.Token), stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception unexpected)
            {
                // The database may be away for a while; the worker must outlive that.
                LogLookFailed(logger, unexpected);
                await Task.Delay(LookAgain, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_working);
    }

    /// <summary>SQLite serves one process: what is still marked as running was left behind by one that died.</summary>
    private async Task TakeOverAfterCrash(CancellationToken cancel)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        if (db.Database.IsSqlite() && await JobQueue.TakeBack(db, DateTimeOffset.MaxValue, cancel) is > 0 and var left)
        {
            LogTookBack(logger, left);
        }
    }

    /// <returns>How long nothing is due, if nothing is stored meanwhile.</returns>
    private async Task<TimeSpan> StartDue(CancellationToken stopping)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        _working.RemoveAll(work => work.IsCompleted);
        if (_more.Count > 0 && _look.Age(clock) < LookBetween)
        {
            // A place is free and there was more than could be taken: no need to look first.
            await StartInTurn(db, [.. _more], stopping);
            if (_more.Count > 0)
            {
                return LookBetween - _look.Age(clock) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;
            }
        }

        var asked = clock.GetTimestamp();
        var (now, next) = await JobQueue.Look(db, kinds.Names, clock, stopping);
        _look = new Look(now, asked);
        backlog.Note(now, next);
        if (_tookBack is not { } before || clock.GetElapsedTime(before) >= LookAgain)
        {
            _tookBack = asked;
            if (await JobQueue.TakeBack(db, now, stopping) is > 0 and var left)
            {
                LogTookBack(logger, left);
                signal.Wake();
            }
        }

        _more.Clear();
        await StartInTurn(db, [.. next.Where(row => row.Value <= now).Select(row => row.Key)], stopping);
        var wait = next.Values.Where(due => due > now).Select(due => due - now).DefaultIfEmpty(LookAgain).Min();
        return wait < LookAgain ? wait : LookAgain;
    }

    private async Task StartInTurn(BlogDb db, IReadOnlyCollection<string> due, CancellationToken stopping)
    {
        foreach (var lane in due.GroupBy(kinds.IsQuick))
        {
            await StartInTurn(db, lane.Key, [.. lane], stopping);
        }
    }

    /// <summary>Fills the free places: first with the kind of which the fewest run here, and none takes all while another waits.</summary>
    private async Task StartInTurn(BlogDb db, bool quick, List<string> due, CancellationToken stopping)
    {
        var lease = LeaseOf(quick);
        _more.UnionWith(due);
        while (due.Count > 0)
        {
            foreach (var kind in due.OrderBy(kind => _busy.Values.Count(busy => busy == kind)).ToList())
            {
                var free = (quick ? options.Value.QuickWorkers : options.Value.Workers) - _busy.Values.Count(busy => kinds.IsQuick(busy) == quick);
                if (free <= 0)
                {
                    return;
                }

                var share = Math.Max(1, free / due.Count);
                var asked = clock.GetTimestamp();
                var now = _look.Now(clock);
                var claimed = await JobQueue.Claim(db, kind, share, _owner, now, lease, stopping);
                foreach (var job in claimed)
                {
                    _busy[job.Id] = kind;
                    _working.Add(Run(job, now, asked, stopping));
                }

                if (claimed.Count < share)
                {
                    due.Remove(kind);
                    _more.Remove(kind);
                }
            }
        }
    }

    private async Task Run(Job job, DateTimeOffset now, long asked, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await Work(job, new JobLease(job.Id, job.Subject, _owner, job.Attempts, now), asked, stopping);
        }
        catch (Exception unexpected)
        {
            // Whoever looks when its lease has run out takes it up again.
            LogLeft(logger, unexpected, job.Kind, job.Subject);
        }
        finally
        {
            _busy.TryRemove(job.Id, out _);
            signal.Wake();
        }
    }

    private async Task Work(Job job, JobLease lease, long asked, CancellationToken stopping)
    {
        if (job.Attempts > options.Value.MaxAttempts)
        {
            await GiveUp(job, lease, null, job.LastError ?? "It ended the service each time it was tried.", stopping);
            JobTelemetry.End(job.Kind, JobTelemetry.GaveUp, TimeSpan.Zero);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = Renew(lease, LeaseOf(kinds.IsQuick(job.Kind)), asked, stop);
        using var activity = JobTelemetry.Start(job, lease.At);
        var began = clock.GetTimestamp();
        try
        {
            using var scope = scopes.CreateScope();
            await kinds.Handler(job.Kind, scope.ServiceProvider).Run(lease, stop.Token);
            await End(lease, JobStatus.Done, null, TimeSpan.Zero);
            JobTelemetry.End(job.Kind, JobTelemetry.Done, clock.GetElapsedTime(began));
            LogDone(logger, job.Kind, job.Subject);
        }
        catch (LeaseLostException)
        {
            LogLeaseLost(logger, job.Kind, job.Subject);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping, or the lease was lost: hand the job back at once; this attempt does not count.
            await HandBack(lease, TimeSpan.Zero);
        }
        catch (JobNotReadyException notReady)
        {
            await HandBack(lease, notReady.Wait);
        }
        catch (Exception failure) when (IsOfTheDatabase(failure))
        {
            // Not the job's fault: it waits until the database is back, and this attempt does not count.
            LogFailed(logger, failure, job.Kind, job.Subject, job.Attempts);
            await HandBack(lease, LookAgain);
        }
        catch (Exception failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", failure.GetType().FullName);
            LogFailed(logger, failure, job.Kind, job.Subject, job.Attempts);
            if (job.Attempts >= options.Value.MaxAttempts)
            {
                await GiveUp(job, lease, failure, failure.Message, stopping);
                JobTelemetry.End(job.Kind, JobTelemetry.GaveUp, clock.GetElapsedTime(began));
            }
            else
            {
                JobTelemetry.End(job.Kind, JobTelemetry.Retried, clock.GetElapsedTime(began));
                await End(lease, JobStatus.Waiting, failure.Message, BackOff(job.Attempts));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await renewing;
        }
    }

    /// <summary>Keeps the lease; when that cannot be done the job is stopped before somebody else may begin it.</summary>
    private async Task Renew(JobLease lease, TimeSpan length, long held, CancellationTokenSource stop)
    {
        var wait = length / 3;
        try
        {
            while (true)
            {
                await Task.Delay(wait, clock, stop.Token);
                var asked = clock.GetTimestamp();
                var left = (length * 0.9) - clock.GetElapsedTime(held);
                if (left <= TimeSpan.Zero)
                {
                    await stop.CancelAsync();
                    return;
                }

                using var patience = new CancellationTokenSource(left, clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, patience.Token);
                try
                {
                    using var scope = scopes.CreateScope();
                    if (!await JobQueue.Renew(scope.ServiceProvider.GetRequiredService<BlogDb>(), lease, _look.Now(clock) + length, either.Token))
                    {
                        await stop.CancelAsync();
                        return;
                    }

                    (held, wait) = (asked, length / 3);
                }
                catch (Exception failure) when (!stop.IsCancellationRequested)
                {
                    LogRenewFailed(logger, failure, lease.JobId);
                    wait = length / 15;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job ended.
        }
    }

    private Task End(JobLease lease, JobStatus status, string? error, TimeSpan wait)
    {
        var shortened = error is { Length: > 2000 } ? error[..2000] : error;
        return Surely(lease, (set, now) => set
            .SetProperty(job => job.Status, status)
            .SetProperty(job => job.LeaseOwner, (string?)null)
            .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
            .SetProperty(job => job.LastError, shortened)
            .SetProperty(job => job.RunAfter, now + wait));
    }

    private Task HandBack(JobLease lease, TimeSpan wait) => Surely(lease, (set, now) => set
        .SetProperty(job => job.Status, JobStatus.Waiting)
        .SetProperty(job => job.LeaseOwner, (string?)null)
        .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
        .SetProperty(job => job.RunAfter, now + wait)
        .SetProperty(job => job.Attempts, job => job.Attempts - 1));

    private async Task GiveUp(Job job, JobLease lease, Exception? failure, string error, CancellationToken stopping)
    {
        using var scope = scopes.CreateScope();
        await kinds.Handler(job.Kind, scope.ServiceProvider).GiveUp(job.Subject, error, stopping);
        await End(lease, JobStatus.Dead, error, TimeSpan.Zero);
        LogGaveUp(logger, failure, job.Kind, job.Subject, job.Attempts);
    }

    /// <summary>Stores how a job ended, also when the database is away at that moment; after the lease it is no longer ours to say.</summary>
    private async Task Surely(JobLease lease, Action<UpdateSettersBuilder<Job>, DateTimeOffset> change)
    {
        using var patience = new CancellationTokenSource(options.Value.Lease, clock);
        while (true)
        {
            try
            {
                await Update(lease, change, patience.Token);
                return;
            }
            catch (Exception failure) when (IsOfTheDatabase(failure) && !patience.IsCancellationRequested)
            {
                await Task.Delay(LookAgain / 4, clock, patience.Token);
            }
        }
    }

    private async Task Update(JobLease lease, Action<UpdateSettersBuilder<Job>, DateTimeOffset> change, CancellationToken cancel)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var now = _look.Now(clock);
        await lease.Held(db).ExecuteUpdateAsync(set => change(set, now), cancel);
    }

    private TimeSpan LeaseOf(bool quick) => quick && options.Value.Lease > QuickLease ? QuickLease : options.Value.Lease;

    /// <summary>Longer each time, and never the same for many that failed together.</summary>
    private static TimeSpan BackOff(int attempts)
    {
        var seconds = Math.Min(Math.Pow(2, attempts - 1), LongestBackOff.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.75 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>Whether the database was away, or asked for another try: it restarts, has no room, or chose this one of two that waited for each other.</summary>
    internal static bool IsOfTheDatabase(Exception? failure) => failure switch
    {
        null => false,
        // No room, or not to be written to: that may pass, and is not the job's doing.
        _ when FullDatabase.Is(failure) => true,
        // Too slow for the time that a statement has: so it may be each time.
        DbException { InnerException: TimeoutException } => false,
        // Classes of PostgreSQL: connection, rolled back, resources, operator intervention, system.
        DbException { IsTransient: true } => true,
        DbException { SqlState: { Length: 5 } state } => state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("40", StringComparison.Ordinal)
            || state.StartsWith("53", StringComparison.Ordinal) || state.StartsWith("57P", StringComparison.Ordinal) || state.StartsWith("58", StringComparison.Ordinal),
        _ => IsOfTheDatabase(failure.InnerException),
    };

    /// <summary>The time that the database told at the last look; since then a clock has run that nobody sets.</summary>
    private sealed record Look(DateTimeOffset Told, long Asked)
    {
        public TimeSpan Age(TimeProvider clock) => clock.GetElapsedTime(Asked);

        public DateTimeOffset Now(TimeProvider clock) => Told + Age(clock);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Took back {Count} jobs that a stopped process had left")]
    private static partial void LogTookBack(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Finished {Kind} of {Subject}")]
    private static partial void LogDone(ILogger logger, string kind, Guid subject);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the lease on {Kind} of {Subject}")]
    private static partial void LogLeaseLost(ILogger logger, string kind, Guid subject);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Failed {Kind} of {Subject} at attempt {Attempt}")]
    private static partial void LogFailed(ILogger logger, Exception failure, string kind, Guid subject, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Gave up {Kind} of {Subject} after {Attempts} attempts")]
    private static partial void LogGaveUp(ILogger logger, Exception? failure, string kind, Guid subject, int attempts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not say how {Kind} of {Subject} ended; it is taken up again when its lease has run out")]
    private static partial void LogLeft(ILogger logger, Exception failure, string kind, Guid subject);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not renew the lease on job {JobId}")]
    private static partial void LogRenewFailed(ILogger logger, Exception failure, Guid jobId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look for jobs")]
    private static partial void LogLookFailed(ILogger logger, Exception failure);
}
