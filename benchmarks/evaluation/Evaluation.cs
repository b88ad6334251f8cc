using System.Diagnostics;
using System.Globalization;
using System.Text;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>The three tables: posts beside the editors' digests, what is wrong with posts, what the checker sees and overlooks.</summary>
internal static class Evaluation
{
    private const int MostOfAKind = 60;

    /// <summary>The folder of the repository.</summary>
    public static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BlogCreator.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? ".";
    }

    public static Task<AssembledPost> Write(IReadOnlyList<SourceDocument> documents, string? topic = null, PostLength length = PostLength.Medium) =>
        WritePost.Run(new BriefDetails(topic, [.. documents.Select(document => document.Id)], null, null, length, null, null), documents, new ExtractiveWriter(), CancellationToken.None);

    /// <summary>What each system says of an article, cut to the words of its digest.</summary>
    public static async Task<IReadOnlyList<(string System, IReadOnlyList<string> Sentences)>> Systems(string corpus, string article)
    {
        var folder = Path.Combine(corpus, "summarise", "elife");
        var markdown = await File.ReadAllTextAsync(Path.Combine(folder, "doc", article));
        var name = Path.ChangeExtension(article, ".txt");
        var words = Texts.Words(await File.ReadAllTextAsync(Path.Combine(folder, "ref", name)));
        var @abstract = Texts.Sentences(await File.ReadAllTextAsync(Path.Combine(folder, "abstract", name)));
        var body = Texts.Body(markdown);
        var post = Texts.OfPost((await Write([ReadFile.Run(Path.Combine(folder, "doc", article))])).Markdown);
        return
        [
            ("the post", Texts.Cut(post, words)),
            ("lead: first words of the body", Texts.Cut(body, words)),
            ("LexRank", Texts.Cut(LexRank.Run(body), words)),
            ("the post, uncut", post),
            ("the authors' abstract, for reference", Texts.Cut(@abstract, words)),
        ];
    }

    public static async Task<Dictionary<string, (Score One, Score Two, Score L, int Words)[]>> Rate(string corpus)
    {
        var rates = new Dictionary<string, (Score One, Score Two, Score L, int Words)[]>(StringComparer.Ordinal);
        for (var i = 0; i < Briefs.Articles.Count; i++)
        {
            var digest = await File.ReadAllTextAsync(Path.Combine(corpus, "summarise", "elife", "ref", Path.ChangeExtension(Briefs.Articles[i], ".txt")));
            var reference = Texts.Sentences(digest);
            foreach (var (system, sentences) in await Systems(corpus, Briefs.Articles[i]))
            {
                if (!rates.TryGetValue(system, out var row))
                {
                    rates[system] = row = new (Score, Score, Score, int)[Briefs.Articles.Count];
                }

                var text = string.Join(' ', sentences);
                row[i] = (Rouge.OfRuns(1, text, digest), Rouge.OfRuns(2, text, digest), Rouge.OfSubsequences(sentences, reference), Texts.Words(text));
            }
        }

        return rates;
    }

    public static async Task<string> Scores(string corpus)
    {
        var rates = await Rate(corpus);
        var table = new StringBuilder("| System | ROUGE-1 F1 (recall, precision) | ROUGE-2 F1 (recall, precision) | ROUGE-L F1 (recall, precision) | Words |\n|---|---|---|---|---|\n");
        foreach (var (system, row) in rates)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {system} | {Cell(row.Select(score => score.One))} | {Cell(row.Select(score => score.Two))} | {Cell(row.Select(score => score.L))} | {row.Average(score => score.Words):F0} |\n");
        }

        table.Append("\nF1 of ROUGE-1 / 2 / L by article:\n\n| Article | The post | Lead | LexRank |\n|---|---|---|---|\n");
        for (var i = 0; i < Briefs.Articles.Count; i++)
        {
            var cells = rates.Values.Take(3).Select(row => string.Create(CultureInfo.InvariantCulture, $"{100 * row[i].One.F1:F1} / {100 * row[i].Two.F1:F1} / {100 * row[i].L.F1:F1}"));
            table.Append(CultureInfo.InvariantCulture, $"| {Briefs.Articles[i]} | {string.Join(" | ", cells)} |\n");
        }

        return table.ToString();
    }

    public static async Task<string> Posts(IReadOnlyList<Brief> briefs, string? folder, bool timed)
    {
        var table = new StringBuilder("| Post | Words | Sentences cited | Word for word | All words in order | Supported by our check | Dangling | Pointers | Short forms unexplained | Repeats |\n|---|---|---|---|---|---|---|---|---|---|\n");
        var all = new List<Faults>();
        var number = 0;
        foreach (var brief in briefs)
        {
            var documents = brief.Files.Select(ReadFile.Run).ToList();
            var watch = Stopwatch.StartNew();
            var post = await Write(documents, brief.Topic, brief.Length);
            var faults = FindFaults.Run(post, documents);
            all.Add(faults);
            var words = Texts.OfPost(post.Markdown).Sum(Texts.Words);
            table.Append(CultureInfo.InvariantCulture, $"| {brief.Name}{(timed ? $" ({watch.ElapsedMilliseconds} ms)" : "")} | {words} | {faults.Cited} | {faults.WordForWord} | {faults.InOrder} | {faults.Supported}/{faults.Checked} | {faults.Dangling.Count} | {faults.Pointers.Count} | {faults.ShortForms.Count} | {faults.Repeats.Count} |\n");
            if (folder is not null)
            {
                Directory.CreateDirectory(folder);
                await File.WriteAllTextAsync(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{++number:00}.md")), Page(brief, post, faults));
            }
        }

        table.Append(CultureInfo.InvariantCulture, $"| all | | {all.Sum(post => post.Cited)} | {Share(all, post => post.WordForWord)} | {Share(all, post => post.InOrder)} | {100.0 * all.Sum(post => post.Supported) / all.Sum(post => post.Checked):F0} % | {all.Sum(post => post.Dangling.Count)} | {all.Sum(post => post.Pointers.Count)} | {all.Sum(post => post.ShortForms.Count)} | {all.Sum(post => post.Repeats.Count)} |\n");
        return table.ToString();
    }

    /// <summary>Sentences of the articles, each cited to its own passage: as they are, said otherwise, and made false in one place.</summary>
    public static string Checker(string corpus, bool misses)
    {
        var table = new StringBuilder("| Sentence | Tried | Supported | Partly | Contradicted | Not found | |\n|---|---|---|---|---|---|---|\n");
        var told = new StringBuilder();
        var sentences = Sentences(corpus).ToList();
        var (caught, tried) = (0, 0);
        Row("as in the passage", sentences.Take(400).Select(sentence => (sentence.Text, sentence.Passage)), "false alarms", Verdict.Supported);
        foreach (var (name, change) in Corrupt.Paraphrases)
        {
            Row(name, Changed(change), "false alarms", Verdict.Supported);
        }

        foreach (var (name, change) in Corrupt.Falsehoods)
        {
            Row(name, Changed(change), "caught", null);
        }

        table.Append(CultureInfo.InvariantCulture, $"\nCaught {caught} of {tried} false sentences ({100.0 * caught / tried:F0} %).\n");
        return table.Append(told).ToString();

        IEnumerable<(string Text, SourcePassage Passage)> Changed(Func<string, string?> change) =>
            sentences.Select(sentence => (Text: change(sentence.Text), sentence.Passage)).Where(pair => pair.Text is not null).Select(pair => (pair.Text!, pair.Passage)).Take(MostOfAKind);

        void Row(string name, IEnumerable<(string Text, SourcePassage Passage)> pairs, string what, Verdict? right)
        {
            var verdicts = new Dictionary<Verdict, int>();
            foreach (var (text, passage) in pairs)
            {
                var claim = CheckPost.Run(EscapeForCheck(text) + "[^1]", new Dictionary<int, SourcePassage> { [1] = passage })[^1];
                verdicts[claim.Verdict] = verdicts.GetValueOrDefault(claim.Verdict) + 1;
                if (misses && (right is null) == (claim.Verdict is Verdict.Supported))
                {
                    told.Append(CultureInfo.InvariantCulture, $"- {name}: {text} | {claim.Verdict} {claim.Note}\n");
                }
            }

            var all = verdicts.Values.Sum();
            var supported = verdicts.GetValueOrDefault(Verdict.Supported);
            if (right is null)
            {
                caught += all - supported;
                tried += all;
            }

            table.Append(CultureInfo.InvariantCulture, $"| {name} | {all} | {supported} | {verdicts.GetValueOrDefault(Verdict.Partly)} | {verdicts.GetValueOrDefault(Verdict.Contradicted)} | {verdicts.GetValueOrDefault(Verdict.NotFound)} | {what} {(all == 0 ? 0 : 100.0 * (all - supported) / all):F0} % |\n");
        }
    }

    private static string EscapeForCheck(string text) => text.Replace("*", "\\*", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private static IEnumerable<(string Text, SourcePassage Passage)> Sentences(string corpus) =>
        Briefs.Articles
            .Select(article => ReadFile.Run(Path.Combine(corpus, "summarise", "elife", "doc", article)))
            .SelectMany(document => document.Passages)
            .Where(passage => passage.Kind is "prose")
            .SelectMany(passage => SplitSentences.Of(passage).Select(span => (Text: span.Of(passage.Text).ReplaceLineEndings(" "), passage)))
            .Where(sentence => sentence.Text.Length is > 50 and < 320 && sentence.Text.EndsWith('.') && char.IsUpper(sentence.Text[0]));

    private static string Cell(IEnumerable<Score> scores)
    {
        var all = scores.ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{100 * all.Average(score => score.F1):F1} ({100 * all.Average(score => score.Recall):F1}, {100 * all.Average(score => score.Precision):F1})");
    }

    private static string Share(List<Faults> all, Func<Faults, int> count) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * all.Sum(count) / all.Sum(post => post.Cited):F0} %");

    private static string Page(Brief brief, AssembledPost post, Faults faults)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!-- {brief.Name}; topic: {brief.Topic ?? "none"}; {brief.Length} -->\n# {post.Title}\n\n_{post.Summary}_\n\n{post.Markdown}\nTags: {string.Join(", ", post.Tags)}\n");
        foreach (var (what, found) in new[] { ("dangling", faults.Dangling), ("pointer", faults.Pointers), ("short form", faults.ShortForms), ("repeat", faults.Repeats) })
        {
            foreach (var one in found)
            {
                page.Append(CultureInfo.InvariantCulture, $"{what}: {one}\n");
            }
        }

        return page.ToString();
    }
}
