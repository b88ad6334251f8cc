using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Finds out how text was written down: by its mark, by its zeros, as UTF-8, as it says itself, else by its letters.</summary>
internal static class DecodeText
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="declared">The name of the encoding as the file itself gives it.</param>
    public static string Of(ReadOnlySpan<byte> bytes, string? declared = null)
    {
        var text = Decode(bytes, declared);
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ReadFailedException(ReadFailures.ContentMismatch("text"));
        }

        return text.TrimStart('\uFEFF').ReplaceLineEndings("\n");
    }

    public static bool LooksLikeText(ReadOnlySpan<byte> start)
    {
        if (UnicodeOf(start) is { } wide)
        {
            return Share(wide.GetString(start[..(start.Length & ~3)]), letter => letter == '\uFFFD') < 0.1;
        }

        var controls = 0;
        foreach (var value in start)
        {
            if (value == 0)
            {
                return false;
            }

            if (value < 0x20 && value is not (0x09 or 0x0A or 0x0C or 0x0D or 0x1B))
            {
                controls++;
            }
        }

        return controls * 50 <= start.Length;
    }

    private static string Decode(ReadOnlySpan<byte> bytes, string? declared)
    {
        if (UnicodeOf(bytes) is { } wide)
        {
            return wide.GetString(bytes);
        }

        // Nothing but UTF-8 looks like UTF-8 by chance, and what was converted to it often still says otherwise; the
        // encodings that escape everything into ASCII do.
        if (declared is not null && (declared.StartsWith("iso-2022", StringComparison.OrdinalIgnoreCase) || declared.StartsWith("hz-", StringComparison.OrdinalIgnoreCase))
            && Strict(bytes, LegacyText.Named(declared)) is { } escaped)
        {
            return escaped;
        }

        return Strict(bytes, StrictUtf8)
            ?? Strict(bytes, declared is null ? null : LegacyText.Named(declared))
            ?? AlmostUtf8(bytes)
            ?? LegacyText.Guess(bytes).GetString(bytes);
    }

    private static string? Strict(ReadOnlySpan<byte> bytes, Encoding? encoding)
    {
        try
        {
            return encoding?.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // One broken letter in a long text, or an end in the middle of one, does not make it another encoding.
    private static string? AlmostUtf8(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var (broken, whole) = (0, 0);
        foreach (var letter in text)
        {
            broken += letter == '\uFFFD' ? 1 : 0;
            whole += letter is > '\u007F' and not '\uFFFD' ? 1 : 0;
        }

        return whole > 20 * broken ? text : null;
    }

    private static Encoding? UnicodeOf(ReadOnlySpan<byte> bytes)
    {
        // UTF-32 first: its mark begins with that of UTF-16.
        if (bytes.StartsWith<byte>([0xFF, 0xFE, 0, 0]))
        {
            return new UTF32Encoding(bigEndian: false, byteOrderMark: false);
        }

        if (bytes.StartsWith<byte>([0, 0, 0xFE, 0xFF]))
        {
            return new UTF32Encoding(bigEndian: true, byteOrderMark: false);
        }

        if (bytes.StartsWith<byte>([0xFF, 0xFE]))
        {
            return Encoding.Unicode;
        }

        return bytes.StartsWith<byte>([0xFE, 0xFF]) ? Encoding.BigEndianUnicode : ByItsZeros(bytes);
    }

    // Western text in UTF-16 or UTF-32 without a mark has its zeros at regular places.
    private static Encoding? ByItsZeros(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..(Math.Min(bytes.Length, 4096) & ~3)];
        if (sample.Length < 8)
        {
            return null;
        }

        Span<int> zeros = stackalloc int[4];
        for (var i = 0; i < sample.Length; i++)
        {
            zeros[i & 3] += sample[i] == 0 ? 1 : 0;
        }

        var most = sample.Length / 4 * 7 / 10;
        var regular = (zeros[0] > most, zeros[1] > most, zeros[2] > most, zeros[3] > most) switch
        {
            (false, true, true, true) => new UTF32Encoding(bigEndian: false, byteOrderMark: false),
            (true, true, true, false) => new UTF32Encoding(bigEndian: true, byteOrderMark: false),
            (false, true, false, true) => Encoding.Unicode,
            (true, false, true, false) => Encoding.BigEndianUnicode,
            _ => null,
        };
        return regular ?? (zeros[0] + zeros[1] + zeros[2] + zeros[3] > 0 ? ByItsBlanks(sample) : null);
    }

    // Text of other scripts in UTF-16 without a mark: blanks and line ends show which half of a unit comes first.
    private static Encoding? ByItsBlanks(ReadOnlySpan<byte> sample)
    {
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            var text = encoding.GetString(sample);
            var blanks = text.Count(letter => letter is ' ' or '\n' or '\r' or '.' or ',' or '\u3001' or '\u3002');
            var odd = Share(text, letter => !char.IsLetterOrDigit(letter) && !char.IsPunctuation(letter) && letter is not (' ' or '\n' or '\r' or '\t' or '\u3000')
                && char.GetUnicodeCategory(letter) is not (System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark));
            var blocks = text.Where(char.IsLetter).CountBy(letter => letter >> 8).Count(block => block.Value * 50 > text.Length);
            if (blanks * 60 > text.Length && odd < 0.03 && blocks <= 40)
            {
                return encoding;
            }
        }

        return null;
    }

    private static double Share(string text, Func<char, bool> what) => text.Length == 0 ? 0 : (double)text.Count(what) / text.Length;
}
