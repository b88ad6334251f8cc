using System.Text.RegularExpressions;

namespace BlogCreator.Api.Writing;

/// <summary>Sentences that cannot open a paragraph though their first word is harmless: "At night it is closed."</summary>
internal static partial class SpotLeaning
{
    private const int ShortSentence = 110;

    public static bool Run(string text) =>
        BehindOpening().IsMatch(text)
        || GermanAdverb().IsMatch(text)
        || OtherLanguages().IsMatch(text)
        || (text.Length < ShortSentence && !text.Contains(',', StringComparison.Ordinal) && ObjectAtEnd().IsMatch(text));

    private const RegexOptions Options = RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    [GeneratedRegex("""^((At|In|On|During|After|Before|For|From|By|Since|Until|Under|Over|With|Without|Today|Now|Later|Bei|Im|Am|Nach|Seit|Mit|Vor|Heute|Jetzt|Später) ?[^,;:]{0,45},? (it|they|he|she|er|sie|es)\b|In return\b|In this way\b|By then\b|Until then\b|More (precisely|specifically)\b|In other words\b|That is\b|(For )?(more|further) (information|details)\b|The (reduced|increased|observed|two|three|four) \w+ )""", Options, 20_000)]
    private static partial Regex BehindOpening();

    /// <summary>Adverbs that point back, unless a clause of the same sentence stands before them.</summary>
    [GeneratedRegex("""^[^,;:]{0,90}\b([Dd]adurch|[Dd]eshalb|[Dd]aher|[Ss]eitdem|[Dd]ort|[Dd]abei|[Dd]amit|[Dd]azu|[Dd]anach|[Tt]rotzdem|[Dd]ennoch|[Dd]afür|[Dd]avon|[Dd]arin|[Dd]eswegen|[Ss]omit|[Ff]olglich|[Ee]benfalls|(von|mit|bei|für|unter) ihnen)\b""", Options, 20_000)]
    private static partial Regex GermanAdverb();

    [GeneratedRegex("""\b(it|them|him)\.$""", Options, 20_000)]
    private static partial Regex ObjectAtEnd();

    [GeneratedRegex(
        """^(Ce|Cette|Ces|Cet|Il|Ils|Elle|Elles|Cela|Ainsi|Cependant|Toutefois|Donc|De plus|En outre|Este|Esta|Estos|Estas|Esto|Ese|Esa|Ellos|Ellas|Además|Sin embargo|Por eso|Por lo tanto|Así|Questo|Questa|Questi|Queste|Inoltre|Tuttavia|Perciò|Così|Esso|Essa|Essi|Deze|Dit|Hij|Zij|Daarom|Echter|Bovendien|Isso|Isto|Estes|Eles|Elas|Porém|Além disso|No entanto)\b""",
        Options, 20_000)]
    private static partial Regex OtherLanguages();
}
