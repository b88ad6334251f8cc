using System.Net;

namespace BlogCreator.Tests.Deployment;

/// <summary>Sending requests to other servers while people ask.</summary>
public sealed class NginxSwitchTests
{
    public NginxSwitchTests() => Assert.SkipWhen(Edge.Missing is not null, Edge.Missing ?? "");

    [Fact]
    public async Task Under_load_a_switch_loses_nothing_and_leaves_nobody_behind()
    {
        await using var blue = await EdgeApp.Start("blue");
        await using var green = await EdgeApp.Start("green");
        await using var edge = await Edge.Start(blue.Address, blue.Address, ("REQUESTS_PER_SECOND", "10000"));
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(worker => Load(edge, worker, [blue, green], enough.Token)).ToList();

        foreach (var (target, before) in (IEnumerable<(EdgeApp, EdgeApp)>)[(green, blue), (blue, green), (green, blue)])
        {
            var (code, output) = await edge.Switch($"api={target.Address}", $"web={target.Address}");
            Assert.True(code == 0, output);
            // From now on every request goes there, also on connections that were open.
            var arrived = before.Requests.Count;
            for (var i = 0; i < 20; i++)
            {
                using var answer = await edge.Http.GetAsync("/");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.StartsWith(target == green ? "green" : "blue", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            Assert.InRange(before.Requests.Count - arrived, 0, 8);
        }

        await enough.CancelAsync();
        var results = await Task.WhenAll(load);
        Assert.True(results.Sum(result => result.Good) > 100, edge.Log);
        Assert.Empty(results.SelectMany(result => result.Bad));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_refused_and_everything_stays()
    {
        await using var blue = await EdgeApp.Start("blue");
        await using var edge = await Edge.Start(blue.Address, blue.Address);
        foreach (var bad in (string[])["web=127.0.0.1:1", "web=no.such.host.invalid:80", $"web={blue.Address},127.0.0.1:1", "web=127.0.0.1", "web=a;b:80", "web=", "wbe=127.0.0.1:80"])
        {
            var (code, output) = await edge.Switch(bad);
            Assert.NotEqual(0, code);
            Assert.Contains("Nothing was changed.", output, StringComparison.Ordinal);
        }

        Assert.Equal("blue https 127.0.0.1 0", await edge.Http.GetStringAsync("/"));
        Assert.Equal($"api={blue.Address}\nweb={blue.Address}\n", (await edge.Switch("show")).Output);
    }

    [Fact]
    public async Task What_is_not_named_stays_and_the_default_comes_back()
    {
        await using var blue = await EdgeApp.Start("blue");
        await using var green = await EdgeApp.Start("green");
        await using var edge = await Edge.Start(blue.Address, blue.Address);
        Assert.Equal(0, (await edge.Switch($"web={green.Address},{blue.Address}")).Code);
        Assert.Equal($"api={blue.Address}\nweb={green.Address},{blue.Address}\n", (await edge.Switch("show")).Output);
        Assert.Equal(0, (await edge.Switch($"web={green.Address}")).Code);
        Assert.Equal("green https 127.0.0.1 0", await edge.Http.GetStringAsync("/"));
        Assert.Equal("blue https 127.0.0.1 0", await edge.Http.GetStringAsync("/api/v1/site"));
        Assert.Equal(0, (await edge.Switch("default")).Code);
        Assert.Equal("blue https 127.0.0.1 0", await edge.Http.GetStringAsync("/"));
    }

    [Fact]
    public async Task An_upload_that_is_on_its_way_arrives_where_it_began()
    {
        await using var blue = await EdgeApp.Start("blue");
        await using var green = await EdgeApp.Start("green");
        await using var edge = await Edge.Start(blue.Address, blue.Address);
        await using var stream = await edge.Connect();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"POST /api/v1/documents/upload HTTP/1.1\r\nHost: {Edge.Domain}\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n"));
        await stream.WriteAsync(new byte[50_000]);
        await Platform.Eventually.Holds(() => Task.FromResult(!blue.Requests.IsEmpty));
        Assert.Equal(0, (await edge.Switch($"api={green.Address}", $"web={green.Address}")).Code);
        await stream.WriteAsync(new byte[50_000]);
        using var reader = new StreamReader(stream);
        Assert.Contains("blue https 127.0.0.1 100000", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    internal static async Task<(int Good, List<string> Bad)> Load(Edge edge, int worker, IReadOnlyList<EdgeApp> apps, CancellationToken enough)
    {
        using var handler = Edge.Handler();
        using var http = new HttpClient(handler)
        {
            BaseAddress = edge.Http.BaseAddress,
            // As browsers do: an answer that a closing connection takes away is told apart from one that was never given.
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var good = 0;
        var bad = new List<string>();
        // A steady rate: what is left over belongs to nginx and the app.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!enough.IsCancellationRequested && await pace.WaitForNextTickAsync(CancellationToken.None))
        {
            try
            {
                var id = Guid.CreateVersion7().ToString();
                using var answer = await Send(id) ?? await Send(id);
                if (answer?.StatusCode == HttpStatusCode.OK)
                {
                    good++;
                }
                else
                {
                    bad.Add($"{answer?.StatusCode.ToString() ?? "closed twice"}");
                }
            }
            catch (HttpRequestException lost)
            {
                bad.Add(lost.ToString());
            }
        }

        // Null where nginx closed a kept connection and the request had reached nobody: a browser then sends it once more.
        // Whatever did arrive and got no answer is lost, a question too.
        async Task<HttpResponseMessage?> Send(string id)
        {
            using var request = worker % 2 == 0
                ? new HttpRequestMessage(HttpMethod.Get, "/page")
                : new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Content = new StringContent("body") };
            (request.Version, request.VersionPolicy) = (http.DefaultRequestVersion, http.DefaultVersionPolicy);
            request.Headers.Add("X-Test", id);
            try
            {
                return await http.SendAsync(request, CancellationToken.None);
            }
            catch (HttpRequestException) when (!apps.Any(app => app.Requests.Any(arrived => arrived.Headers.GetValueOrDefault("X-Test") == id)))
            {
                return null;
            }
        }

        return (good, bad);
    }
}
