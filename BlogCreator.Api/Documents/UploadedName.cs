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
        [".docx"] = "docx",
        [".docm"] = "docx",
        [".pptx"] = "pptx",
        [".pptm"] = "pptx",
        [".xlsx"] = "xlsx",
        [".xlsm"] = "xlsx",
        [".xls"] = "xls",
        [".csv"] = "csv",
        [".tsv"] = "csv",
        [".odt"] = "odt",
        [".ods"] = "ods",
        [".odp"] = "odp",
        [".rtf"] = "rtf",
        [".epub"] = "epub",
        [".html"] = "html",
        [".htm"] = "html",
        [".xhtml"] = "html",
        [".eml"] = "eml",
    };

    public static string? TypeOf(string cleanName) => Types.GetValueOrDefault(Path.GetExtension(cleanName));

    /// <summary>Why a kind of file is not read, and what to do with it.</summary>
    public static string Refusal(string cleanName)
    {
        var read = $"These are read: {string.Join(", ", Types.Keys)}.";
        return Path.GetExtension(cleanName).ToLowerInvariant() switch
        {
            ".doc" or ".dot" => $"Word files from before 2007 (.doc) are not read. Open it in Word or LibreOffice, save it as .docx without a password, and upload that. {read}",
            ".ppt" or ".pps" => $"PowerPoint files from before 2007 (.ppt) are not read. Open it in PowerPoint or LibreOffice, save it as .pptx without a password, and upload that. {read}",
            ".zip" or ".7z" or ".rar" or ".gz" or ".tar" or ".tgz" => $"Archives are not unpacked. Unpack it on your computer and upload the documents in it; several at once are fine. {read}",
            ".pages" or ".numbers" or ".key" => $"Files of Apple's programs are not read. Export it as PDF or in an Office format, and upload that. {read}",
            ".msg" => $"Outlook's own mail files (.msg) are not read. Save the mail as .eml, .html or .txt, and upload that. {read}",
            ".jpg" or ".jpeg" or ".png" or ".gif" or ".tif" or ".tiff" or ".webp" or ".heic" => $"Pictures hold no text that can be cited. Run text recognition (OCR) over it, and upload the PDF or text that it gives. {read}",
            _ => $"{read} Convert the document to one of them and upload that.",
        };
    }

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
