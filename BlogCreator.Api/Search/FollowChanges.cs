using System.Diagnostics.Metrics;
using System.Globalization;
using BlogCreator.Api.Data;
using BlogCreator.Api.Platform;
using BlogCreator.Api.Search.Elastic;
using BlogCreator.Api.Search.Embeddings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Search;

/// <summary>
/// Keeps the search engine true, in every replica: fills an index where one is to be filled, sends changes as they come, and
/// outlives any failure of the engine and of the database.
/// </summary>
internal sealed partial class FollowChanges(IServiceScopeFactory scopes, IOptions<SearchOptions> options, EmbedTexts embed, Circuit circuit, TimeProvider clock, ILogger<FollowChanges> logger) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly Gauge<long> Waiting = Telemetry.Meter.CreateGauge<long>("search_outbox_waiting", description: "Changes that the search engine has not been told of");
    private readonly SemaphoreSlim _keepNow = new(0, 1);
    private IndexShape? _shape;
    private int _lost;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Value.IsSet
            ? Task.WhenAll(Repeat(Keep, stoppingToken), Repeat(Send, stoppingToken), Repeat(Forget, stoppingToken))
            : Repeat(Forget, stoppingToken);

    public override void Dispose()
    {
        _keepNow.Dispose();
        base.Dispose();
    }

    /// <summary>The shape of this release's indices; without vectors while nobody can say how long they are.</summary>
    internal static async Task<IndexShape> Shape(BlogDb db, EmbedTexts embed, SearchOptions options, CancellationToken cancel)
    {
        if (embed.IsSet && await embed.Learn(cancel) is null)
        {
            // It was there before: its vectors have not changed, and what waits for that index must go on.
            var beginning = $"v{IndexShape.Version}+{embed.Sign}x";
            var known = await db.SearchIndexes.Where(index => index.Mapping.StartsWith(beginning) && index.State != SearchIndexState.Retired).OrderByDescending(index => index.Id).Select(index => index.Mapping).FirstOrDefaultAsync(cancel);
            if (known is not null && int.TryParse(known[beginning.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var dimensions))
            {
                embed.Remember(new VectorShape(embed.Sign, dimensions));
            }
        }

        return new IndexShape(options.IndexPrefix, embed.Shape);
    }

    /// <summary>Does it again and again, with growing pauses while it fails.</summary>
    private async Task Repeat(Func<IServiceProvider, CancellationToken, Task<TimeSpan>> once, CancellationToken stopping)
    {
        for (var failures = 0; !stopping.IsCancellationRequested;)
        {
            TimeSpan wait;
            try
            {
                using var scope = scopes.CreateScope();
                wait = await once(scope.ServiceProvider, stopping);
                failures = 0;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ElasticException failure)
            {
                failures++;
                wait = failure.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, Math.Pow(2, Math.Min(failures, 6) - 1)));
                if (failure.Failure is ElasticFailure.Missing)
                {
                    WakeKeeper();
                }

                if (!failure.IsOutage || Interlocked.Exchange(ref _lost, 1) == 0)
                {
                    // Once an outage, not once a try.
                    LogFailed(logger, failure.Failure, failure.Message);
                }
            }
            catch (Exception unexpected)
            {
                // The database may be away for a while; this must outlive that.
                failures++;
                wait = LongestWait < TimeSpan.FromSeconds(failures) ? LongestWait : TimeSpan.FromSeconds(failures);
                LogUnexpected(logger, unexpected);
            }

            if (wait > TimeSpan.Zero)
            {
                var pause = once == Keep ? _keepNow.WaitAsync(wait, stopping) : Task.Delay(wait, clock, stopping);
                await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<TimeSpan> Keep(IServiceProvider services, CancellationToken cancel)
    {
        var db = services.GetRequiredService<BlogDb>();
        var shape = await Shape(db, embed, options.Value, cancel);
        Volatile.Write(ref _shape, shape);
        var keep = services.GetRequiredService<KeepIndexes>();
        var own = await keep.Own(shape, cancel);
        var ids = own.ConvertAll(index => index.Id);
        Waiting.Record(await db.SearchChanges.LongCountAsync(change => ids.Contains(change.IndexId) && change.RejectedAt == null, cancel));

        // Also what finds out that the engine is back while nobody searches and nothing changes.
        await services.GetRequiredService<ElasticClient>().Info(cancel);
        if (Interlocked.Exchange(ref _lost, 0) == 1)
        {
            LogBack(logger);
        }

        await keep.Settle(shape, cancel);
        // Anew: one that was lost has just made room for another.
        foreach (var index in (await keep.Own(shape, cancel)).Where(index => index.State is SearchIndexState.Filling))
        {
            if (await services.GetRequiredService<FillIndex>().Run(index.Id, shape, null, cancel))
            {
                await keep.Settle(shape, cancel);
            }
        }

        return KeepEvery;
    }

    private async Task<TimeSpan> Send(IServiceProvider services, CancellationToken cancel)
    {
        if (Volatile.Read(ref _shape) is not { } shape)
        {
            return LookAgain;
        }

        var own = await services.GetRequiredService<KeepIndexes>().Own(shape, cancel);
        if (circuit.IsOpen)
        {
            // The keeper finds out when it is back; until then the changes are safe where they are.
            return LookAgain;
        }

        var sent = 0;
        foreach (var index in own.Where(index => index.OpenBefore is not null))
        {
            sent += await services.GetRequiredService<SendChanges>().Run(index.Id, shape, cancel);
        }

        return sent > 0 ? TimeSpan.Zero : LookAgain;
    }

    private static async Task<TimeSpan> Forget(IServiceProvider services, CancellationToken cancel)
    {
        await services.GetRequiredService<KeepIndexes>().Forget(cancel);
        return ForgetEvery;
    }

    private void WakeKeeper()
    {
        try
        {
            _keepNow.Release();
        }
        catch (SemaphoreFullException)
        {
            // Woken already.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The search engine failed ({Failure}): {Reason} The database's own index answers meanwhile, and changes are kept")]
    private static partial void LogFailed(ILogger logger, ElasticFailure failure, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The search engine is back")]
    private static partial void LogBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not follow the changes for search")]
    private static partial void LogUnexpected(ILogger logger, Exception unexpected);
}
