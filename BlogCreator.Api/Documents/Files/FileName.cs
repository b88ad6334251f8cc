namespace BlogCreator.Api.Documents.Files;

/// <summary>The name of a stored file is the SHA-256 of its bytes, in lower-case hexadecimal.</summary>
internal static class FileName
{
    /// <summary>A name becomes part of a path or a key: nothing else ever may.</summary>
    public static void Check(string sha256)
    {
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException("Not a SHA-256 in lower-case hexadecimal.", nameof(sha256));
        }
    }
}
