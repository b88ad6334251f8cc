using System.ComponentModel;
using System.Diagnostics;

namespace BlogCreator.LocalHosting.Dashboard;

/// <summary>How much a process takes: the share of one core since it was asked last, and memory.</summary>
internal sealed class ProcessUsage(TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<int, (long At, TimeSpan Time, double? Share, long Memory)> samples = [];

    public (double? Share, long Memory)? Of(int processId)
    {
        lock (gate)
        {
            var known = samples.TryGetValue(processId, out var last);
            if (known && clock.GetElapsedTime(last.At) < Shortest)
            {
                return (last.Share, last.Memory);
            }

            try
            {
                using var process = Process.GetProcessById(processId);
                var time = process.TotalProcessorTime;
                double? share = known ? (time - last.Time) / clock.GetElapsedTime(last.At) : null;
                samples[processId] = (clock.GetTimestamp(), time, share, process.WorkingSet64);
                return (share, process.WorkingSet64);
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception or NotSupportedException)
            {
                samples.Remove(processId);
                return null;
            }
        }
    }
}
