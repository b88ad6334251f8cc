using System.Diagnostics;
using System.Globalization;
using BlogCreator.Api.Platform.RateLimits;
using BlogCreator.Benchmarks.Blog;
using BlogCreator.Benchmarks.Redis;
using BlogCreator.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

// What Redis costs: decisions of the rate limiter beside a bare PING of the same client, pages of Web with and without
// Redis, and requests while it hangs. Needs redis-server.
//   dotnet run -c Release --project benchmarks/redis [-- ROUNDS [SECONDS]]
if (args is ["bare", var file, var address])
{
    await BarePage.Run(file, address);
    return;
}

const int Connections = 16;
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
await using var redis = await RedisProcess.Start();
await using (var connection = await redis.Connect())
{
    var buckets = new RedisBuckets(connection, Options.Create(new RedisOptions { BudgetMilliseconds = 5000 }), TimeProvider.System, NullLogger<RedisBuckets>.Instance);
    var settings = new RateLimitOptions();
    // As for an upload: two limits in one decision.
    Bucket[] one = [Bucket.Of(RateLimit.Api, "key", settings)];
    Bucket[] two = [Bucket.Of(RateLimit.Studio, "", settings), Bucket.Of(RateLimit.Upload, "", settings)];
    var database = connection.GetDatabase();
    var actions = new (string Name, Func<int, Task> Ask)[]
    {
        ("PING", _ => database.PingAsync()),
        ("one limit", number => buckets.Spend($"caller{number % 1000}", one).AsTask()),
        ("two limits", number => buckets.Spend($"caller{number % 1000}", two).AsTask()),
    };
    foreach (var (_, ask) in actions)
    {
        await Rate(ask, 1);
    }

    var rates = actions.Select(_ => new List<double>()).ToArray();
    for (var round = 0; round < rounds; round++)
    {
        for (var i = 0; i < actions.Length; i++)
        {
            rates[i].Add(await Rate(actions[i].Ask, seconds));
        }
    }

    var ratios = actions.Select((_, i) => Median(rates[i].Select((rate, round) => rate / rates[0][round]))).ToArray();
    for (var i = 0; i < actions.Length; i++)
    {
        var (middle, late) = await Latency(actions[i].Ask, 2000);
        Write($"{actions[i].Name,-10} {Median(rates[i]),8:N0}/s   {ratios[i]:0.00} of PING   one at a time: {middle:0.00} ms, 99th percentile {late:0.00} ms");
    }
}

await using var alone = await RunningSite.Start();
await using var shared = await RunningSite.Start(redis.ConnectionString);
foreach (var (name, path) in new[] { ("post, from the memory in front", ""), ("page with a parameter, from the output cache", "/evidence?verdict=supported") })
{
    var pages = new[] { alone, shared }.Select(site => new Uri(site.Web, site.PostPath + path)).ToArray();
    foreach (var page in pages)
    {
        await LoadGenerator.Run(page, Connections, seconds);
    }

    var (without, with) = (new List<double>(), new List<double>());
    for (var round = 0; round < rounds; round++)
    {
        without.Add(await LoadGenerator.Run(pages[0], Connections, seconds));
        with.Add(await LoadGenerator.Run(pages[1], Connections, seconds));
    }

    Write($"{name}: {Median(without):N0}/s without Redis, {Median(with):N0}/s with, ratio {Median(with.Select((rate, round) => rate / without[round])):0.00}");
}

using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = shared.Web };
await Requests("Redis answers");
await redis.Hang();
await Requests("Redis hangs");

async Task Requests(string when)
{
    var number = 0;
    var broken = 0;
    var (middle, late) = await Latency(
        async _ =>
        {
            using var answer = await http.GetAsync(new Uri(number % 2 == 0 ? "/api/v1/public/posts" : $"/search?q=pier{number}", UriKind.Relative));
            broken += (int)answer.StatusCode >= 500 ? 1 : 0;
            number++;
        },
        600);
    Write($"{when}: requests in turn for the API and for a page that is not kept take {middle:0.0} ms, 99th percentile {late:0.0} ms; {broken} of {number} broken");
}

async Task<double> Rate(Func<int, Task> ask, int length)
{
    using var end = new CancellationTokenSource(TimeSpan.FromSeconds(length));
    var watch = Stopwatch.StartNew();
    var counts = await Task.WhenAll(Enumerable.Range(0, Connections).Select(client => Task.Run(async () =>
    {
        var count = 0;
        while (!end.IsCancellationRequested)
        {
            await ask((count++ * Connections) + client);
        }

        return count;
    })));
    return counts.Sum() / watch.Elapsed.TotalSeconds;
}

static async Task<(double Middle, double Late)> Latency(Func<int, Task> ask, int count)
{
    var times = new List<double>();
    for (var number = 0; number < count; number++)
    {
        var start = Stopwatch.GetTimestamp();
        await ask(number);
        times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    times.Sort();
    return (times[count / 2], times[count * 99 / 100]);
}

static double Median(IEnumerable<double> figures)
{
    var sorted = figures.Order().ToList();
    return sorted[sorted.Count / 2];
}

static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
