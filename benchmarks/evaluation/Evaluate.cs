using System.Globalization;
using System.Text;
using BlogCreator.Api.Evidence;
using BlogCreator.Api.Writing;
using BlogCreator.Contracts;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>The three tables: posts beside the editors' digests, what is wrong with posts, what the checker sees and overlooks.</summary>
internal static class Evaluate
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

    public static async Task<IReadOnlyList<(Brief Brief, AssembledPost Post, Faults Faults)>> WriteAll(IEnumerable<Brief> briefs)
    {
        var posts = new List<(Brief Brief, AssembledPost Post, Faults Faults)>();
        foreach (var brief in briefs)
        {
            var documents = brief.Files.Select(ReadFile.Run).ToList();
            var post = await Write(documents, brief.Topic, brief.Length);
            posts.Add((brief, post, FindFaults.Run(post, documents)));
        }

        return posts;
    }

    public static async Task<string> Posts(IReadOnlyList<Brief> briefs, string? folder)
    {
        var table = new StringBuilder("| Post | Words | Sentences cited | Word for word | All words in order | Supported by our check | Dangling | Pointers | Short forms unexplained | Repeats |\n|---|---|---|---|---|---|---|---|---|---|\n");
        var all = new List<Faults>();
        var number = 0;
        foreach (var (brief, post, faults) in await WriteAll(briefs))
        {
            all.Add(faults);
            var words = Texts.OfPost(post.Markdown).Sum(Texts.Words);
            table.Append(CultureInfo.InvariantCulture, $"| {brief.Name} | {words} | {faults.Cited} | {faults.WordForWord} | {faults.InOrder} | {faults.Supported}/{faults.Checked} | {faults.Dangling.Count} | {faults.Pointers.Count} | {faults.ShortForms.Count} | {faults.Repeats.Count} |\n");
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
    public static IReadOnlyList<CheckerRow> Check(string corpus)
    {
        var sentences = Sentences(corpus).ToList();
        return
        [
            Row("as in the passage", isFalse: false, sentences.Take(400)),
            .. Corrupt.Paraphrases.Select(kind => Row(kind.Name, isFalse: false, Changed(kind.Change))),
            .. Corrupt.Falsehoods.Select(kind => Row(kind.Name, isFalse: true, Changed(kind.Change))),
        ];

        IEnumerable<(string Text, SourcePassage Passage)> Changed(Func<string, string?> change) =>
            sentences.Select(sentence => (Text: change(sentence.Text), sentence.Passage)).Where(pair => pair.Text is not null).Select(pair => (pair.Text!, pair.Passage)).Take(MostOfAKind);
    }

    public static string Checker(string corpus, bool misses)
    {
        var rows = Check(corpus);
        var table = new StringBuilder("| Sentence | Tried | Supported | Partly | Contradicted | Not found | |\n|---|---|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Tried} | {row.Of(Verdict.Supported)} | {row.Of(Verdict.Partly)} | {row.Of(Verdict.Contradicted)} | {row.Of(Verdict.NotFound)} | {(row.IsFalse ? "caught" : "false alarms")} {100 * row.Objected:F0} % |\n");
        }

        var (tried, caught) = (rows.Where(row => row.IsFalse).Sum(row => row.Tried), rows.Where(row => row.IsFalse).Sum(row => row.Tried - row.Of(Verdict.Supported)));
        var (right, alarms) = (rows.Where(row => !row.IsFalse).Sum(row => row.Tried), rows.Where(row => !row.IsFalse).Sum(row => row.Tried - row.Of(Verdict.Supported)));
        table.Append(CultureInfo.InvariantCulture, $"\nCaught {caught} of {tried} false sentences ({100.0 * caught / tried:F1} %); false alarms on {alarms} of {right} true ones ({100.0 * alarms / right:F1} %).\n");
        foreach (var row in rows.Where(_ => misses))
        {
            foreach (var (text, claim) in row.Claims.Where(pair => row.IsFalse == pair.Claim.Verdict is Verdict.Supported))
            {
                table.Append(CultureInfo.InvariantCulture, $"- {row.Name}: {text} | {claim.Verdict} {claim.Note}\n");
            }
        }

        return table.ToString();
    }

    private static CheckerRow Row(string name, bool isFalse, IEnumerable<(string Text, SourcePassage Passage)> pairs) =>
        new(name, isFalse, [.. pairs.Select(pair => (pair.Text, CheckPost.Run(EscapeForCheck(pair.Text) + "[^1]", new Dictionary<int, SourcePassage> { [1] = pair.Passage })[^1]))]);

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

/// <summary>One kind of sentence given to the checker, and what it said.</summary>
internal sealed record CheckerRow(string Name, bool IsFalse, IReadOnlyList<(string Text, ClaimDetails Claim)> Claims)
{
    public int Tried => Claims.Count;

    /// <summary>The share that was not let through.</summary>
    public double Objected => Tried == 0 ? 0 : 1 - (double)Of(Verdict.Supported) / Tried;

    public int Of(Verdict verdict) => Claims.Count(pair => pair.Claim.Verdict == verdict);
}
