using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>
/// Reads the files again and again, and the servers when it is time. Not by a watcher of the file system: that sees nothing of a
/// file which is mounted by itself and rewritten outside the container.
/// </summary>
internal sealed partial class WatchSecrets(IConfigurationRoot configuration, TimeProvider clock, ILogger<WatchSecrets> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? told = null;
        while (SecretsFeature.Provider(configuration) is { } secrets)
        {
            await Task.Delay(secrets.Poll, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (secrets.ReadAgain(atOnce: false) is { Count: > 0 } changed)
                {
                    var settings = string.Join(", ", changed);
                    LogChanged(logger, settings);
                }
            }
            catch (Exception failure)
            {
                // Somebody who was told of the change has failed. The next look must come all the same.
                LogFailed(logger, failure.GetType().Name);
            }

            if (secrets.Trouble != told)
            {
                told = secrets.Trouble;
                if (told is null)
                {
                    LogBack(logger);
                }
                else
                {
                    LogTrouble(logger, told);
                }
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "SecretsChanged: {Settings} have a new value")]
    private static partial void LogChanged(ILogger logger, string settings);

    [LoggerMessage(Level = LogLevel.Warning, Message = "SecretsAway: those known before are used. {Reason}")]
    private static partial void LogTrouble(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "SecretsBack: all secrets can be read again")]
    private static partial void LogBack(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "A new secret was not taken ({Failure})")]
    private static partial void LogFailed(ILogger logger, string failure);
}
