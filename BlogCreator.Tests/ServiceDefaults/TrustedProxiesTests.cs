using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace BlogCreator.Tests.ServiceDefaults;

public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("203.0.113.9", "", "6.6.6.6", "203.0.113.9 http")]
    [InlineData("127.0.0.1", "", "198.51.100.4", "198.51.100.4 https")]
    [InlineData("10.1.2.3", "", "198.51.100.4", "10.1.2.3 http")]
    [InlineData("10.1.2.3", "10.0.0.0/8, fd00::/8", "198.51.100.4", "198.51.100.4 https")]
    // The peer wrote the last entry; what stands before it is what the client sent.
    [InlineData("127.0.0.1", "", "6.6.6.6, 198.51.100.4", "198.51.100.4 https")]
    public async Task A_forwarded_address_is_believed_from_a_trusted_peer_alone(string peer, string trusted, string forwarded, string seen)
    {
        await using var service = await RunningService.Start(
            settings: [$"--ForwardedHeaders:TrustedNetworks={trusted}"],
            before: app => app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
                return next(context);
            }),
            map: app => app.MapGet("/who", (HttpContext context) => $"{context.Connection.RemoteIpAddress} {context.Request.Scheme}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/who");
        request.Headers.Add("X-Forwarded-For", forwarded);
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await service.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(seen, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_network_that_is_none_stops_the_start_and_is_named()
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            RunningService.Start(settings: ["--ForwardedHeaders:TrustedNetworks=everyone"]));
        Assert.Contains("ForwardedHeaders__TrustedNetworks", refusal.Message, StringComparison.Ordinal);
    }
}
