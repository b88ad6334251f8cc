using System.Globalization;
using System.Net;

namespace BlogCreator.Api.Writing.Models;

/// <summary>
/// Waits and asks again where the endpoint says that it is busy, as long as it asks for, but not for ever. Nothing else is
/// repeated: a stream that has begun cannot be, and each call costs.
/// </summary>
internal sealed class WaitWhenBusy(TimeProvider clock) : DelegatingHandler
{
    private const int MostAttempts = 4;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content)
        {
            await content.LoadIntoBufferAsync(cancellationToken);
        }

        for (var attempt = 1; ; attempt++)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or (HttpStatusCode)529) || attempt == MostAttempts)
            {
                return answer;
            }

            var wait = Asked(answer) ?? TimeSpan.FromSeconds(Math.Pow(2, attempt - 1));
            if (wait > LongestWait)
            {
                return answer;
            }

            answer.Dispose();
            Silence.Current?.Waits(wait);
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private TimeSpan? Asked(HttpResponseMessage answer)
    {
        // Finer than the standard's whole seconds; both large providers send it.
        if (answer.Headers.TryGetValues("retry-after-ms", out var fine)
            && double.TryParse(fine.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and < int.MaxValue)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        var asked = answer.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return asked is { } wait && wait < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }
}

/// <summary>Ends an answer that is larger than any post: what reads it keeps whole lines in memory.</summary>
internal sealed class LimitAnswer : DelegatingHandler
{
    private const long MostBytes = 16 << 20;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        var limited = new StreamContent(new LimitedStream(await answer.Content.ReadAsStreamAsync(cancellationToken)));
        foreach (var header in answer.Content.Headers)
        {
            limited.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        answer.Content = limited;
        return answer;
    }

    private sealed class LimitedStream(Stream inner) : Stream
    {
        private long _left = MostBytes;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Count(int read) => (_left -= read) >= 0 ? read : throw new HttpIOException(HttpRequestError.ConfigurationLimitExceeded, "The answer of the language model is too large.");
    }
}
