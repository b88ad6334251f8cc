namespace BlogCreator.Benchmarks.Writing;

/// <summary>Paragraphs that open with a word that means something said before.</summary>
internal static class Dangling
{
    private static readonly string[] Openers =
    [
        "This ", "These ", "Those ", "That ", "It ", "He ", "She ", "They ", "Its ", "Their ", "His ", "Her ", "However", "Therefore", "Thus", "Hence", "But ", "And ", "Such ",
        "Also", "In addition", "Moreover", "Furthermore", "Similarly", "As shown", "As described", "In contrast", "For example", "For instance", "Consequently", "Both ", "Another ",
    ];

    public static bool Opens(string paragraph) => Openers.Any(opener => paragraph.StartsWith(opener, StringComparison.Ordinal));
}
