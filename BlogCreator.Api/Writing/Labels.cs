using System.Globalization;

namespace BlogCreator.Api.Writing;

/// <summary>The few words that we add ourselves, in the language of the documents.</summary>
internal sealed record Labels(string KeyPoints, string Sources, string And, string Page, string Pages)
{
    private static readonly Labels English = new("Key points", "Sources", " and ", "page", "pages");
    private static readonly Labels German = new("Das Wichtigste", "Quellen", " und ", "Seite", "Seiten");

    public static Labels For(string language) => language is "de" ? German : English;

    /// <summary>Headings for a part whose own heading names no more than the part.</summary>
    public IReadOnlyList<string> HeadingsOf(SectionRole role) => (role, this == German) switch
    {
        (SectionRole.Abstract, false) => ["In short", "The work in brief"],
        (SectionRole.Introduction, false) => ["Background", "What was known before"],
        (SectionRole.Method, false) => ["How it was done", "The work in detail"],
        (SectionRole.Result, false) => ["What was found", "The findings in detail"],
        (SectionRole.Discussion, false) => ["What it means", "How the findings are seen"],
        (SectionRole.Conclusion, false) => ["Conclusions", "What follows from it"],
        (SectionRole.Abstract, true) => ["Kurz gesagt", "Die Arbeit im Überblick"],
        (SectionRole.Introduction, true) => ["Hintergrund", "Was vorher bekannt war"],
        (SectionRole.Method, true) => ["Wie vorgegangen wurde", "Die Arbeit im Einzelnen"],
        (SectionRole.Result, true) => ["Was gefunden wurde", "Die Ergebnisse im Einzelnen"],
        (SectionRole.Discussion, true) => ["Was es bedeutet", "Wie die Ergebnisse zu sehen sind"],
        (SectionRole.Conclusion, true) => ["Fazit", "Was daraus folgt"],
        _ => [],
    };

    /// <summary>For a part that nothing names.</summary>
    public IReadOnlyList<string> PlainHeadings => this == German ? ["Im Einzelnen", "Weitere Einzelheiten", "Was sonst berichtet wird"] : ["In detail", "Further details", "What else is reported"];

    public string WhatDocumentsSay(int count) => this == German
        ? $"was {count.ToString(CultureInfo.InvariantCulture)} Dokumente sagen"
        : $"what {Spelled(count)} documents say";

    /// <summary>Fixed sentences that the check knows as transitions.</summary>
    public string NotCovered(string topic) => this == German
        ? $"Die Dokumente sprechen nicht über {topic}."
        : $"The documents do not speak about {topic}.";

    public string Instead => this == German ? "Hier steht, was die Dokumente sagen." : "Here is what the documents do speak about.";

    private static string Spelled(int count) => count switch
    {
        2 => "two",
        3 => "three",
        4 => "four",
        5 => "five",
        6 => "six",
        _ => count.ToString(CultureInfo.InvariantCulture),
    };
}
