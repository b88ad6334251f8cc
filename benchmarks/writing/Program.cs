using System.Diagnostics;
using System.Globalization;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;
using BlogCreator.Benchmarks.Writing;
using BlogCreator.Contracts;

// dotnet run --project benchmarks/writing -- [--topic TEXT] [--length short|medium|long] [--scores] [--steps] FILE...
var files = new List<string>();
string? topic = null;
var length = PostLength.Medium;
var scoresOnly = false;
var stepsToo = false;
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
        case "--steps":
            stepsToo = true;
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
if (stepsToo)
{
    // New strings, so that nothing is known from the runs before.
    var fresh = documents.ConvertAll(document => document with { Passages = [.. document.Passages.Select(passage => passage with { Text = new string(passage.Text.AsSpan()) })] });
    watch.Restart();
    var understanding = UnderstandSources.Run(brief, fresh, CancellationToken.None);
    var understood = watch.Elapsed;
    var plan = PlanPost.Run(brief, understanding);
    var planned = watch.Elapsed;
    var retrieved = RetrievePassages.Run(brief, plan, understanding);
    var ranked = watch.Elapsed;
    var written = new List<WrittenSection>();
    for (var i = 0; i < plan.Sections.Count; i++)
    {
        written.Add(await new ExtractiveWriter().WriteSection(new SectionTask(brief, plan, i, retrieved.Sections[i].Passages, understanding, fresh, [.. written]), CancellationToken.None));
    }

    var wrote = watch.Elapsed;
    _ = AssemblePost.Run(brief, plan, written, understanding, fresh);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"understand {understood.TotalMilliseconds:F0}, plan {(planned - understood).TotalMilliseconds:F0}, retrieve {(ranked - planned).TotalMilliseconds:F0}, write {(wrote - ranked).TotalMilliseconds:F0}, assemble {(watch.Elapsed - wrote).TotalMilliseconds:F0} ms"));
}

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
