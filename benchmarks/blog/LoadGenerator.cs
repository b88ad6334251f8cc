using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace BlogCreator.Benchmarks.Blog;

/// <summary>Asks for one page over and over, as browsers that take Brotli: with wrk where it is installed, else with plain sockets.</summary>
internal static partial class LoadGenerator
{
    private const string Wrk = "/usr/bin/wrk";

    public static string Name => File.Exists(Wrk) ? "wrk" : "plain sockets";

    /// <summary>Requests answered in a second.</summary>
    public static Task<double> Run(Uri page, int connections, int seconds) =>
        File.Exists(Wrk) ? RunWrk(page, connections, seconds) : RunSockets(page, connections, seconds);

    private static async Task<double> RunWrk(Uri page, int connections, int seconds)
    {
        var start = new ProcessStartInfo(Wrk) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-t1", $"-c{connections}", $"-d{seconds}s", "-H", "Accept-Encoding: gzip, deflate, br", page.ToString()])
        {
            start.ArgumentList.Add(argument);
        }

        using var wrk = Process.Start(start)!;
        var report = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (report.Contains("Non-2xx", StringComparison.Ordinal) || report.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(report);
        }

        return double.Parse(Rate().Match(report).Groups["rate"].ValueSpan, CultureInfo.InvariantCulture);
    }

    private static async Task<double> RunSockets(Uri page, int connections, int seconds)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(() => Ask(page, end.Token))));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static async Task<long> Ask(Uri page, CancellationToken end)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(page.Host, page.Port, CancellationToken.None);
        var request = Encoding.ASCII.GetBytes($"GET {page.PathAndQuery} HTTP/1.1\r\nHost: {page.Authority}\r\nAccept-Encoding: gzip, deflate, br\r\n\r\n");
        var buffer = new byte[256 * 1024];
        var expected = 0;
        var count = 0L;
        while (!end.IsCancellationRequested)
        {
            await socket.SendAsync(request, CancellationToken.None);
            var read = 0;
            while (expected == 0 || read < expected)
            {
                var got = await socket.ReceiveAsync(buffer.AsMemory(read), CancellationToken.None);
                if (got == 0)
                {
                    throw new InvalidOperationException("The server closed the connection.");
                }

                read += got;
                expected = LengthOf(buffer.AsSpan(0, read));
            }

            count++;
        }

        return count;
    }

    /// <summary>Of the whole answer; zero while its headers are not all there.</summary>
    private static int LengthOf(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0)
        {
            return 0;
        }

        var name = answer[..head].IndexOf("Content-Length: "u8);
        var digits = answer[(name + 16)..head];
        var stop = digits.IndexOf((byte)'\r');
        return head + 4 + int.Parse(stop < 0 ? digits : digits[..stop], CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Requests/sec:\s+(?<rate>[0-9.]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Rate();
}
