using System.Text;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>The container of Office before 2007, in which Office since then also puts what has a password.</summary>
internal static class OleFile
{
    private const int MostDirectoryBytes = 16 << 20;

    public static ReadOnlySpan<byte> Signature => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    public static bool Is(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[8];
        return file.ReadAtLeast(start, 8, throwOnEndOfStream: false) == 8 && start.AsSpan().SequenceEqual(Signature);
    }

    /// <summary>The directory names its streams in UTF-16; nothing else of the container is needed to tell.</summary>
    public static bool IsEncrypted(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[Math.Min(file.Length, MostDirectoryBytes)];
        file.ReadExactly(bytes);
        return bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("EncryptedPackage")) >= 0
            || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("EncryptionInfo")) >= 0;
    }
}
