using System.Collections.Concurrent;
using System.Net;
using BlogCreator.ServiceDefaults;
using BlogCreator.Tests.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class WarmUpTests
{
    [Fact]
    public async Task It_is_ready_when_it_has_visited_itself_and_not_before()
    {
        var hold = new TaskCompletionSource();
        var visitors = new ConcurrentQueue<(string Address, string Scheme, string? Cookie)>();
        await using var service = await Start(
            [],
            [new WarmUpVisit("/page?q=1", "a=1")],
            async context =>
            {
                visitors.Enqueue((context.Connection.RemoteIpAddress!.ToString(), context.Request.Scheme, context.Request.Headers.Cookie));
                await hold.Task.WaitAsync(context.RequestAborted);
            });
        await Eventually.Holds(() => Task.FromResult(!visitors.IsEmpty));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Ready(service));
        using (var live = await service.Http.GetAsync("/health/live", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }

        hold.SetResult();
        await Eventually.Holds(async () => await Ready(service) == HttpStatusCode.OK);
        Assert.Equal(40, visitors.Count);
        Assert.All(visitors, visitor => Assert.True(visitor is { Scheme: "https", Cookie: "a=1" }));
        Assert.All(visitors, visitor => Assert.StartsWith("192.0.2.", visitor.Address, StringComparison.Ordinal));
        // None of them has used up what one visitor may ask for.
        Assert.Equal(40, visitors.DistinctBy(visitor => visitor.Address).Count());
    }

    [Fact]
    public async Task It_takes_no_longer_than_it_may()
    {
        await using var service = await Start(
            ["--WarmUp:Seconds=0.3"], [new WarmUpVisit("/page")], context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await Eventually.Holds(async () => await Ready(service) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_it_cannot_find_out_does_not_keep_it()
    {
        await using var service = await RunningService.Start(
            "Production", build: builder => builder.WarmUpWith((_, _) => throw new InvalidOperationException("There is no feed.")));
        await Eventually.Holds(async () => await Ready(service) == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_developer_does_not_wait_for_it()
    {
        var asked = false;
        await using var service = await RunningService.Start(build: builder => builder.WarmUpWith((_, _) =>
        {
            asked = true;
            return Task.FromResult<IReadOnlyList<WarmUpVisit>>([]);
        }));
        Assert.Equal(HttpStatusCode.OK, await Ready(service));
        Assert.False(asked);
    }

    [Fact]
    public async Task A_time_that_cannot_be_is_named()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningService.Start(settings: ["--WarmUp:Seconds=500"]));
        Assert.Contains("WarmUp__Seconds", refusal.Message, StringComparison.Ordinal);
    }

    private static Task<RunningService> Start(string[] settings, IReadOnlyList<WarmUpVisit> visits, Func<HttpContext, Task> page) => RunningService.Start(
        "Production", settings, builder => builder.WarmUpWith((_, _) => Task.FromResult(visits)), map: app => app.MapGet("/page", page));

    private static async Task<HttpStatusCode> Ready(RunningService service)
    {
        using var answer = await service.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
