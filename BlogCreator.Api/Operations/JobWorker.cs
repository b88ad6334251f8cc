using System.Diagnostics;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Claims waiting jobs and runs them. A claim is one conditional update, so that of two workers one wins; a lease that
/// is not renewed in time falls to whoever comes first.
/// </summary>
public sealed partial class JobWorker(
    IServiceScopeFactory scopes,
    JobKinds kinds,
    JobSignal signal,
    TimeProvider clock,
    IOptions<JobOptions> options,
    ILogger<JobWorker> logger) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private readonly string _owner = $"{Environment.ProcessId}:{Guid.NewGuid():n}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await TakeOverAfterCrash(stoppingToken);
        await Task.WhenAll(Enumerable.Range(0, options.Value.Workers).Select(_ => Loop(stoppingToken)));
    }

    /// <summary>SQLite serves one process: what is still marked as running was left behind by one that died.</summary>
    private async Task TakeOverAfterCrash(CancellationToken cancel)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        if (!db.Database.IsSqlite())
        {
            return;
        }

        var left = await db.Jobs
            .Where(job => job.Status == JobStatus.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(job => job.LeaseUntil, DateTimeOffset.UnixEpoch), cancel);
        if (left > 0)
        {
            LogTookOver(logger, left);
        }
    }

    private async Task Loop(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!await RunNext(stopping))
                {
                    await signal.Wait(LookAgain, stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception unexpected)
            {
                // The database may be away for a while; the worker must outlive that.
                LogLoopFailed(logger, unexpected);
                await signal.Wait(LookAgain, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <returns>False when no job was waiting.</returns>
    private async Task<bool> RunNext(CancellationToken stopping)
    {
        if (await Claim(stopping) is not { } claimed)
        {
            return false;
        }

        // Another worker may find the next one at once.
        signal.Wake();
        if (claimed.Attempts > options.Value.MaxAttempts)
        {
            await GiveUp(claimed, claimed.LastError ?? "It ended the service each time it was tried.", stopping);
            return true;
        }

        var lease = new JobLease(claimed.Id, claimed.Subject, _owner, claimed.Attempts);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = Renew(lease, stop);
        using var activity = Telemetry.Source.StartActivity($"job {claimed.Kind}");
        try
        {
            using var scope = scopes.CreateScope();
            await kinds.Handler(claimed.Kind, scope.ServiceProvider).Run(lease, stop.Token);
            await End(lease, JobStatus.Done, null, clock.GetUtcNow(), CancellationToken.None);
            LogDone(logger, claimed.Kind, claimed.Subject);
        }
        catch (LeaseLostException)
        {
            LogLeaseLost(logger, claimed.Kind, claimed.Subject);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopping, or the lease was lost: hand the job back at once; this attempt does not count.
            await HandBack(lease, clock.GetUtcNow());
        }
        catch (JobNotReadyException notReady)
        {
            await HandBack(lease, clock.GetUtcNow() + notReady.Wait);
        }
        catch (Exception failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            LogFailed(logger, failure, claimed.Kind, claimed.Subject, claimed.Attempts);
            if (claimed.Attempts >= options.Value.MaxAttempts)
            {
                await GiveUp(claimed, failure.Message, stopping);
            }
            else
            {
                var wait = TimeSpan.FromSeconds(Math.Pow(2, claimed.Attempts - 1));
                await End(lease, JobStatus.Waiting, failure.Message, clock.GetUtcNow() + wait, CancellationToken.None);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await renewing;
        }

        return true;
    }

    private async Task<Job?> Claim(CancellationToken cancel)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        var known = kinds.Names;
        while (true)
        {
            var now = clock.GetUtcNow();
            var next = await db.Jobs.AsNoTracking()
                .Where(job => known.Contains(job.Kind)
                    && ((job.Status == JobStatus.Waiting && job.RunAfter <= now) || (job.Status == JobStatus.Running && job.LeaseUntil < now)))
                .OrderBy(job => job.RunAfter)
                .FirstOrDefaultAsync(cancel);
            if (next is null)
            {
                return null;
            }

            var won = await db.Jobs
                .Where(job => job.Id == next.Id && job.Attempts == next.Attempts && job.Status == next.Status && job.LeaseOwner == next.LeaseOwner)
                .ExecuteUpdateAsync(
                    set => set
                        .SetProperty(job => job.Status, JobStatus.Running)
                        .SetProperty(job => job.LeaseOwner, _owner)
                        .SetProperty(job => job.LeaseUntil, now + options.Value.Lease)
                        .SetProperty(job => job.Attempts, job => job.Attempts + 1),
                    cancel);
            if (won == 1)
            {
                return await db.Jobs.AsNoTracking().FirstOrDefaultAsync(job => job.Id == next.Id, cancel);
            }
        }
    }

    private async Task Renew(JobLease lease, CancellationTokenSource stop)
    {
        using var timer = new PeriodicTimer(options.Value.Lease / 3, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                if (await Update(lease, set => set.SetProperty(job => job.LeaseUntil, clock.GetUtcNow() + options.Value.Lease), stop.Token) == 0)
                {
                    await stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job ended.
        }
        catch (Exception failure)
        {
            // Without a renewal the lease runs out and someone else may begin: stop first.
            LogRenewFailed(logger, failure, lease.JobId);
            await stop.CancelAsync();
        }
    }

    private Task<int> End(JobLease lease, JobStatus status, string? error, DateTimeOffset runAfter, CancellationToken cancel)
    {
        var shortened = error is { Length: > 2000 } ? error[..2000] : error;
        return Update(
            lease,
            set => set
                .SetProperty(job => job.Status, status)
                .SetProperty(job => job.LeaseOwner, (string?)null)
                .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
                .SetProperty(job => job.LastError, shortened)
                .SetProperty(job => job.RunAfter, runAfter),
            cancel);
    }

    private Task<int> HandBack(JobLease lease, DateTimeOffset runAfter) => Update(
        lease,
        set => set
            .SetProperty(job => job.Status, JobStatus.Waiting)
            .SetProperty(job => job.LeaseOwner, (string?)null)
            .SetProperty(job => job.LeaseUntil, (DateTimeOffset?)null)
            .SetProperty(job => job.RunAfter, runAfter)
            .SetProperty(job => job.Attempts, job => job.Attempts - 1),
        CancellationToken.None);

    private async Task GiveUp(Job job, string error, CancellationToken stopping)
    {
        var lease = new JobLease(job.Id, job.Subject, _owner, job.Attempts);
        using var scope = scopes.CreateScope();
        await kinds.Handler(job.Kind, scope.ServiceProvider).GiveUp(job.Subject, error, stopping);
        await End(lease, JobStatus.Dead, error, clock.GetUtcNow(), CancellationToken.None);
        LogGaveUp(logger, job.Kind, job.Subject, job.Attempts);
    }

    private async Task<int> Update(
        JobLease lease,
        Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<Job>> change,
        CancellationToken cancel)
    {
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
        return await db.Jobs
            .Where(job => job.Id == lease.JobId && job.LeaseOwner == lease.Owner && job.Attempts == lease.Attempt && job.Status == JobStatus.Running)
            .ExecuteUpdateAsync(change, cancel);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Took over {Count} jobs that a stopped process had left")]
    private static partial void LogTookOver(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Finished {Kind} of {Subject}")]
    private static partial void LogDone(ILogger logger, string kind, Guid subject);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lost the lease on {Kind} of {Subject}")]
    private static partial void LogLeaseLost(ILogger logger, string kind, Guid subject);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Failed {Kind} of {Subject} at attempt {Attempt}")]
    private static partial void LogFailed(ILogger logger, Exception failure, string kind, Guid subject, int attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Gave up {Kind} of {Subject} after {Attempts} attempts")]
    private static partial void LogGaveUp(ILogger logger, string kind, Guid subject, int attempts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not renew the lease on job {JobId}")]
    private static partial void LogRenewFailed(ILogger logger, Exception failure, Guid jobId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not look for jobs")]
    private static partial void LogLoopFailed(ILogger logger, Exception failure);
}
