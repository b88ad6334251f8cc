using System.Globalization;
using BlogCreator.Contracts;

namespace BlogCreator.Api.Writing;

/// <summary>What a brief asked for that the writer without a model cannot do, said plainly.</summary>
public static class NoteLimits
{
    /// <summary>A sentence each for the person who asked, with a code for programs.</summary>
    public static IReadOnlyList<(string Code, string Text)> Run(BriefDetails brief, Understanding understanding)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(understanding);
        var limits = new List<(string Code, string Text)>();
        if (brief.Language is { Length: >= 2 } language && !string.Equals(language[..2], understanding.Language, StringComparison.OrdinalIgnoreCase))
        {
            limits.Add(("language-not-followed", $"Without a language model nothing is translated: the post is in {NameOf(understanding.Language)}, the language of the documents."));
        }

        var asked = new[] { ("audience", brief.Audience), ("tone", brief.Tone), ("instructions", brief.Instructions) }.Where(field => !string.IsNullOrWhiteSpace(field.Item2)).Select(field => field.Item1).ToList();
        if (asked.Count > 0)
        {
            limits.Add(("style-not-followed", $"Without a language model the sentences stay as the documents have them: {Listed(asked)} could not be followed."));
        }

        return limits;
    }

    /// <summary>Why nothing can be written from these documents; null when something can.</summary>
    public static (string Code, string Text)? WhyNothing(Understanding understanding)
    {
        ArgumentNullException.ThrowIfNull(understanding);
        return understanding.Documents.Any(document => document.Sections.Any(section => section.Passages.Any(passage => passage.Sentences.Any(sentence => sentence.StandsAlone))))
            ? null
            : ("no-prose", "The documents hold no whole sentences that a post could be written from, only tables, lists of words or fragments. Add a document with running text, or set up a language model.");
    }

    private static string Listed(List<string> names) => names.Count == 1 ? names[0] : string.Join(", ", names[..^1]) + " and " + names[^1];

    private static string NameOf(string language)
    {
        try
        {
            return CultureInfo.GetCultureInfo(language).EnglishName;
        }
        catch (CultureNotFoundException)
        {
            return language;
        }
    }
}
