using System.Diagnostics;
using System.Runtime.InteropServices;

namespace BlogCreator.LocalHosting;

/// <summary>All ways in which the engine is told to stop, and the second time to hurry.</summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly TimeSpan ParentInterval = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource hurry = new();
    private readonly List<PosixSignalRegistration> registrations;
    private readonly Timer? parentWatch;

    public StopSignals(CancellationToken cancel)
    {
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, Received))];
        cancel.Register(() => stop.TrySetResult());
        if (IsRunByTheSdk(out var parent))
        {
            // `dotnet run` killed by SIGKILL cannot pass it on, and would leave this process running unseen.
            parentWatch = new Timer(_ => StopWithout(parent), state: null, ParentInterval, ParentInterval);
        }
    }

    public Task Stop => stop.Task;

    public CancellationToken Hurry => hurry.Token;

    public void Dispose()
    {
        parentWatch?.Dispose();
        registrations.ForEach(registration => registration.Dispose());
        hurry.Dispose();
    }

    private static bool IsRunByTheSdk(out int parent)
    {
        parent = OperatingSystemProcess.ParentId;
        if (parent <= 1)
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(parent);
            return process.ProcessName == "dotnet";
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private void Received(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!stop.TrySetResult())
        {
            hurry.Cancel();
        }
    }

    private void StopWithout(int parent)
    {
        if (OperatingSystemProcess.ParentId != parent)
        {
            stop.TrySetResult();
        }
    }
}
