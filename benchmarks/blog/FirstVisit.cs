using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace BlogCreator.Benchmarks.Blog;

/// <summary>What comes over the wire when a browser opens a post for the first time: the page and whatever it loads.</summary>
internal static partial class FirstVisit
{
    public static async Task<IReadOnlyList<(string Path, int Bytes)>> Measure(Uri site, string path)
    {
        var (html, size) = await Fetch(site, path);
        var parts = new List<(string Path, int Bytes)> { (path, size) };
        foreach (var asset in Asset().Matches(html).Select(match => match.Groups["path"].Value).Distinct())
        {
            parts.Add((asset, (await Fetch(site, asset)).Bytes));
        }

        return parts;
    }

    private static async Task<(string Text, int Bytes)> Fetch(Uri site, string path)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(site.Host, site.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {site.Authority}\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: close\r\n\r\n"));
        using var answer = new MemoryStream();
        await using (var stream = new NetworkStream(socket))
        {
            await stream.CopyToAsync(answer);
        }

        var bytes = answer.ToArray();
        var head = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (head < 0 || !bytes.AsSpan().StartsWith("HTTP/1.1 200"u8))
        {
            throw new InvalidOperationException($"{path} was not answered with 200.");
        }

        var brotli = Encoding.ASCII.GetString(bytes, 0, head).Contains("Content-Encoding: br", StringComparison.OrdinalIgnoreCase);
        using var body = new MemoryStream(bytes, head + 4, bytes.Length - head - 4);
        using var reader = new StreamReader(brotli ? new BrotliStream(body, CompressionMode.Decompress) : body);
        return (await reader.ReadToEndAsync(), bytes.Length);
    }

    [GeneratedRegex("(src|href)=\"(?<path>/[^\"]+\\.(css|js|svg))\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Asset();
}
