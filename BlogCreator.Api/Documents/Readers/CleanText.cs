using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Takes out of text what nobody sees but a model or a search would: controls, marks of direction, tags, ligatures.</summary>
internal static class CleanText
{
    /// <summary>All white space becomes one blank; the result has none at its ends.</summary>
    public static string Line(ReadOnlySpan<char> text) => Clean(text, keepLines: false);

    /// <summary>Blanks are joined within each line, empty lines are dropped.</summary>
    public static string Lines(string text) => string.Join('\n', text
        .Split('\n')
        .Select(line => Line(line))
        .Where(line => line.Length > 0));

    /// <summary>Blanks and line ends are kept, as code needs them; tabs become four blanks.</summary>
    public static string Code(string text) => Clean(text.Replace("\t", "    ", StringComparison.Ordinal), keepLines: true).Trim('\n').TrimEnd();

    private static string Clean(ReadOnlySpan<char> text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        var blank = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (keepLines && (rune.Value is ' ' or '\n'))
            {
                clean.Append((char)rune.Value);
                continue;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                blank = clean.Length > 0;
                continue;
            }

            if (IsInvisible(rune))
            {
                continue;
            }

            if (blank)
            {
                clean.Append(' ');
                blank = false;
            }

            Append(clean, rune);
        }

        return clean.ToString();
    }

    // Zero-width joiners carry meaning in Indic scripts, Persian and emoji, so they stay.
    private static bool IsInvisible(Rune rune) => rune.Value switch
    {
        0x200C or 0x200D => false,
        0xAD or 0x200B or 0x2060 or 0xFEFF or 0xFFFD or 0x180E => true,
        >= 0xE0000 and <= 0xE0FFF => true,
        >= 0xFFF0 and <= 0xFFFC => true,
        >= 0xE000 and <= 0xF8FF => true,
        _ => Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control
            or System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.OtherNotAssigned
            or System.Globalization.UnicodeCategory.PrivateUse
            or System.Globalization.UnicodeCategory.Surrogate,
    };

    private static void Append(StringBuilder clean, Rune rune)
    {
        // Compatibility forms of letters are unfolded; superscripts, fractions and signs are not, since 10⁶ is not 106.
        if (rune.Value is (>= 0xFB00 and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFE) or (>= 0x2E80 and <= 0x2FDF) or (>= 0xF900 and <= 0xFAFF))
        {
            clean.Append(rune.ToString().Normalize(NormalizationForm.FormKC));
            return;
        }

        Span<char> units = stackalloc char[2];
        clean.Append(units[..rune.EncodeToUtf16(units)]);
    }
}
