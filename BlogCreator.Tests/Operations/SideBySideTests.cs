using BlogCreator.Api.Operations;
using BlogCreator.Contracts;
using BlogCreator.Tests.Platform;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace BlogCreator.Tests.Operations;

/// <summary>How much a look at the page of operations asks of the database at a time.</summary>
public sealed class SideBySideTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_are_asked_at_once_and_all_are_answered()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        // Its clock stands still, so that nobody runs out of time.
        using var within = new WithinTime(services.GetRequiredService<IServiceScopeFactory>(), new FakeTimeProvider(), NullLogger<WithinTime>.Instance);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (now, most) = (0, 0);
        var counting = new Lock();
        var asked = Enumerable.Range(0, 12).Select(number => within.Ask(
            $"part {number}",
            async (_, _) =>
            {
                lock (counting)
                {
                    now++;
                    most = Math.Max(most, now);
                }

                await gate.Task;
                lock (counting)
                {
                    now--;
                }

                return number;
            },
            _ => -1,
            Cancel)).ToList();
        await Eventually.Holds(() => Task.FromResult(Volatile.Read(ref most) >= 4));
        // Time for a fifth to show itself.
        await Task.Delay(200, Cancel);
        Assert.Equal(4, Volatile.Read(ref now));
        gate.SetResult();
        Assert.Equal(Enumerable.Range(0, 12), await Task.WhenAll(asked));
        Assert.Equal(4, most);
    }

    [Fact]
    public async Task Who_broke_or_was_left_gives_its_place_back()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var clock = new FakeTimeProvider();
        using var within = new WithinTime(services.GetRequiredService<IServiceScopeFactory>(), clock, NullLogger<WithinTime>.Instance);
        for (var turn = 0; turn < 6; turn++)
        {
            Assert.Equal("broke", await within.Ask<string>("breaks", (_, _) => throw new InvalidOperationException(), late => late ? "late" : "broke", Cancel));
        }

        var never = new TaskCompletionSource<string>();
        var hanging = Enumerable.Range(0, 6).Select(number => within.Ask($"hangs {number}", (_, _) => never.Task, late => late ? "late" : "broke", Cancel)).ToList();
        await Eventually.Holds(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(6));
            return Task.FromResult(hanging.TrueForAll(one => one.IsCompleted));
        });
        Assert.All(await Task.WhenAll(hanging), said => Assert.Equal("late", said));
        Assert.Equal("well", await within.Ask("another", (_, _) => Task.FromResult("well"), _ => "broke", Cancel));
        never.SetResult("");
    }

    [Fact]
    public async Task Usage_is_counted_once_a_minute_however_many_ask()
    {
        var clock = new FakeTimeProvider();
        using var usage = new RememberUsage(clock);
        var counter = new Counter();
        var reports = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => usage.Of(12, [counter], Cancel)));
        Assert.Single(reports.Distinct());
        clock.Advance(TimeSpan.FromSeconds(59));
        await usage.Of(12, [counter], Cancel);
        Assert.Equal(1, counter.Counted);
        await usage.Of(3, [counter], Cancel);
        Assert.Equal(2, counter.Counted);
        clock.Advance(TimeSpan.FromSeconds(1));
        await usage.Of(12, [counter], Cancel);
        Assert.Equal(3, counter.Counted);

        // What broke is no answer to be remembered.
        clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => usage.Of(12, [new Broken()], Cancel));
        await usage.Of(12, [counter], Cancel);
        Assert.Equal(4, counter.Counted);
    }

    private sealed class Counter : ICountUsage
    {
        private int _counted;

        public int Counted => _counted;

        public async Task<IReadOnlyList<UsageMonth>> Count(DateTimeOffset since, CancellationToken cancel)
        {
            Interlocked.Increment(ref _counted);
            await Task.Yield();
            return [];
        }
    }

    private sealed class Broken : ICountUsage
    {
        public Task<IReadOnlyList<UsageMonth>> Count(DateTimeOffset since, CancellationToken cancel) => throw new InvalidOperationException();
    }
}
