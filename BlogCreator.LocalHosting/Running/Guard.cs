using System.Diagnostics;

namespace BlogCreator.LocalHosting;

/// <summary>The engine's end of the pipe to the <see cref="Watcher"/>.</summary>
internal sealed class Guard : IAsyncDisposable
{
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly Dictionary<int, string> guarded = [];
    private Process? watcher;
    private bool over;

    public int? ProcessId
    {
        get
        {
            lock (gate)
            {
                return watcher?.Id;
            }
        }
    }

    public void Start()
    {
        lock (gate)
        {
            Restart();
        }
    }

    public void Add(int processId)
    {
        if (OperatingSystemProcess.Identity(processId) is not { } identity)
        {
            return;
        }

        lock (gate)
        {
            guarded[processId] = identity;
            Tell($"+ {processId} {identity}");
        }
    }

    public void Remove(int processId)
    {
        lock (gate)
        {
            if (guarded.Remove(processId, out var identity))
            {
                Tell($"- {processId} {identity}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Process? last;
        lock (gate)
        {
            over = true;
            Tell(Watcher.Done);
            last = watcher;
            watcher = null;
        }

        if (last is null)
        {
            return;
        }

        using (last)
        {
            using var patience = new CancellationTokenSource(GoodbyeTime);
            try
            {
                last.StandardInput.Close();
                await last.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                last.Kill();
            }
            catch (IOException)
            {
                // It is gone already.
            }
        }
    }

    private void Restart()
    {
        var start = new ProcessStartInfo(OperatingSystemProcess.DotnetPath)
        {
            ArgumentList = { typeof(Watcher).Assembly.Location },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.Environment.Remove("DOTNET_STARTUP_HOOKS");
        watcher = Process.Start(start) ?? throw new EngineError("The watcher process did not start.", "Is the .NET runtime complete?");
        foreach (var (processId, identity) in guarded)
        {
            Tell($"+ {processId} {identity}");
        }
    }

    private void Tell(string line)
    {
        if (watcher is null)
        {
            return;
        }

        try
        {
            watcher.StandardInput.WriteLine(line);
            watcher.StandardInput.Flush();
        }
        catch (IOException) when (!over)
        {
            // Somebody killed the watcher; a new one is told everything again.
            watcher.Dispose();
            Restart();
        }
        catch (IOException)
        {
            // It ended before the goodbye.
        }
    }
}
