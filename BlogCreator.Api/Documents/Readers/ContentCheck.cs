namespace BlogCreator.Api.Documents.Readers;

/// <summary>Decides from a file's first bytes, before any parser sees it, whether it is what its name says.</summary>
internal static class ContentCheck
{
    private const int Enough = 4096;

    // Formats that carry a name of their own and are never text, though some of their first bytes could pass for it.
    private static readonly byte[][] NeverText =
    [
        [.. "%PDF-"u8], [.. "PK\u0003\u0004"u8], [.. "{\\rtf"u8], [0x89, .. "PNG"u8], [0xFF, 0xD8, 0xFF], [.. "GIF8"u8],
        [0x1F, 0x8B], [.. "\u007fELF"u8], [0xD0, 0xCF, 0x11, 0xE0], [.. "7z\u00bc\u00af"u8], [.. "Rar!"u8], [.. "%!PS"u8],
    ];

    public static ReaderFailure? Of(string fileType, string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var start = new byte[Enough];
        var length = file.ReadAtLeast(start, Enough, throwOnEndOfStream: false);
        return length == 0
            ? ReadFailures.EmptyFile
            : IsWhatItSays(fileType, start.AsSpan(0, length)) ? null : ReadFailures.ContentMismatch(fileType);
    }

    private static bool IsWhatItSays(string fileType, ReadOnlySpan<byte> start) => fileType switch
    {
        "pdf" => start[..Math.Min(1024, start.Length)].IndexOf("%PDF-"u8) >= 0,
        // An Office document with a password is an OLE file; its reader says so.
        "docx" or "pptx" or "xlsx" => start.StartsWith("PK"u8) || start.StartsWith(OleFile.Signature),
        "odt" or "ods" or "odp" or "epub" => start.StartsWith("PK"u8),
        // Excel up to version 4 wrote its records without a container.
        "xls" => start.StartsWith(OleFile.Signature) || start is [0x09, 0x00 or 0x02 or 0x04 or 0x08, ..] || start.StartsWith("PK"u8),
        "rtf" => start.TrimStart(" \r\n\t"u8).StartsWith("{\\rt"u8),
        _ => !StartsAsAnother(start) && DecodeText.LooksLikeText(start),
    };

    private static bool StartsAsAnother(ReadOnlySpan<byte> start)
    {
        foreach (var signature in NeverText)
        {
            if (start.StartsWith(signature))
            {
                return true;
            }
        }

        return false;
    }
}
