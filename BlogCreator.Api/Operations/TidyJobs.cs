using BlogCreator.Api.Data;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Operations;

/// <summary>Counts what waits, for the alarms, and forgets what was done long ago. On every replica; twice does no harm.</summary>
internal sealed partial class TidyJobs(IServiceScopeFactory scopes, JobBacklog backlog, TimeProvider clock, ILogger<TidyJobs> logger) : BackgroundService
{
    private const int CountsBetweenTidying = 360;
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepDone = TimeSpan.FromDays(7);
    private static readonly TimeSpan KeepRequestKeys = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(CountEvery, clock);
        for (var round = 0; !stoppingToken.IsCancellationRequested; round++)
        {
            try
            {
                using var scope = scopes.CreateScope();
                var db = scope.ServiceProvider.GetRequiredService<BlogDb>();
                var now = await JobQueue.Now(db, clock, stoppingToken);
                backlog.Note(await db.Jobs
                    .Where(job => job.Status == JobStatus.Waiting && job.RunAfter <= now)
                    .GroupBy(job => job.Kind)
                    .Select(kind => new { kind.Key, Count = kind.Count() })
                    .ToDictionaryAsync(kind => kind.Key, kind => kind.Count, stoppingToken));
                if (round % CountsBetweenTidying == 0)
                {
                    var old = now - KeepDone;
                    await db.Jobs.Where(job => job.Status == JobStatus.Done && job.RunAfter < old).ExecuteDeleteAsync(stoppingToken);
                    var yesterday = now - KeepRequestKeys;
                    await db.RequestKeys.Where(request => request.CreatedAt < yesterday).ExecuteDeleteAsync(stoppingToken);
                }

                await timer.WaitForNextTickAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogFailed(logger, failure);
                await Task.Delay(CountEvery, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not count and tidy the jobs")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
