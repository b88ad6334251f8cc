using System.Globalization;

namespace BlogCreator.Api.Writing;

/// <summary>The few words that we add ourselves, in the language of the documents.</summary>
internal sealed record Labels(string KeyPoints, string Sources, string And, string Background, string Meaning, string Method, string Page, string Pages)
{
    private static readonly Labels English = new("Key points", "Sources", " and ", "The background: ", "What it means: ", "How it was done: ", "page", "pages");
    private static readonly Labels German = new("Das Wichtigste", "Quellen", " und ", "Der Hintergrund: ", "Was es bedeutet: ", "Wie vorgegangen wurde: ", "Seite", "Seiten");

    public static Labels For(string language) => language is "de" ? German : English;

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
