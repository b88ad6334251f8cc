using System.Buffers;
using System.Security.Cryptography;

namespace BlogCreator.Api.Documents.Files;

/// <summary>Takes the hash of bytes as they pass, without ever holding more than one buffer of them.</summary>
internal static class HashStream
{
    private const int Buffer = 1 << 17;

    /// <param name="write">Given each piece of the content; null to take the hash only.</param>
    /// <exception cref="FileTooLargeException">There is more than <paramref name="maxBytes"/>.</exception>
    public static async Task<(string Sha256, long Size)> Of(
        Stream content, long maxBytes, Func<ReadOnlyMemory<byte>, ValueTask>? write, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(Buffer);
        try
        {
            long size = 0;
            while (await content.ReadAsync(buffer, cancel) is > 0 and var length)
            {
                size += length;
                if (size > maxBytes)
                {
                    throw new FileTooLargeException();
                }

                hash.AppendData(buffer, 0, length);
                if (write is not null)
                {
                    await write(buffer.AsMemory(0, length));
                }
            }

            return (Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
