using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace BlogCreator.LocalHosting;

/// <summary>One run of a service.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const int LongestLine = 64 * 1024;

    private readonly Process process;
    private readonly TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task output;

    private ServiceProcess(Process process, Action<string, bool> line)
    {
        this.process = process;
        Id = process.Id;
        process.Exited += (_, _) => exited.TrySetResult(process.ExitCode);
        process.EnableRaisingEvents = true;
        output = Task.WhenAll(Read(process.StandardOutput, line, isError: false), Read(process.StandardError, line, isError: true));
    }

    public int Id { get; }

    public Task<int> Exited => exited.Task;

    public static ServiceProcess Start(ProcessStartInfo start, string name, Action<string, bool> line)
    {
        try
        {
            return new ServiceProcess(Process.Start(start) ?? throw new Win32Exception("no process"), line);
        }
        catch (Exception failure) when (failure is Win32Exception or DirectoryNotFoundException or FileNotFoundException)
        {
            throw new EngineError($"{name} cannot be started: {failure.Message}", $"Is {start.FileName} there, and {start.WorkingDirectory}?");
        }
    }

    /// <summary>Asks the service to end, and ends it when it does not.</summary>
    public async Task Stop(TimeSpan patience, CancellationToken hurry, int signal = OperatingSystemProcess.Sigterm)
    {
        if (!exited.Task.IsCompleted && OperatingSystemProcess.Terminate(Id, signal))
        {
            try
            {
                await exited.Task.WaitAsync(patience, hurry);
            }
            catch (Exception impatience) when (impatience is TimeoutException or OperationCanceledException)
            {
                // It had its time.
            }
        }

        if (!exited.Task.IsCompleted)
        {
            OperatingSystemProcess.Kill(Id);
            await exited.Task;
        }
    }

    /// <summary>All that it will ever be told.</summary>
    public async Task Tell(string words, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.WriteAsync(words.AsMemory(), cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it heard all; its exit code says why.
        }
    }

    /// <summary>Waits until what the service said last is read. A grandchild may hold the pipe open, so not forever.</summary>
    public async Task Drain()
    {
        try
        {
            await output.WaitAsync(TimeSpan.FromSeconds(1));
        }
        catch (TimeoutException)
        {
            // What it says from now on is nobody's.
        }
    }

    public void Dispose() => process.Dispose();

    /// <summary>Not ReadLine: a line without an end must not fill the memory.</summary>
    private static async Task Read(StreamReader reader, Action<string, bool> line, bool isError)
    {
        var buffer = new char[8192];
        var text = new StringBuilder();
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and var count)
            {
                for (var rest = buffer.AsMemory(0, count); rest.Length > 0;)
                {
                    var end = rest.Span.IndexOf('\n');
                    var part = end < 0 ? rest : rest[..end];
                    text.Append(part[..Math.Min(part.Length, LongestLine - text.Length)]);
                    rest = rest[Math.Min(rest.Length, part.Length + 1)..];
                    if (end >= 0)
                    {
                        line(Taken(text), isError);
                    }
                }
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process was disposed while a grandchild still held the pipe.
        }

        if (text.Length > 0)
        {
            line(Taken(text), isError);
        }
    }

    private static string Taken(StringBuilder text)
    {
        var line = text.ToString().TrimEnd('\r');
        text.Clear();
        return line;
    }
}
