using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using BlogCreator.ServiceDefaults;
using BlogCreator.Tests.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class EcsLogsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    [Fact]
    public async Task A_reader_that_stops_holds_nobody_up_and_what_is_lost_is_counted_and_said()
    {
        using var output = new Pipe();
        using var logs = Logs(output);
        var log = logs.CreateLogger("test");

        // Returns although nothing is read: the writer waits, the callers do not.
        for (var i = 0; i < 30_000; i++)
        {
            Say(log, i);
        }

        await output.Stalled.Task.WaitAsync(TestContext.Current.CancellationToken);
        var dropped = logs.Dropped;
        Assert.InRange(dropped, 19_000, 20_001);

        output.Open();
        await Eventually.Holds(() => Task.FromResult(output.Lines.Any(line => line.Contains("Dropped", StringComparison.Ordinal))));
        var lines = output.Lines;
        Assert.Equal(30_000 - dropped, lines.Count(line => line.Contains("\"message\":\"line ", StringComparison.Ordinal)));
        Assert.Contains($"Dropped {dropped} lines", lines.Single(line => line.Contains("Dropped", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_few_huge_lines_do_not_fill_the_memory()
    {
        using var output = new Pipe();
        using var logs = Logs(output);
        var log = logs.CreateLogger("test");
        var huge = new string('x', 40_000);
        for (var i = 0; i < 2000; i++)
        {
            log.Log(LogLevel.Error, 0, huge, null, (text, _) => text);
        }

        await output.Stalled.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.InRange(logs.Dropped, 1400, 2000);
        output.Open();
    }

    [Fact]
    public void The_last_lines_are_written_before_the_end()
    {
        using var output = new Pipe();
        output.Open();
        var logs = Logs(output);
        for (var i = 0; i < 500; i++)
        {
            Say(logs.CreateLogger("test"), i);
        }

        logs.Dispose();
        Assert.Equal(500, output.Lines.Length);
        // Said after the end: nobody fails for it.
        Say(logs.CreateLogger("test"), 501);
        Assert.Equal(1, logs.Dropped);
    }

    [Fact]
    public void A_reader_that_is_gone_breaks_nothing()
    {
        using var output = new Pipe { IsBroken = true };
        output.Open();
        var logs = Logs(output);
        Say(logs.CreateLogger("test"), 1);
        Say(logs.CreateLogger("test"), 2);
        logs.Dispose();
        Assert.Equal(2, logs.Dropped);
    }

    public void Dispose() => _services.Dispose();

    private EcsLogs Logs(Pipe output) =>
        new(new EcsLine(new ServiceIdentity("api", "1", "Production"), TimeProvider.System), _services.GetRequiredService<IMeterFactory>(), output);

    private static void Say(ILogger log, int number) => log.Log(LogLevel.Information, 0, number, null, (i, _) => $"line {i}");

    /// <summary>A standard output whose reader does not read before it is told to.</summary>
    private sealed class Pipe : MemoryStream
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly ConcurrentQueue<string> _lines = new();

        public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsBroken { get; init; }

        public string[] Lines => [.. _lines];

        public void Open() => _open.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Stalled.TrySetResult();
            _open.Wait();
            if (IsBroken)
            {
                throw new IOException("Broken pipe");
            }

            _lines.Enqueue(Encoding.UTF8.GetString(buffer));
        }

        protected override void Dispose(bool disposing)
        {
            _open.Set();
            base.Dispose(disposing);
        }
    }
}
