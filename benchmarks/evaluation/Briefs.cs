using BlogCreator.Contracts;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>A post that is written for the evaluation and read by a person.</summary>
internal sealed record Brief(string Name, IReadOnlyList<string> Files, string? Topic = null, PostLength Length = PostLength.Medium);

/// <summary>The posts: four research articles with the defaults of a brief, and ten more of many kinds.</summary>
internal static class Briefs
{
    public static readonly IReadOnlyList<string> Articles = ["elife-02833-v2.md", "elife-14093-v1.md", "elife00005.md", "elife00007.md"];

    public static IReadOnlyList<Brief> All(string corpus, string own) =>
    [
        .. Articles.Select(article => new Brief(article, [Path.Combine(corpus, "summarise/elife/doc", article)])),
        new("article, topic", [Path.Combine(corpus, "summarise/elife/doc/elife00007.md")], "How do green leaf volatiles protect tobacco?", PostLength.Short),
        new("two articles, long", [Path.Combine(corpus, "summarise/elife/doc/elife-02833-v2.md"), Path.Combine(corpus, "summarise/elife/doc/elife00005.md")], null, PostLength.Long),
        new("manual", [Path.Combine(own, "heat-pump-manual.md")]),
        new("manual, topic", [Path.Combine(own, "heat-pump-manual.md")], "Saving electricity", PostLength.Short),
        new("report with numbers", [Path.Combine(own, "library-report.md")]),
        new("notes without headings", [Path.Combine(own, "beekeeping-notes.txt")]),
        new("German report", [Path.Combine(own, "radweg-bericht.md")]),
        new("encyclopedia page", [Path.Combine(corpus, "upload/md/docl__wiki.md")]),
        new("PDF lecture", [Path.Combine(corpus, "upload/pdf/unst__a1977-backus-p21.pdf")]),
        new("PDF manual page", [Path.Combine(corpus, "upload/pdf/unst__interface-config-guide-p93.pdf")]),
    ];
}
