using System.Globalization;
using System.Text.RegularExpressions;

namespace BlogCreator.Benchmarks.Evaluation;

/// <summary>Sentences made false in one place, and sentences said otherwise that stay true.</summary>
internal static partial class Corrupt
{
    public static readonly IReadOnlyList<(string Name, Func<string, string?> Change)> Falsehoods =
    [
        ("a number changed", OtherNumber),
        ("a negation put in", Denied),
        ("a negation taken out", Affirmed),
        ("two names swapped", SwappedNames),
        ("a unit changed", OtherUnit),
        ("a hedge dropped", Certain),
        ("the direction reversed", Reversed),
        ("cause and effect swapped", SwappedSides),
        ("some made all", Widened),
    ];

    public static readonly IReadOnlyList<(string Name, Func<string, string?> Change)> Paraphrases =
    [
        ("the opening put last", OpeningLast),
        ("brackets left out", WithoutBrackets),
        ("a link left out", WithoutLink),
        ("another form of a word", OtherForm),
        ("another word for the same", OtherWord),
        ("passive for active", Passive),
    ];

    private static string? OtherNumber(string text) => Once(Number(), text, match =>
        (decimal.Parse(match.Value, CultureInfo.InvariantCulture) + 3).ToString(CultureInfo.InvariantCulture));

    private static string? Denied(string text) => Once(Auxiliary(), text, match => match.Value is "can" ? "cannot" : match.Value + " not");

    private static string? Affirmed(string text) => Once(Not(), text, _ => " ");

    private static string? SwappedNames(string text)
    {
        var names = Name().Matches(text).Where(match => match.Index > 0).DistinctBy(match => match.Value).ToList();
        if (names.Count < 2)
        {
            return null;
        }

        var (first, last) = (names[0], names[^1]);
        return text[..first.Index] + last.Value + text[(first.Index + first.Length)..last.Index] + first.Value + text[(last.Index + last.Length)..];
    }

    private static string? OtherUnit(string text) => Once(Unit(), text, match => match.Groups["figure"].Value + match.Groups["space"].Value + match.Groups["unit"].Value switch
    {
        "%" => " kg",
        "mm" => "cm",
        "cm" => "m",
        "kb" => "mb",
        "nm" => "mm",
        "hr" or "h" => "days",
        "days" => "weeks",
        "weeks" => "months",
        "min" => "h",
        "m" => "km",
        var unit => unit + "s per hour",
    });

    private static string? Certain(string text) => Once(Hedged(), text, _ => " ");

    private static string? Reversed(string text) => Once(Direction(), text, match => match.Value switch
    {
        "increased" => "decreased",
        "increase" => "decrease",
        "increases" => "decreases",
        "decreased" => "increased",
        "decrease" => "increase",
        "reduced" => "increased",
        "reduces" => "increases",
        "reduce" => "increase",
        "higher" => "lower",
        "lower" => "higher",
        "larger" => "smaller",
        "smaller" => "larger",
        "more" => "less",
        "less" => "more",
        "before" => "after",
        "after" => "before",
        "activation" => "repression",
        "repression" => "activation",
        "present" => "absent",
        var absent => absent == "absent" ? "present" : "low",
    });

    /// <summary>"A increases B" becomes "B increases A", where both are a few words.</summary>
    private static string? SwappedSides(string text)
    {
        var match = Effect().Match(Brackets().Replace(text, ""));
        return match.Success ? Sentence(match.Groups["effect"].Value + match.Groups["verb"].Value + Lower(match.Groups["cause"].Value)) : null;
    }

    private static string? Widened(string text) => Once(Some(), text, match => char.IsUpper(match.Value[0]) ? "All" : "all");

    private static string? OpeningLast(string text)
    {
        var match = Opening().Match(text);
        return match.Success ? Sentence(match.Groups["rest"].Value + " " + Lower(match.Groups["opening"].Value)) : null;
    }

    private static string? WithoutBrackets(string text) => Once(Brackets(), text, _ => "");

    private static string? WithoutLink(string text) => Link().Match(text) is { Success: true } link ? Sentence(text[link.Length..].TrimEnd('.')) : null;

    private static string? OtherForm(string text) => Once(Verb(), text, match => match.Value switch
    {
        "shows" => "showed",
        "increases" => "increased",
        "reduces" => "reduced",
        "requires" => "required",
        "contains" => "contained",
        "indicates" => "indicated",
        "produces" => "produced",
        "controls" => "controlled",
        "allows" => "allowed",
        "suggests" => "suggested",
        "involves" => "involved",
        var verb => verb[..^1] + "d",
    });

    private static string? OtherWord(string text) => Once(Word(), text, match => match.Value switch
    {
        "shows" => "demonstrates",
        "showed" => "demonstrated",
        "shown" => "demonstrated",
        "used" => "employed",
        "observed" => "seen",
        "large" => "big",
        "required" => "needed",
        "requires" => "needs",
        "obtained" => "got",
        "similar" => "alike",
        "whereas" => "while",
        "located" => "situated",
        "important" => "crucial",
        "entire" => "whole",
        "various" => "different",
        var word => word is "identified" ? "found" : "method",
    });

    /// <summary>"A controls B" becomes "B is controlled by A".</summary>
    private static string? Passive(string text)
    {
        var match = Active().Match(Brackets().Replace(text, ""));
        if (!match.Success)
        {
            return null;
        }

        var verb = match.Groups["verb"].Value.Trim();
        var participle = verb.EndsWith("es", StringComparison.Ordinal) ? verb[..^1] + "d" : verb[..^1] + "ed";
        return Sentence($"{match.Groups["effect"].Value} is {participle} by {Lower(match.Groups["cause"].Value)}");
    }

    private static string? Once(Regex pattern, string text, MatchEvaluator change)
    {
        var changed = pattern.Replace(text, change, 1);
        return string.Equals(changed, text, StringComparison.Ordinal) ? null : changed.Replace("  ", " ", StringComparison.Ordinal);
    }

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..].TrimEnd('.', ' ') + ".";

    private static string Lower(string text) => text.Length > 1 && char.IsLower(text[1]) ? char.ToLowerInvariant(text[0]) + text[1..] : text;

    private const RegexOptions Options = RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    [GeneratedRegex("""(?<=[ ~(])\d+(\.\d+)?(?=[ %,–]|\.$|\. )""", Options, 1000)]
    private static partial Regex Number();

    [GeneratedRegex("""\b(is|are|was|were|can|does|do)\b(?! not)""", Options, 1000)]
    private static partial Regex Auxiliary();

    [GeneratedRegex(""" not (?!only)""", Options, 1000)]
    private static partial Regex Not();

    [GeneratedRegex("""\b([A-Z][A-Za-z]*[A-Z0-9][A-Za-z0-9]*|(?<=[a-z] )[A-Z][a-z]{3,})\b""", Options, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("""(?<figure>\d)(?<space> ?)(?<unit>%|mm|cm|kb|nm|hr|h|days|weeks|min|m|fold)(?=[ ,.)])""", Options, 1000)]
    private static partial Regex Unit();

    [GeneratedRegex(""" (may|might|could|possibly|probably|likely|potentially|apparently) """, Options, 1000)]
    private static partial Regex Hedged();

    [GeneratedRegex("""\b(increased|increases|increase|decreased|decrease|reduced|reduces|reduce|higher|lower|larger|smaller|more|less|before|after|activation|repression|present|absent)\b""", Options, 1000)]
    private static partial Regex Direction();

    [GeneratedRegex("""^(?<cause>[^,;:()]{4,110})(?<verb> (increases|reduces|causes|controls|regulates|affects|promotes|determines|activates|represses|contains|requires|influences|stabilizes|increased|reduced|caused|controlled|affected|showed|suggest|suggests|provide|provides|indicate|indicates|predicts|allows|induces|generates|explains|captures|prevents|defines|marks|reflects|produces|depletes|supports|mirror|include) )(?<effect>[^,;:()]{4,110})\.$""", Options, 1000)]
    private static partial Regex Effect();

    [GeneratedRegex("""\b(some|most|many|several|few|Some|Most|Many|Several|Few)\b(?! of)""", Options, 1000)]
    private static partial Regex Some();

    [GeneratedRegex("""^(?<opening>(In|At|On|During|For|Under|Within|After|Before) [^,;()]{3,60}), (?<rest>[a-z][^;:]{15,160})\.$""", Options, 1000)]
    private static partial Regex Opening();

    [GeneratedRegex(""" \([^()]{2,80}\)""", Options, 1000)]
    private static partial Regex Brackets();

    [GeneratedRegex("""^(However|Moreover|Furthermore|Thus|Therefore|In addition|Additionally|Interestingly|Importantly|Finally|Indeed|Consequently|Hence|Notably), (?=[a-z])""", Options, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("""\b(shows|increases|reduces|requires|contains|indicates|produces|suggests|provides|includes|allows|changes|causes|controls|involves)\b""", Options, 1000)]
    private static partial Regex Verb();

    [GeneratedRegex("""\b(shows|showed|shown|used|observed|large|required|requires|obtained|whereas|located|important|entire|various|identified|approach)\b""", Options, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("""^(?<cause>[^,;:()]{4,70})(?<verb> (increases|reduces|causes|controls|regulates|affects|promotes|determines|activates|represses|requires|influences|induces|generates|explains|captures|prevents|defines|marks|reflects|produces|supports) )(?<effect>[^,;:()]{4,70})\.$""", Options, 1000)]
    private static partial Regex Active();
}
