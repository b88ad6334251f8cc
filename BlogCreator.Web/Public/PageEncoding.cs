using System.IO.Compression;

namespace BlogCreator.Web.Public;

/// <summary>Pages are compressed once, when they are made; the cache then serves them as they are.</summary>
internal static class PageEncoding
{
    public const string Brotli = "br";
    public const string Gzip = "gzip";
    private const string None = "";

    // Below this the headers weigh more than what is saved.
    private const int WorthIt = 400;

    /// <summary>The best encoding that the browser takes; empty for none.</summary>
    public static string Of(HttpRequest request)
    {
        var (brotli, gzip) = (false, false);
        foreach (var line in request.Headers.AcceptEncoding)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var offer = line.AsSpan()[range].Trim();
                var end = offer.IndexOf(';');
                var name = end < 0 ? offer : offer[..end].TrimEnd();
                if (end >= 0 && IsRefused(offer[(end + 1)..]))
                {
                    continue;
                }

                brotli |= name.Equals(Brotli, StringComparison.OrdinalIgnoreCase);
                gzip |= name.Equals(Gzip, StringComparison.OrdinalIgnoreCase);
            }
        }

        return brotli ? Brotli : gzip ? Gzip : None;
    }

    public static bool IsWorth(string? contentType, long length) =>
        length >= WorthIt
        && contentType is not null
        && (contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("xml", StringComparison.OrdinalIgnoreCase)
            || contentType.Contains("json", StringComparison.OrdinalIgnoreCase));

    public static async Task<MemoryStream> Compress(MemoryStream body, string encoding, CancellationToken cancel)
    {
        var compressed = new MemoryStream((int)(body.Length / 2));
        await using (Stream into = encoding == Brotli
            ? new BrotliStream(compressed, CompressionLevel.Optimal, leaveOpen: true)
            : new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            body.Position = 0;
            await body.CopyToAsync(into, cancel);
        }

        return compressed;
    }

    /// <summary>"q=0", "q=0.0" and so on.</summary>
    private static bool IsRefused(ReadOnlySpan<char> parameter)
    {
        var text = parameter.Trim();
        return text.StartsWith("q=0", StringComparison.OrdinalIgnoreCase) && text[3..].Trim("0.").IsEmpty;
    }
}
