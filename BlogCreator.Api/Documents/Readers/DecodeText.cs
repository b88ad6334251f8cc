using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Finds out how text was written down: by its mark, by its zeros, as UTF-8, else as Windows-1252.</summary>
internal static class DecodeText
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = Decode(bytes);
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

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (UnicodeOf(bytes) is { } wide)
        {
            return wide.GetString(bytes);
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            // Windows-1252 gives every byte a meaning, so it comes last.
            return CodePagesEncodingProvider.Instance.GetEncoding(1252) is { } western
                ? western.GetString(bytes)
                : Encoding.Latin1.GetString(bytes);
        }
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
        return (zeros[0] > most, zeros[1] > most, zeros[2] > most, zeros[3] > most) switch
        {
            (false, true, true, true) => new UTF32Encoding(bigEndian: false, byteOrderMark: false),
            (true, true, true, false) => new UTF32Encoding(bigEndian: true, byteOrderMark: false),
            (false, true, false, true) => Encoding.Unicode,
            (true, false, true, false) => Encoding.BigEndianUnicode,
            _ => null,
        };
    }

    private static double Share(string text, Func<char, bool> what) => text.Length == 0 ? 0 : (double)text.Count(what) / text.Length;
}
