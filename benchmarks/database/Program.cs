using System.Globalization;
using System.Net.Http.Json;
using BlogCreator.Benchmarks.Database;
using BlogCreator.Contracts;

// How fast the Api answers what readers ask for when there are many posts. Takes the database of ConnectionStrings__blogdb,
// brings it to this version, seeds it when it holds less than asked for, and starts the Api on it.
//   ConnectionStrings__blogdb='Host=...' dotnet run -c Release --project benchmarks/database [-- POSTS [ROUNDS]]
var posts = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ConnectionStrings__blogdb")))
{
    await Console.Error.WriteLineAsync("Set ConnectionStrings__blogdb to a database that may be filled.");
    return 2;
}

await using var api = await RunningApi.Start(posts);
using var http = api.Client;
var newest = (await http.GetFromJsonAsync<Page<PublicPostSummary>>("/api/v1/public/posts?limit=100", BlogApi.Json))!.Items;
var tags = (await http.GetFromJsonAsync<IReadOnlyList<TagDetails>>("/api/v1/public/tags", BlogApi.Json))!;
var years = (await http.GetFromJsonAsync<IReadOnlyList<ArchiveYear>>("/api/v1/public/archive", BlogApi.Json))!;
string[] common = ["bridge", "water", "old", "visitors", "opened", "the"];
// Names of places are rare: the longest word of a title is one.
var rare = newest.Select(post => post.Title.Split(' ', ':').MaxBy(word => word.Length)!).Distinct().ToList();

var asked = new (string Name, Func<int, string> Path)[]
{
    ("(health/live)", _ => "/health/live"),
    ("home, newest 20", _ => "/api/v1/public/posts?limit=20"),
    ("home, next page", round => $"/api/v1/public/posts?limit=20&after={newest[round % newest.Count].PublishedAt.ToUnixTimeMilliseconds()}.{Guid.Empty:n}"),
    ("tag page", round => $"/api/v1/public/posts?limit=20&tag={tags[round % tags.Count].Tag}"),
    ("author page", round => $"/api/v1/public/posts?limit=20&author={newest[round % newest.Count].Author.Handle}"),
    ("year page", round => $"/api/v1/public/posts?limit=20&year={years[round % years.Count].Year}"),
    ("archive", _ => "/api/v1/public/archive"),
    ("tags", _ => "/api/v1/public/tags"),
    ("post page", round => $"/api/v1/public/posts/{Uri.EscapeDataString(newest[round % newest.Count].Slug)}"),
    ("search, rare word", round => $"/api/v1/search?q={rare[round % rare.Count]}"),
    ("search, common word", round => $"/api/v1/search?q={common[round % common.Length]}"),
    ("search, three words", round => $"/api/v1/search?q={common[round % 3]}+{common[3]}+{common[4]}"),
    ("search, beginning", round => $"/api/v1/search?q={common[round % common.Length][..2]}"),
    ("feed, 20 whole posts", _ => "/api/v1/public/posts?limit=20&full=true"),
};

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{posts:N0} posts, {rounds} requests each, one after the other, {Environment.ProcessorCount} processors; milliseconds"));
Console.WriteLine($"{"",-24}{"median",8}{"95 %",8}{"slowest",9}{"to bare",9}");
var bare = 0.0;
foreach (var (name, path) in asked)
{
    // The first ones are the compiler's.
    for (var round = 0; round < 20; round++)
    {
        await api.Time(path(round));
    }

    var times = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        times.Add(await api.Time(path(round)));
    }

    times.Sort();
    var median = times[times.Count / 2];
    bare = bare == 0 ? median : bare;
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-24}{median,8:0.0}{times[(int)(times.Count * 0.95)],8:0.0}{times[^1],9:0.0}{median / bare,9:0.0}"));
}

return 0;
