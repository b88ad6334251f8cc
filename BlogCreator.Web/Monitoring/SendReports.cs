using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using BlogCreator.ServiceDefaults.Errors;

namespace BlogCreator.Web.Monitoring;

/// <summary>Sends on what browsers reported, one after the other; what is too much is forgotten, and nobody waits for it.</summary>
internal sealed partial class SendReports(SentryProject project, TimeProvider clock, ILogger<SendReports> logger) : BackgroundService
{
    private const int Most = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Most) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    // Of its own: the clients of the factory try again and carry our trace along.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = Patience,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
    });

    public void Send(byte[] envelope) => _waiting.Writer.TryWrite(envelope);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var envelope in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                if (await Send(envelope, stoppingToken) is { } rest)
                {
                    await Task.Delay(rest, clock, stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, failure);
            }
        }
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <returns>How long it wants to be left alone; null when it does not.</returns>
    private async Task<TimeSpan?> Send(byte[] envelope, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, patience.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, project.Address.Envelopes) { Content = new ByteArrayContent(envelope) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-sentry-envelope");
        request.Headers.TryAddWithoutValidation("X-Sentry-Auth", $"Sentry sentry_version=7, sentry_client=blogcreator.web/1, sentry_key={project.Address.Key}");
        using var answer = await _http.SendAsync(request, either.Token);
        if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
        {
            return null;
        }

        return answer.Headers.RetryAfter?.Delta is { } said && said < TimeSpan.FromHours(1) ? said : Rest;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A report of a browser could not be sent on")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
