using System.Collections.Concurrent;
using System.Text.Json;
using StackExchange.Redis;

namespace BlogCreator.Api.Platform;

/// <summary>
/// Tells the other replicas of this service at once what is new, over Redis. Only hints: what is lost, or cannot be told
/// because there is no Redis, is found at the next look.
/// </summary>
public sealed partial class Replicas(IServiceProvider services, ILogger<Replicas> logger) : BackgroundService
{
    private const int Longest = 256 * 1024;
    private const string Pulse = "pulse";
    private static readonly RedisChannel Channel = RedisChannel.Literal("blogcreator:replicas");
    private static readonly TimeSpan PulseEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    private readonly Guid _self = Guid.NewGuid();
    private readonly IConnectionMultiplexer? _redis = services.GetService<IConnectionMultiplexer>();
    private readonly ConcurrentDictionary<string, Action<Guid, JsonElement?>> _heard = new(StringComparer.Ordinal);
    private bool _heardMyself;

    /// <summary>What to do when another replica tells about <paramref name="topic"/>; must be quick.</summary>
    public void Hear(string topic, Action<Guid, JsonElement?> heard) => _heard[topic] = heard;

    public void Tell(string topic, Guid subject = default) => Send(topic, subject, static () => null);

    public void Tell<T>(string topic, Guid subject, T news) => Send(topic, subject, () => JsonSerializer.SerializeToElement(news, JsonSerializerOptions.Web));

    private void Send(string topic, Guid subject, Func<JsonElement?> news)
    {
        if (_redis is not { IsConnected: true })
        {
            return;
        }

        var message = JsonSerializer.SerializeToUtf8Bytes(new Message(_self, topic, subject, news()), JsonSerializerOptions.Web);
        if (message.Length > Longest)
        {
            return;
        }

        try
        {
            _redis.GetSubscriber().Publish(Channel, message, CommandFlags.FireAndForget);
        }
        catch (Exception away) when (away is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The next look finds it.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_redis is null)
        {
            return;
        }

        var subscribed = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var subscriber = _redis.GetSubscriber();
                if (!subscribed)
                {
                    // Whatever is left of an earlier one.
                    await subscriber.UnsubscribeAsync(Channel);
                    // In the order in which they were sent: growing text must not shrink.
                    (await subscriber.SubscribeAsync(Channel)).OnMessage(sent => Receive(sent.Message));
                }

                // Whoever does not hear itself is not subscribed any more, whatever its client believes after Redis was away.
                Volatile.Write(ref _heardMyself, false);
                await subscriber.PublishAsync(Channel, JsonSerializer.SerializeToUtf8Bytes(new Message(_self, Pulse, default, null), JsonSerializerOptions.Web));
                await Task.Delay(PulseEvery, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                subscribed = Volatile.Read(ref _heardMyself);
            }
            catch (Exception away) when (away is RedisException or TimeoutException)
            {
                subscribed = false;
                await Task.Delay(TryAgain, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Receive(byte[]? sent)
    {
        if (sent is null || sent.Length > Longest)
        {
            return;
        }

        try
        {
            if (JsonSerializer.Deserialize<Message>(sent, JsonSerializerOptions.Web) is not { Topic: not null } message)
            {
                return;
            }

            if (message.From == _self)
            {
                Volatile.Write(ref _heardMyself, true);
            }
            else if (_heard.TryGetValue(message.Topic, out var heard))
            {
                heard(message.Subject, message.News);
            }
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException or ArgumentException)
        {
            // Of another version, or of nobody who knows us.
            LogUnreadable(logger, unreadable);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Could not read what another replica told")]
    private static partial void LogUnreadable(ILogger logger, Exception unreadable);

    private sealed record Message(Guid From, string Topic, Guid Subject, JsonElement? News);
}
