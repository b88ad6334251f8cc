using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Polly.Timeout;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class HttpClientsTests
{
    [Theory]
    [InlineData("GET", null, 2, HttpStatusCode.OK)]
    [InlineData("POST", null, 1, HttpStatusCode.ServiceUnavailable)]
    [InlineData("PUT", null, 1, HttpStatusCode.ServiceUnavailable)]
    [InlineData("DELETE", null, 1, HttpStatusCode.ServiceUnavailable)]
    [InlineData("GET", "text/event-stream", 1, HttpStatusCode.ServiceUnavailable)]
    public async Task Only_what_can_be_repeated_without_harm_is(string method, string? accept, int attempts, HttpStatusCode end)
    {
        var seen = 0;
        await using var service = await RunningService.Start(map: app => app.Map("/once-broken", () =>
            Interlocked.Increment(ref seen) == 1 ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.Ok()));
        var client = service.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{service.App.Urls.First()}/once-broken");
        if (accept is not null)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        }

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(end, answer.StatusCode);
        Assert.Equal(attempts, seen);
    }

    [Fact]
    public async Task Who_answers_too_slowly_is_not_given_twice_the_work()
    {
        var seen = 0;
        await using var service = await RunningService.Start(settings: ["--HttpClients:AttemptSeconds=1"], map: app => app.MapGet("/slow", (HttpContext context) =>
        {
            Interlocked.Increment(ref seen);
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        var client = service.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => client.GetAsync($"{service.App.Urls.First()}/slow", TestContext.Current.CancellationToken));
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task Who_asked_too_often_is_not_made_to_wait_for_more_tries_and_closes_the_way_for_nobody_else()
    {
        var seen = 0;
        await using var service = await RunningService.Start(map: app =>
        {
            app.MapGet("/greedy", () => { Interlocked.Increment(ref seen); return Results.StatusCode(StatusCodes.Status429TooManyRequests); });
            app.MapGet("/modest", () => "well");
        });
        var client = service.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        // More than the circuit breaker's least number of attempts within its time.
        for (var attempt = 0; attempt < 150; attempt++)
        {
            using var refused = await client.GetAsync($"{service.App.Urls.First()}/greedy", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }

        Assert.Equal(150, seen);
        Assert.Equal("well", await client.GetStringAsync($"{service.App.Urls.First()}/modest", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Another_service_is_found_by_its_name()
    {
        await using var api = await RunningService.Start(map: app => app.MapGet("/name", () => "api"));
        await using var web = await RunningService.Start(settings: [$"--services:api:http:0={api.App.Urls.First()}"]);
        var client = web.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        Assert.Equal("api", await client.GetStringAsync("http://api/name", TestContext.Current.CancellationToken));
        Assert.Equal("api", await client.GetStringAsync("https+http://api/name", TestContext.Current.CancellationToken));
    }
}
