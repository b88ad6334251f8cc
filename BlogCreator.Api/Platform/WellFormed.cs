namespace BlogCreator.Api.Platform;

/// <summary>
/// Text that can be compared and folded: JSON and addresses may carry code units that are no characters, at which the
/// framework's normalisation throws.
/// </summary>
public static class WellFormed
{
    private const char NoCharacter = '\uFFFE';

    public static string Of(string text)
    {
        var broken = text.Contains(NoCharacter, StringComparison.Ordinal);
        for (var i = 0; !broken && i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                broken = !char.IsSurrogatePair(text, i);
                i++;
            }
        }

        return broken ? string.Concat(text.EnumerateRunes().Where(rune => rune.Value is not (NoCharacter or 0xFFFD))) : text;
    }
}
