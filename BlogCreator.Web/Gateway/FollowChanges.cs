using System.Text.Json;
using BlogCreator.Contracts;
using BlogCreator.Web.Public;
using BlogCreator.Web.Shell;
using Microsoft.AspNetCore.OutputCaching;

namespace BlogCreator.Web.Gateway;

/// <summary>Follows Api's stream of changes for as long as the service runs, and lets go of the pages that a change made old.</summary>
internal sealed partial class FollowChanges(
    IHttpClientFactory clients, ContentVersion version, IOutputCacheStore pages, ILogger<FollowChanges> logger) : BackgroundService
{
    public const string Client = "changes";

    // Api writes something every four seconds; after this the connection is taken for dead.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Follow(stoppingToken);
            }
            catch (Exception e) when (ApiAway.Explains(e) || e is IOException or ApiProblemException or OperationCanceledException or JsonException)
            {
                // Tried again below.
            }

            var followed = version.Lose();
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            if (followed)
            {
                LogChangesLost(logger);
                pause = ShortestPause;
            }

            await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task Follow(CancellationToken stopping)
    {
        using var http = clients.CreateClient(Client);
        using var heard = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        heard.CancelAfter(Silence);
        await foreach (var change in new BlogApi(http).FollowChanges(version.Number, heard.Token))
        {
            heard.CancelAfter(Silence);
            switch (change)
            {
                case null:
                    continue;
                case { Kind: null }:
                    version.Follow(change.Number, Time(change), change.Build);
                    break;
                default:
                    version.Advance(change.Number, Time(change));
                    break;
            }

            // They would never be found again; this only gives back their memory.
            foreach (var stamp in version.TakeLeft())
            {
                await pages.EvictByTagAsync(PublicPagePolicy.TagOf(stamp), heard.Token);
            }
        }
    }

    private static long Time(ContentChangeDetails change) => change.At?.ToUnixTimeMilliseconds() ?? 0;

    [LoggerMessage(Level = LogLevel.Warning, Message = "ChangesLost: pages are kept for two seconds only until Api's changes can be followed again")]
    private static partial void LogChangesLost(ILogger logger);
}
