using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Takes out of a page what nobody who opens it sees: it could carry instructions that nobody would find.</summary>
internal static partial class HiddenHtml
{
    private const int MostRules = 2000;
    private const int MostWhite = 5000;

    public static void Remove(IDocument document)
    {
        foreach (var rule in document.QuerySelectorAll("style").SelectMany(style => Rule().Matches(Conditional().Replace(style.TextContent, string.Empty))).Where(rule => Hides().IsMatch(rule.Groups["body"].Value)).Take(MostRules).ToList())
        {
            try
            {
                RemoveAll(document.QuerySelectorAll(rule.Groups["selector"].Value.Trim()));
            }
            catch (DomException)
            {
                // A selector that is none selects nothing.
            }
        }

        RemoveAll(document.QuerySelectorAll("script, style, noscript, template, iframe, object, embed, [hidden], input, select, textarea"));
        RemoveAll(document.QuerySelectorAll("[style]").Where(element => Hides().IsMatch(element.GetAttribute("style")!)));
        RemoveAll(document.QuerySelectorAll("[style*=color], font[color]").Where(IsWhite).Take(MostWhite).Where(element => !IsOnColour(element)));
        foreach (var comment in document.Descendants<IComment>().ToList())
        {
            comment.Remove();
        }
    }

    private static void RemoveAll(IEnumerable<IElement> elements)
    {
        foreach (var element in elements.ToList())
        {
            // A rule for the whole page is undone by a script that we do not run.
            if (element.LocalName is not ("html" or "body" or "main" or "article"))
            {
                element.Remove();
            }
        }
    }

    private static bool IsWhite(IElement element) => White().IsMatch(element.GetAttribute("style") ?? string.Empty)
        || element.GetAttribute("color")?.Trim() is "#ffffff" or "#FFFFFF" or "#fff" or "#FFF" or "white";

    private static bool IsOnColour(IElement element)
    {
        for (IElement? at = element; at is not null; at = at.ParentElement)
        {
            if (at.HasAttribute("bgcolor") || at.HasAttribute("background") || at.GetAttribute("style")?.Contains("background", StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }

        return false;
    }

    // What is hidden on paper or on small screens only is seen on others.
    [GeneratedRegex(@"@(?:media|supports|container)[^{}]{0,500}\{(?>(?:[^{}]*\{[^{}]*\})*)[^{}]*\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Conditional();

    [GeneratedRegex(@"(?<selector>[^{}@;]{1,500})\{(?<body>[^{}]{1,5000})\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Rule();

    [GeneratedRegex(@"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?<![\w-])opacity\s*:\s*0?(?:\.0+)?\s*(?:;|!|$)|font-size\s*:\s*[01](?:\.\d+)?\s*(?:px|pt|em|%)?\s*(?:;|!|$)|mso-hide\s*:\s*all|(?:text-indent|left|top|right)\s*:\s*-\d{4,}|max-(?:height|width)\s*:\s*0(?:px|em|rem|pt|%)?\s*(?:;|!|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Hides();

    [GeneratedRegex(@"(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\)|transparent)\s*(?:;|!|$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex White();
}
