using System.Text.RegularExpressions;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Headings under which there is nothing to quote, and lines that are not prose, in the languages we meet most.</summary>
internal static partial class SectionNames
{
    public static bool IsReferences(string heading) => References().IsMatch(heading);

    public static bool IsContents(string heading) => Contents().IsMatch(heading);

    public static bool IsCaption(string text) => Caption().IsMatch(text);

    public static bool IsContentsLine(string line) => Leaders().IsMatch(line);

    [GeneratedRegex(@"^(?:(?:\d+|[IVX]+|[A-Z])\.?\s+)?(?:references?(?: and notes| cited)?|bibliography|works cited|literature(?: cited)?|further reading|literatur(?:verzeichnis)?|quellen(?:verzeichnis)?|références(?: bibliographiques)?|bibliographie|referencias|bibliografía|riferimenti|bibliografia|referências)\s*:?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex References();

    [GeneratedRegex(@"^(?:table of contents|contents|list of (?:figures|tables)|inhalt(?:sverzeichnis)?|table des matières|sommaire|índice|contenido|indice|sommario|inhoud(?:sopgave)?)\s*:?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Contents();

    [GeneratedRegex(@"^(?:fig(?:ure|\.)?|table|chart|exhibit|plate|scheme|box|listing|abb(?:ildung|\.)?|tab(?:elle|\.)|tableau|figura|tabla|tabella)\s*(?:[A-Z]\.?)?\d+(?:[.\-–]\d+)*(?:[a-z])?\s*(?:[.:|–—-]|\s\p{Lu}|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Caption();

    [GeneratedRegex(@"(?:\.\s?){4,}\s*(?:\d{1,4}|[ivxlc]+)?\s*$|(?:…\s?){2,}\s*(?:\d{1,4}|[ivxlc]+)?\s*$|_{4,}\s*\d{1,4}\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 20_000)]
    private static partial Regex Leaders();
}
