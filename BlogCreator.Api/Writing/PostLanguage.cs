using System.Globalization;

namespace BlogCreator.Api.Writing;

/// <summary>The language of a post: that of its documents, since a sentence can only be checked against words of its own language.</summary>
internal static class PostLanguage
{
    private static readonly Dictionary<string, string> Codes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["english"] = "en",
        ["englisch"] = "en",
        ["german"] = "de",
        ["deutsch"] = "de",
        ["french"] = "fr",
        ["français"] = "fr",
        ["französisch"] = "fr",
        ["spanish"] = "es",
        ["español"] = "es",
        ["spanisch"] = "es",
        ["italian"] = "it",
        ["italiano"] = "it",
        ["italienisch"] = "it",
        ["dutch"] = "nl",
        ["nederlands"] = "nl",
        ["portuguese"] = "pt",
        ["português"] = "pt",
        ["polish"] = "pl",
        ["polski"] = "pl",
        ["danish"] = "da",
        ["dansk"] = "da",
        ["swedish"] = "sv",
        ["svenska"] = "sv",
    };

    /// <summary>What to tell a person who asked for another language than the documents have; null when they agree.</summary>
    public static string? Objection(string? asked, string documents)
    {
        if (string.IsNullOrWhiteSpace(asked) || Code(asked) == Code(documents))
        {
            return null;
        }

        return $"The documents are in {Name(documents)}, so the post is too: a sentence in another language could not be checked against them.";
    }

    public static string Name(string code)
    {
        try
        {
            return CultureInfo.GetCultureInfo(Code(code)).EnglishName;
        }
        catch (CultureNotFoundException)
        {
            return code;
        }
    }

    private static string Code(string language)
    {
        var text = language.Trim();
        return Codes.GetValueOrDefault(text) ?? text.Split('-', '_')[0].ToLowerInvariant();
    }
}
