using System.Globalization;
using System.Text;

namespace BlogCreator.Api.Documents;

/// <summary>Makes a file's name, as somebody's computer sent it, safe to store, show, log and hand back.</summary>
internal static class UploadedName
{
    private const int Longest = 255;

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    /// <summary>What is read, by the ending of a file's name.</summary>
    public static readonly IReadOnlyDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [".pdf"] = "pdf",
        [".md"] = "markdown",
        [".markdown"] = "markdown",
        [".txt"] = "text",
        [".text"] = "text",
    };

    public static string? TypeOf(string cleanName) => Types.GetValueOrDefault(Path.GetExtension(cleanName));

    public static string Clean(string sent)
    {
        var name = new StringBuilder(sent.Length);
        foreach (var rune in sent[(sent.LastIndexOfAny(['/', '\\']) + 1)..].EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                name.Append(' ');
            }
            // Format characters turn the direction of writing, and with it the ending a person sees.
            else if (category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse)
                && rune.Value is not ('<' or '>' or ':' or '"' or '|' or '?' or '*' or 0xFFFD))
            {
                name.Append(rune.ToString());
            }
        }

        // Leading dots hide a file, trailing ones hide its ending; ".pdf" alone is an ending without a name.
        var clean = name.ToString().Normalize(NormalizationForm.FormC).TrimEnd(' ', '.');
        clean = clean.LastIndexOf('.') == 0 ? clean : clean.TrimStart(' ', '.');
        var ending = Path.GetExtension(clean);
        var stem = clean[..^ending.Length].TrimEnd(' ', '.');
        stem = stem.Length == 0 ? "document" : Reserved.Contains(stem.Split('.')[0].Trim()) ? "_" + stem : stem;
        var room = Math.Max(1, Longest - ending.Length);
        if (stem.Length > room)
        {
            stem = stem[..(char.IsHighSurrogate(stem[room - 1]) ? room - 1 : room)];
        }

        var whole = stem + ending;
        return whole.Length <= Longest ? whole : whole[..Longest];
    }
}
