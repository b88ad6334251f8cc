using System.Runtime.InteropServices;

namespace BlogCreator.Api.Documents.Readers;

/// <summary>Limits that the reading process lays on itself before it opens the file. Where the system knows none, the parent's watch remains.</summary>
internal static class ReaderLimits
{
    private const int Cpu = 0;
    private const int FileSize = 1;
    private const int Core = 4;

    public static void Apply(int cpuSeconds)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            PreferAsVictim();
        }

        Set(Cpu, (nuint)cpuSeconds);
        Set(Core, 0);
        // It reads; it has nothing to write but its standard output, which is a pipe.
        Set(FileSize, 0);
        Set(OperatingSystem.IsLinux() ? 7 : 8, 128);
    }

    private static void Set(int resource, nuint most)
    {
        var limit = new Limit(most, most);
        _ = SetLimit(resource, in limit);
    }

    // When memory runs out, the system should take this process rather than the service.
    private static void PreferAsVictim()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "900");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A sandbox without /proc: the parent's watch remains.
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(nuint Soft, nuint Hard);

    [DllImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int resource, in Limit limit);
}
