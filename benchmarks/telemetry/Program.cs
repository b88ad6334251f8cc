using System.Globalization;
using BlogCreator.Benchmarks.Blog;
using BlogCreator.Benchmarks.Telemetry;

// What seeing inside costs: requests per second of a site that sends traces (one in ten, errors always), metrics and logs to
// a collector and is scraped, beside the same site with OTEL_SDK_DISABLED. Both run all the time and are loaded in turn.
//   dotnet run -c Release --project benchmarks/telemetry [-- ROUNDS [SECONDS]]
const int Connections = 16;
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 7;
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 4;
try
{
    await using var collector = await Collector.Start();
    var often = new Dictionary<string, string> { ["RateLimits__ReadsPerMinute"] = "100000" };
    await using var off = await RunningSite.Start(settings: new Dictionary<string, string>(often) { ["OTEL_SDK_DISABLED"] = "true" });
    await using var on = await RunningSite.Start(settings: new Dictionary<string, string>(often)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    });
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Connections} connections, {seconds} s each, {Environment.ProcessorCount} processors, load from {LoadGenerator.Name}; the collector runs on the same processors"));
    (string Name, Func<RunningSite, Uri> Address)[] requests =
    [
        ("a post from memory", site => new Uri(site.Web, site.PostPath)),
        ("a post of the API", site => new Uri(site.Api, "/api/v1/public" + site.PostPath)),
        ("a search page, made anew", site => new Uri(site.Web, "/api/v1/search?q=harbour")),
    ];
    var all = new List<double>();
    foreach (var (name, address) in requests)
    {
        // Once for the compiler, and long enough that it has made what it makes for code that runs often.
        await LoadGenerator.Run(address(off), Connections, 2 * seconds);
        await LoadGenerator.Run(address(on), Connections, 2 * seconds);
        var ratios = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            // Each goes first as often as the other.
            var first = round % 2 == 0 ? off : on;
            var one = await LoadGenerator.Run(address(first), Connections, seconds);
            var other = await LoadGenerator.Run(address(first == off ? on : off), Connections, seconds);
            var (without, with) = first == off ? (one, other) : (other, one);
            ratios.Add(with / without);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}, round {round + 1}: off {without,8:N0}/s   on {with,8:N0}/s   ratio {with / without:0.000}"));
        }

        all.AddRange(ratios);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: median ratio {Median(ratios):0.000} ({ratios.Min():0.000} to {ratios.Max():0.000})"));
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all: median ratio {Median(all):0.000}; the collector got {collector.Messages:N0} messages, {collector.Bytes / 1024:N0} KB"));
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or HttpRequestException or IOException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
