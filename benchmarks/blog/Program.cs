using System.Globalization;
using BlogCreator.Benchmarks.Blog;

// How fast a published post comes out of the output cache, beside a bare page with the same bytes in the same cache, and
// what a reader's first visit costs on the wire.
//   dotnet run -c Release --project benchmarks/blog [-- ROUNDS [SECONDS]]
if (args is ["bare", var file, var address])
{
    await BarePage.Run(file, address);
    return 0;
}

const int Connections = 16;
var rounds = args.Length > 0 && args[0] != "serve" ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
var seconds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;

try
{
    await using var site = await RunningSite.Start();
    if (args is ["serve"])
    {
        // For whoever wants to look at it: until the input ends.
        Console.WriteLine(site.Web);
        Console.WriteLine(new Uri(site.Web, site.PostPath));
        await Console.In.ReadToEndAsync();
        return 0;
    }

    var visit = await FirstVisit.Measure(site.Web, site.PostPath);
    foreach (var (path, bytes) in visit)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes,8:N0} bytes  {path}"));
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{visit.Sum(part => part.Bytes),8:N0} bytes  the first visit of a post, headers included"));

    var page = new Uri(site.Web, site.PostPath);
    await using var bare = await site.StartBare(page);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Connections} connections, {seconds} s each, {Environment.ProcessorCount} processors, load from {LoadGenerator.Name}"));
    // Once for the compiler.
    await LoadGenerator.Run(page, Connections, seconds);
    await LoadGenerator.Run(bare.Address, Connections, seconds);
    var ratios = new List<double>();
    for (var round = 1; round <= rounds; round++)
    {
        var ours = await LoadGenerator.Run(page, Connections, seconds);
        var other = await LoadGenerator.Run(bare.Address, Connections, seconds);
        ratios.Add(ours / other);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"round {round}: post {ours,8:N0}/s   bare page {other,8:N0}/s   ratio {ours / other:0.00}"));
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median ratio {ratios.Order().ElementAt(ratios.Count / 2):0.00}"));
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or HttpRequestException or IOException)
{
    // Caught, so that what was started is also stopped.
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
