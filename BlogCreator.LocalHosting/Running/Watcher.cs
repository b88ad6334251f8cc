using System.Globalization;
using System.Runtime.InteropServices;

namespace BlogCreator.LocalHosting;

/// <summary>
/// The program of the small process that outlives the engine: it reads which processes the engine started, and when the
/// pipe breaks without a word, since the engine was killed, it kills what is left of them.
/// </summary>
internal static class Watcher
{
    public const string Done = ".";

    private static int Main()
    {
        // Ctrl+C reaches everything in the terminal. This process ends with the pipe, not before.
        using var interrupt = Ignore(PosixSignal.SIGINT);
        using var terminate = Ignore(PosixSignal.SIGTERM);
        using var hangUp = Ignore(PosixSignal.SIGHUP);

        var left = new Dictionary<int, string>();
        while (Console.In.ReadLine() is { } line)
        {
            if (line == Done)
            {
                return 0;
            }

            if (line.Split(' ') is [_, var id, var identity] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var processId))
            {
                if (line[0] == '+')
                {
                    left[processId] = identity;
                }
                else
                {
                    left.Remove(processId);
                }
            }
        }

        foreach (var (processId, identity) in left)
        {
            if (OperatingSystemProcess.Identity(processId) == identity)
            {
                OperatingSystemProcess.Kill(processId);
            }
        }

        return 0;
    }

    private static PosixSignalRegistration Ignore(PosixSignal signal) =>
        PosixSignalRegistration.Create(signal, context => context.Cancel = true);
}
