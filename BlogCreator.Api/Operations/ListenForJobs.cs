using BlogCreator.Api.Data;
using Npgsql;

namespace BlogCreator.Api.Operations;

/// <summary>
/// Hears from PostgreSQL that a job was stored by another process, over one connection of its own. While that is away the
/// look once a second finds what was stored.
/// </summary>
internal sealed partial class ListenForJobs(BlogDbConnection database, JobSignal signal, TimeProvider clock, ILogger<ListenForJobs> logger) : BackgroundService
{
    // Seconds: a connection that died without a word is noticed and made again.
    private const int KeepAlive = 10;
    private static readonly TimeSpan ConnectAgain = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsPostgres)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Listen(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotHeard(logger, failure);
                await Task.Delay(ConnectAgain, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Listen(CancellationToken cancel)
    {
        await using var connection = await database.OpenPostgres(
            own =>
            {
                (own.KeepAlive, own.Multiplexing) = (KeepAlive, false);
                own.ApplicationName += " (listens)";
            },
            cancel);
        connection.Notification += (_, _) => signal.Wake();
        await using (var command = new NpgsqlCommand("LISTEN blogcreator_jobs", connection))
        {
            await command.ExecuteNonQueryAsync(cancel);
        }

        // What was stored before anybody listened.
        signal.Wake();
        while (true)
        {
            await connection.WaitAsync(cancel);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Does not hear of new jobs from the database; looks once a second meanwhile")]
    private static partial void LogNotHeard(ILogger logger, Exception failure);
}
