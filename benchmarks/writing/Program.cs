using System.Diagnostics;
using System.Globalization;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;
using BlogCreator.Benchmarks.Writing;
using BlogCreator.Contracts;

// dotnet run --project benchmarks/writing -- [--topic TEXT] [--length short|medium|long] [--scores] FILE...
var files = new List<string>();
string? topic = null;
var length = PostLength.Medium;
var scoresOnly = false;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--topic" when i + 1 < args.Length:
            topic = args[++i];
            break;
        case "--length" when i + 1 < args.Length && Enum.TryParse(args[i + 1], ignoreCase: true, out length):
            i++;
            break;
        case "--scores":
            scoresOnly = true;
            break;
        default:
            files.Add(args[i]);
            break;
    }
}

if (files.Count == 0)
{
    await Console.Error.WriteLineAsync("Give one or more Markdown or text files.");
    return 2;
}

var documents = new List<SourceDocument>();
foreach (var file in files)
{
    documents.Add(MarkdownPassages.Read(Path.GetFileName(file), await File.ReadAllTextAsync(file)));
}

var brief = new BriefDetails(topic, [.. documents.Select(document => document.Id)], null, null, length, null, null);
var watch = Stopwatch.StartNew();
var post = await WritePost.Run(brief, documents, new ExtractiveWriter(), CancellationToken.None);
var cold = watch.Elapsed;
watch.Restart();
_ = await WritePost.Run(brief, documents, new ExtractiveWriter(), CancellationToken.None);
var warm = watch.Elapsed;
watch.Restart();
var claims = CheckPost.Run(post.Markdown, post.Citations);
var check = watch.Elapsed;
if (!scoresOnly)
{
    Console.WriteLine("# " + post.Title + "\n");
    Console.WriteLine("_" + post.Summary + "_\n");
    Console.WriteLine(post.Markdown);
    Console.WriteLine("Tags: " + string.Join(", ", post.Tags) + "\n");
}

var summary = CheckPost.Summarise(claims);
var paragraphs = post.Markdown.Split("\n\n").Where(block => block.Length > 0 && char.IsLetter(block[0])).ToList();
var dangling = paragraphs.Where(Dangling.Opens).ToList();
foreach (var claim in claims.Where(claim => claim.Verdict is not (Verdict.Supported or Verdict.NotNeeded)))
{
    Console.WriteLine($"{claim.Verdict}: {claim.Sentence} | {claim.Note}");
}

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"supported {summary.Supported}/{summary.Checked}, dropped {post.Dropped}, dangling starts {dangling.Count}/{paragraphs.Count}, words {post.Markdown.Split(' ').Length}, cold {cold.TotalMilliseconds:F0} ms, warm {warm.TotalMilliseconds:F0} ms, check {check.TotalMilliseconds:F1} ms"));
return summary.Supported == summary.Checked ? 0 : 1;
