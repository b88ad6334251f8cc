using System.Text.RegularExpressions;

namespace BlogCreator.Api.Writing;

/// <summary>Reads the headings of a document: what part a section plays, and whether its heading says something to a reader.</summary>
internal static partial class ReadHeading
{
    public const string Separator = " › ";

    private const int LongestHeading = 75;

    public static string[] Path(string heading) => heading.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static bool IsBoilerplate(IEnumerable<string> path) => path.Any(part => Boilerplate().IsMatch(Plain(part)));

    public static SectionRole Role(IReadOnlyList<string> path)
    {
        for (var i = path.Count - 1; i >= 0; i--)
        {
            var role = Role(Plain(path[i]));
            if (role is not SectionRole.Other)
            {
                return role;
            }
        }

        return SectionRole.Other;
    }

    /// <summary>The heading as a reader may see it, or empty when it only names a part ("Results", "Chapter 3").</summary>
    public static string Telling(string heading)
    {
        var telling = Telling(heading, 200, 30);
        telling = OwnWork().Replace(telling, "The ");
        if (telling.Length > LongestHeading && Subordinate().Match(telling) is { Success: true, Index: >= 20 } rest)
        {
            telling = telling[..rest.Index];
        }

        return telling.Length <= 110 ? telling : "";
    }

    /// <summary>The part of an overlong heading that can stand by itself, or empty.</summary>
    public static string Shortened(string heading)
    {
        var telling = OwnWork().Replace(Telling(heading, 300, 45), "The ");
        return telling.Length > LongestHeading && Joint().Matches(telling).LastOrDefault(joint => joint.Index is >= 25 and <= LongestHeading) is { } cut
            ? telling[..cut.Index]
            : "";
    }

    /// <summary>Titles may be longer than headings.</summary>
    public static string Title(string heading) => Telling(heading, 240, 36, shortest: 2);

    /// <summary>Names of parts that say something to a reader as they are.</summary>
    public static string Kept(string heading) => KeptName().IsMatch(Plain(heading)) ? Plain(heading) : "";

    private static string Telling(string heading, int longest, int mostWords, int shortest = 4)
    {
        var plain = Plain(heading);
        var words = plain.Count(c => c is ' ') + 1;
        if (plain.Length < shortest || plain.Length > longest || words > mostWords || Generic().IsMatch(plain) || Role(plain) is not SectionRole.Other || plain.Count(char.IsLetter) < 0.6 * plain.Length
            || plain.EndsWith(',') || plain.EndsWith(';') || plain.Contains("http", StringComparison.OrdinalIgnoreCase) || plain.Contains('@', StringComparison.Ordinal) || plain.Contains("](", StringComparison.Ordinal)
            || plain.IndexOfAny(['<', '>', '{', '}', '|']) >= 0)
        {
            return "";
        }

        plain = plain.TrimEnd('.', ':', ' ');
        if (!plain.Any(char.IsLower) && words > 1)
        {
            plain = plain[0] + plain[1..].ToLowerInvariant();
        }

        return char.IsLower(plain[0]) ? char.ToUpperInvariant(plain[0]) + plain[1..] : plain;
    }

    private static string Plain(string heading) => Numbering().Replace(CleanSentence.OneLine(heading).Trim('*', '_', '#', ' '), "").Trim();

    private static SectionRole Role(string plain) =>
        AbstractName().IsMatch(plain) ? SectionRole.Abstract
        : IntroductionName().IsMatch(plain) ? SectionRole.Introduction
        : MethodName().IsMatch(plain) ? SectionRole.Method
        : ConclusionName().IsMatch(plain) ? SectionRole.Conclusion
        : DiscussionName().IsMatch(plain) ? SectionRole.Discussion
        : ResultName().IsMatch(plain) ? SectionRole.Result
        : SectionRole.Other;

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant;

    [GeneratedRegex("""^((\d{1,3}|[ivx]{1,5}|[a-z])(\.\d{1,3}){0,4}[.):]? +|(chapter|section|part|kapitel|abschnitt|teil) [\divx]{1,5}[.:]? *)""", Options, 20_000)]
    private static partial Regex Numbering();

    [GeneratedRegex("""^(Our|My) """, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex OwnWork();

    [GeneratedRegex(""",? (that|which|by|in|with|from|through|via|using|when|while|and|but|after|during|under|despite|due)\b""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Joint();

    // What may go from a long heading without making a fragment of it.
    [GeneratedRegex("""( \([^()]*\)$|, (and|but|which|while|whereas|as|thus|thereby|leading|resulting|suggesting|indicating)\b|; |: | [–—] )""", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 20_000)]
    private static partial Regex Subordinate();

    [GeneratedRegex("""^(abstract|summary|executive summary|elife digest|digest|zusammenfassung|kurzfassung|overview|überblick|highlights|key (points|messages|findings)|tl;dr|résumé|resumen)$""", Options, 20_000)]
    private static partial Regex AbstractName();

    [GeneratedRegex("""^(introduction|background|einleitung|einführung|hintergrund|introducción|preface|vorwort|purpose|scope|motivation)$""", Options, 20_000)]
    private static partial Regex IntroductionName();

    [GeneratedRegex("""^(.{0,20}\b)?(methods?|methodology|methoden|materials|experimental (procedures|design|setup)|procedures?)( and (methods|materials))?$""", Options, 20_000)]
    private static partial Regex MethodName();

    [GeneratedRegex("""^(results?( and discussion)?|findings|ergebnisse|résultats|resultados)$""", Options, 20_000)]
    private static partial Regex ResultName();

    [GeneratedRegex("""^((general )?discussion|diskussion|discusión|implications|limitations)$""", Options, 20_000)]
    private static partial Regex DiscussionName();

    [GeneratedRegex("""^(conclusions?|concluding remarks|outlook|fazit|schluss(folgerung(en)?)?|ausblick|conclusiones|summary and conclusions?|conclusions? and (outlook|perspectives|future .{2,30})|discussion and conclusions?|recommendations|next steps)$""", Options, 20_000)]
    private static partial Regex ConclusionName();

    [GeneratedRegex("""^(outlook|limitations|recommendations|next steps|implications|ausblick|empfehlungen|einschränkungen|perspectives|perspectivas|prospettive|vooruitblik|motivation|scope)$""", Options, 20_000)]
    private static partial Regex KeptName();

    [GeneratedRegex("""^(section|chapter|part|page|appendix|annex|anhang|kapitel|seite|untitled|document|notes?|misc|miscellaneous|other|general|main|body|text|content|faq|details?|more|description|data|examples?)\b.{0,6}$""", Options, 20_000)]
    private static partial Regex Generic();

    [GeneratedRegex(
        """^(references?|bibliography|literature( cited)?|works cited|literatur(verzeichnis)?|quellen(verzeichnis)?|sources|acknowledge?ments?|danksagung|funding( information)?|author (contributions?|information|details)|authors?|competing interests?|conflicts? of interest|declarations?|ethics( statement)?|disclosures?|data (availability|and code availability).*|additional (information|files)|supplement(ary|al)? .*|table of contents|contents|inhalt(sverzeichnis)?|list of (figures|tables|abbreviations)|abbreviations|glossary|index|copyright.*|licen[cs]e.*|impressum|legal notice|disclaimer|about the authors?|contact.*|keywords?|decision letter|author response|major datasets?|see also|external links|further reading|navigation|menu|footnotes?|endnotes?|publisher.?s note|received.*|changelog|revision history)$""",
        Options, 20_000)]
    private static partial Regex Boilerplate();
}
