using System.Net;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.Deployment;

/// <summary>What nginx tells Prometheus of itself.</summary>
public sealed class NginxMetricsTests
{
    public NginxMetricsTests() => Assert.SkipWhen(Edge.Missing is not null, Edge.Missing ?? "");

    [Fact]
    public async Task What_could_not_be_delivered_is_counted_for_good()
    {
        // Nobody is behind it.
        await using var edge = await Edge.Start();
        await Eventually.Holds(async () => await Told(edge, "edge_responses_total{status=\"502\"}") == 0);
        await Ask(edge, 3);
        await Eventually.Holds(async () => await Told(edge, "edge_responses_total{status=\"502\"}") == 3);
        Assert.Equal(0, await Told(edge, "edge_responses_total{status=\"429\"}"));

        // The list of them is emptied when it has grown, and the count goes on.
        var list = new FileInfo(Path.Combine(edge.State, "counted.log"));
        await File.AppendAllTextAsync(list.FullName, string.Concat(Enumerable.Repeat("503\n", 10_000)));
        await Eventually.Holds(async () => await Told(edge, "edge_responses_total{status=\"503\"}") == 10_000);
        await Eventually.Holds(() =>
        {
            list.Refresh();
            return Task.FromResult(list.Length < 100);
        });
        await Ask(edge, 2);
        await Eventually.Holds(async () => await Told(edge, "edge_responses_total{status=\"502\"}") == 5);
        Assert.Equal(10_000, await Told(edge, "edge_responses_total{status=\"503\"}"));
    }

    [Fact]
    public async Task A_disk_that_is_full_behind_it_is_counted_too()
    {
        await using var app = await EdgeApp.Start("app");
        await using var edge = await Edge.Start(app.Address, app.Address);
        await Eventually.Holds(async () => await Told(edge, "edge_responses_total{status=\"507\"}") == 0);
        using (var answer = await edge.Http.GetAsync("/api/v1/full"))
        {
            Assert.Equal(HttpStatusCode.InsufficientStorage, answer.StatusCode);
        }

        await Eventually.Holds(async () => await Told(edge, "edge_responses_total{status=\"507\"}") == 1);
    }

    [Fact]
    public async Task Its_own_figures_are_there_under_the_names_of_its_exporter()
    {
        await using var app = await EdgeApp.Start("app");
        await using var edge = await Edge.Start(app.Address, app.Address);
        await Eventually.Holds(async () => await Told(edge, "nginx_http_requests_total") is not null);
        var before = await Told(edge, "nginx_http_requests_total");
        using (var answer = await edge.Http.GetAsync("/"))
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await Eventually.Holds(async () => await Told(edge, "nginx_http_requests_total") > before);
        // Of one moment: start.sh asks it several times a second, which counts too.
        var told = await edge.Internal("/metrics");
        Assert.Equal(Value(told, "nginx_connections_accepted"), Value(told, "nginx_connections_handled"));
        Assert.True(Value(told, "nginx_connections_active") > 0);
    }

    private static async Task Ask(Edge edge, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var answer = await edge.Http.GetAsync("/");
            Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        }
    }

    private static async Task<long?> Told(Edge edge, string series) => Value(await edge.Internal("/metrics"), series);

    private static long? Value(string metrics, string series) =>
        metrics.Split('\n').FirstOrDefault(line => line.StartsWith($"{series} ", StringComparison.Ordinal)) is { } line
            ? long.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
