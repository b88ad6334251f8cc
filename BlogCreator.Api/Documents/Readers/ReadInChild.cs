using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>What came of reading: a summary with blocks, or the failure.</summary>
internal sealed record ReadResult(IReadOnlyList<Block> Blocks, ReaderSummary? Summary, ReaderFailure? Failure);

/// <summary>
/// Reads a file in a process of its own, started with nothing of ours in its environment, and ends it on any breach of its limits.
/// A hostile file may take the reader down, never the service.
/// </summary>
internal sealed partial class ReadInChild(IOptions<ReadingOptions> options, TimeProvider clock, ILogger<ReadInChild> logger)
{
    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(250);
    private const int MostComplaints = 8192;
    private const int LongestLine = 4 << 20;

    /// <summary>The program that is started with <c>read TYPE PATH</c>.</summary>
    internal string ReaderAssembly { get; init; } = typeof(ReadInChild).Assembly.Location;

    /// <param name="workFolder">A writable folder; a temporary one for the process is made in it and removed.</param>
    public async Task<ReadResult> Run(
        string fileType, string path, string workFolder, Func<ReaderProgress, CancellationToken, ValueTask> onProgress, CancellationToken cancel)
    {
        var temporary = Directory.CreateDirectory(Path.Combine(workFolder, "read-" + Guid.CreateVersion7().ToString("N")));
        try
        {
            return await RunIn(temporary.FullName, fileType, Path.GetFullPath(path), onProgress, cancel);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private async Task<ReadResult> RunIn(
        string temporary, string fileType, string path, Func<ReaderProgress, CancellationToken, ValueTask> onProgress, CancellationToken cancel)
    {
        using var process = new Process { StartInfo = StartInfo(temporary, fileType, path) };
        process.Start();
        using var timeout = new CancellationTokenSource(options.Value.Time, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        var complaints = Complaints(process);
        var watch = Watch(process, stop);
        var blocks = new List<Block>();
        ReaderMessage? last = null;
        ReaderFailure? breach = null;
        try
        {
            await foreach (var message in Messages(process.StandardOutput.BaseStream, stop.Token))
            {
                if (last is not null)
                {
                    throw new JsonException("The reader went on after its end.");
                }

                switch (message)
                {
                    case { Block: { } block }:
                        blocks.Add(block);
                        break;
                    case { Progress: { } progress }:
                        await onProgress(progress, stop.Token);
                        break;
                    case { Summary: not null } or { Failure: not null }:
                        last = message;
                        break;
                }
            }

            await process.WaitForExitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            breach = timeout.IsCancellationRequested ? ReadFailures.TimedOut : ReadFailures.OutOfMemory;
        }
        catch (OutputCapException)
        {
            breach = ReadFailures.TooMuchOutput;
        }
        catch (JsonException)
        {
            breach = ReadFailures.Crashed;
        }
        finally
        {
            await End(process);
            await stop.CancelAsync();
            await watch;
        }

        var failure = breach ?? Outcome(process.ExitCode, await complaints, last);
        if (failure is not null)
        {
            LogReadFailed(logger, fileType, failure.Code, process.ExitCode);
        }
        else if (last!.Summary!.UnreadablePages > 0)
        {
            LogPagesLeftOut(logger, last.Summary.UnreadablePages);
        }

        return failure is null ? new ReadResult(blocks, last!.Summary, null) : new ReadResult([], null, failure);
    }

    // A shell's way of counting: 128 and the number of the signal that ended the process.
    private static ReaderFailure? Outcome(int exitCode, string complaints, ReaderMessage? last) => (exitCode, last) switch
    {
        (0, { Failure: { } failure }) => failure,
        (0, { Summary: not null }) => null,
        (137, _) => ReadFailures.OutOfMemory,
        (152, _) => ReadFailures.TimedOut,
        (_, _) when complaints.Contains("Out of memory", StringComparison.OrdinalIgnoreCase)
            || complaints.Contains("OutOfMemoryException", StringComparison.Ordinal) => ReadFailures.OutOfMemory,
        _ => ReadFailures.Crashed,
    };

    private ProcessStartInfo StartInfo(string temporary, string fileType, string path)
    {
        var limits = options.Value;
        var start = new ProcessStartInfo(DotnetHost())
        {
            ArgumentList = { ReaderAssembly, "read", fileType, path },
            WorkingDirectory = temporary,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var systemRoot = Environment.GetEnvironmentVariable("SystemRoot");
        start.Environment.Clear();
        if (systemRoot is not null)
        {
            start.Environment["SystemRoot"] = systemRoot;
        }

        start.Environment["TMPDIR"] = start.Environment["TEMP"] = start.Environment["TMP"] = start.Environment["HOME"] = temporary;
        start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(DotnetHost());
        start.Environment["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{limits.MemoryMegabytes * 1024L * 1024 * 3 / 4:X}");
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_BackgroundWorkerTimeoutMs"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        start.Environment[ReaderProcess.MaxPagesVariable] = limits.MaxPages.ToString(CultureInfo.InvariantCulture);
        start.Environment[ReaderProcess.MaxCharactersVariable] = limits.MaxCharacters.ToString(CultureInfo.InvariantCulture);
        start.Environment[ReaderProcess.CpuSecondsVariable] = ((int)Math.Ceiling(limits.Time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return start;
    }

    // The host that belongs to the runtime we run on, whatever program started us.
    private static string DotnetHost()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(beside) ? beside : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? name;
    }

    private async IAsyncEnumerable<ReaderMessage> Messages(Stream stdout, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var reader = PipeReader.Create(stdout, new StreamPipeReaderOptions(bufferSize: 1 << 16, leaveOpen: true));
        long received = 0;
        while (true)
        {
            var result = await reader.ReadAsync(cancel);
            var buffer = result.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                received += line.Length + 1;
                yield return Parse(line);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }

            if (received + buffer.Length > options.Value.MaxOutputBytes || buffer.Length > LongestLine)
            {
                throw new OutputCapException();
            }

            if (result.IsCompleted)
            {
                // What is left is half a line: the exit code tells what happened.
                yield break;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static ReaderMessage Parse(ReadOnlySequence<byte> line)
    {
        var json = new Utf8JsonReader(line);
        return JsonSerializer.Deserialize(ref json, ReaderJson.Default.ReaderMessage) ?? throw new JsonException("The reader wrote nothing.");
    }

    private static async Task<string> Complaints(Process process)
    {
        // Read to its end, since a full pipe would stop the process, but little of it is kept.
        var kept = new StringBuilder();
        var buffer = new char[1024];
        try
        {
            while (await process.StandardError.ReadAsync(buffer) is > 0 and var length)
            {
                kept.Append(buffer, 0, Math.Min(length, MostComplaints - kept.Length));
            }
        }
        catch (IOException)
        {
            // Ended by us.
        }

        return kept.ToString();
    }

    private async Task Watch(Process process, CancellationTokenSource stop)
    {
        var most = options.Value.MemoryMegabytes * 1024L * 1024;
        using var timer = new PeriodicTimer(WatchEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                process.Refresh();
                if (process.HasExited)
                {
                    return;
                }

                if (process.WorkingSet64 > most)
                {
                    await stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Reading is over.
        }
        catch (InvalidOperationException)
        {
            // It ended between two looks.
        }
    }

    private static async Task End(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It ended by itself meanwhile.
        }

        await process.WaitForExitAsync(CancellationToken.None);
    }

    private sealed class OutputCapException : Exception;

    [LoggerMessage(LogLevel.Warning, "Reading a {FileType} file failed: {Code} (exit code {ExitCode})")]
    private static partial void LogReadFailed(ILogger logger, string fileType, string code, int exitCode);

    [LoggerMessage(LogLevel.Warning, "{Pages} damaged pages were left out")]
    private static partial void LogPagesLeftOut(ILogger logger, int pages);
}
