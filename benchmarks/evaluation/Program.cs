using System.Text;
using BlogCreator.Benchmarks.Evaluation;

// dotnet run -c Release --project benchmarks/evaluation -- [--corpus DIR] [--posts DIR] [--misses]
string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
var root = Evaluate.Root();
var corpus = Option("--corpus") ?? Path.Combine(root, "..", "shared", "corpus");
if (!Directory.Exists(Path.Combine(corpus, "summarise", "elife")))
{
    await Console.Error.WriteLineAsync("The corpus of real documents is not there: give its folder with --corpus.");
    return 2;
}

var report = new StringBuilder();
report.Append(await Evaluate.Scores(corpus)).Append('\n');
report.Append(await Evaluate.Posts(Briefs.All(corpus, Path.Combine(root, "benchmarks/evaluation/documents")), Option("--posts"))).Append('\n');
report.Append(Evaluate.Checker(corpus, args.Contains("--misses")));
Console.Write(report.ToString());
return 0;
