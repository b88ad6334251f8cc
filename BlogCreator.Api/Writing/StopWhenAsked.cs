using BlogCreator.Api.Data;
using BlogCreator.Contracts;
using Microsoft.EntityFrameworkCore;

namespace BlogCreator.Api.Writing;

/// <summary>Runs the steps of a generation and ends them within a second when the person asks to stop, also in the middle of a model's answer.</summary>
internal sealed partial class StopWhenAsked(IServiceScopeFactory scopes, BlogDb db, LiveText live, TimeProvider clock, ILogger<StopWhenAsked> logger)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(400);

    /// <returns>How the generation stands afterwards.</returns>
    public async Task<GenerationStatus> Run(WritingRun run, Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        var id = run.Generation.Id;
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var watching = Watch(id, working, ended.Token);
        try
        {
            await work(working.Token);
            return run.Generation.Status;
        }
        catch (Exception stopped) when (stopped is WritingStoppedException || (stopped is OperationCanceledException && working.IsCancellationRequested && !cancel.IsCancellationRequested))
        {
            // Whatever was about to be stored is not.
            db.ChangeTracker.Clear();
            var generation = await db.Generations.SingleAsync(generation => generation.Id == id, cancel);
            await run.Store(async () =>
            {
                generation.Cancel(clock.GetUtcNow());
                await run.Tell("cancelled", new { }, cancel);
            }, cancel);
            return GenerationStatus.Cancelled;
        }
        finally
        {
            live.Clear(id);
            await ended.CancelAsync();
            await watching;
        }
    }

    private async Task Watch(Guid id, CancellationTokenSource working, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(LookAgain, clock);
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(ended);
                using var scope = scopes.CreateScope();
                if (await scope.ServiceProvider.GetRequiredService<BlogDb>().Generations.AnyAsync(row => row.Id == id && row.CancelRequested, ended))
                {
                    await working.CancelAsync();
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure)
            {
                // The database may be away for a moment; the steps notice by themselves when it stays away.
                LogLookFailed(logger, failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Could not look whether a generation is to stop")]
    private static partial void LogLookFailed(ILogger logger, Exception failure);
}
