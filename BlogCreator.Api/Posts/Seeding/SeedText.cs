using System.Globalization;
using System.Text;
using BlogCreator.Api.Evidence;

namespace BlogCreator.Api.Posts.Seeding;

/// <summary>The text of one made-up post and the passages it cites.</summary>
internal sealed record SeedText(VersionText Text, IReadOnlyDictionary<int, SourcePassage> Citations)
{
    private const int SourcedEvery = 5;

    private static readonly string[] Subjects =
        ["bridge", "harbour", "river", "garden", "library", "museum", "railway", "lighthouse", "forest", "market", "school", "observatory", "glacier", "orchard", "workshop", "theatre", "archive", "mill", "canal", "station", "village", "cathedral", "island", "laboratory", "vineyard", "quarry", "factory", "hospital", "meadow", "fortress"];

    private static readonly string[] Qualities =
        ["old", "quiet", "famous", "small", "northern", "wooden", "public", "forgotten", "restored", "busy", "narrow", "early", "modern", "stone", "royal", "distant", "flooded", "sunlit", "modest", "celebrated"];

    private static readonly string[] Deeds =
        ["opened", "served", "supplied", "changed", "joined", "protected", "replaced", "fed", "measured", "attracted", "divided", "outlived", "employed", "surprised", "survived"];

    private static readonly string[] Objects =
        ["visitors", "farmers", "ships", "letters", "records", "engineers", "students", "grain", "water", "timber", "songs", "maps", "bees", "clocks", "instruments", "paintings", "trade", "winters", "travellers", "neighbours"];

    private static readonly string[] Topics =
        ["history", "travel", "engineering", "gardening", "science", "architecture", "music", "food", "photography", "sailing", "astronomy", "education", "trains", "books", "weather", "crafts", "birds", "economics", "painting", "walking"];

    private static readonly string[] Syllables =
        ["bre", "vik", "sal", "ton", "mar", "ley", "hol", "den", "fer", "nau", "kir", "by", "or", "len", "tas", "wick", "ro", "sund", "el", "min"];

    /// <summary>The same for the same two numbers, on every machine.</summary>
    public static SeedText Make(int seed, int number)
    {
        // Not for secrets.
#pragma warning disable CA5394
        var random = new Random(HashCode(seed, number));
        var place = Name(random);
        var subject = Pick(Subjects, random);
        var title = random.Next(3) switch
        {
            0 => $"The {Pick(Qualities, random)} {subject} of {place}",
            1 => $"How the {subject} of {place} {Pick(Deeds, random)} {Pick(Objects, random)}",
            _ => $"{place}: notes on a {Pick(Qualities, random)} {subject}",
        };
        var sourced = number % SourcedEvery == 0;
        var citations = new Dictionary<int, SourcePassage>();
        var document = new Guid(random.Next(), 1, 4, [0x80, 1, 2, 3, 4, 5, 6, 7]);
        var markdown = new StringBuilder();
        for (var paragraph = 0; paragraph < random.Next(3, 7); paragraph++)
        {
            if (paragraph is 2 or 4)
            {
                markdown.Append(CultureInfo.InvariantCulture, $"## The {Pick(Subjects, random)} and its {Pick(Objects, random)}\n\n");
            }

            for (var sentence = 0; sentence < random.Next(3, 7); sentence++)
            {
                var said = string.Create(CultureInfo.InvariantCulture, $"In {random.Next(1700, 2020)} the {Pick(Qualities, random)} {(sentence % 2 == 0 ? subject : Pick(Subjects, random))} of {(random.Next(2) == 0 ? place : Name(random))} {Pick(Deeds, random)} {random.Next(2, 900)} {Pick(Objects, random)} and {Pick(Objects, random)}.");
                markdown.Append(said);
                if (sourced)
                {
                    var label = citations.Count + 1;
                    citations[label] = new SourcePassage(new Guid(label, 2, 4, [0x80, .. document.ToByteArray()[..7]]), document, $"{place}.pdf", label, title, "paragraph", label, said);
                    markdown.Append(CultureInfo.InvariantCulture, $"[^{label}]");
                }

                markdown.Append(' ');
            }

            markdown.Append("\n\n");
        }

        // Few topics have most of the posts.
        var tags = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Topics[(int)(Topics.Length * Math.Pow(random.NextDouble(), 2))]).Distinct().Append(random.Next(40) == 0 ? place.ToLowerInvariant() : "notes").ToList();
        return new SeedText(new VersionText(title, $"What the {subject} of {place} was for, and who remembers it.", markdown.ToString(), tags), citations);
#pragma warning restore CA5394
    }

    private static string Pick(string[] words, Random random) => words[(int)(words.Length * Math.Pow(Next(random), 1.6))];

    /// <summary>One of some thousands, so that there are rare words too.</summary>
    private static string Name(Random random)
    {
        var name = string.Concat(Enumerable.Range(0, 2 + (int)(2 * Next(random))).Select(_ => Syllables[(int)(Syllables.Length * Next(random))]));
        return char.ToUpperInvariant(name[0]) + name[1..];
    }

#pragma warning disable CA5394 // Not for secrets.
    private static double Next(Random random) => random.NextDouble();
#pragma warning restore CA5394

    /// <summary>Not System.HashCode, which is another in each process.</summary>
    private static int HashCode(int seed, int number) => unchecked((seed * 486187739) ^ (number * 16777619));
}
