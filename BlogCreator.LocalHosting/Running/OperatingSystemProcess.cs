using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace BlogCreator.LocalHosting;

/// <summary>What the engine asks of the operating system about processes.</summary>
internal static class OperatingSystemProcess
{
    public const int Interrupt = 2;
    public const int Sigterm = 15;

    /// <summary>The dotnet that runs this process, so that a service never runs on another one that PATH happens to name.</summary>
    public static string DotnetPath { get; } = FindDotnet();

    public static int ParentId => OperatingSystem.IsWindows() ? 0 : NativeParentId();

    /// <summary>Tells two processes apart that were given the same id one after the other; null for one that is gone.</summary>
    public static string? Identity(int processId)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                // Process.StartTime is computed from the clock here, and differs a little between two readers.
                var stat = File.ReadAllText($"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/stat");
                return stat[(stat.LastIndexOf(')') + 2)..].Split(' ') is [not "Z", .. { Length: > 18 } rest] ? rest[18] : null;
            }

            using var process = Process.GetProcessById(processId);
            return process.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or ArgumentException or InvalidOperationException or Win32Exception or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Asks a process to end. False where that is not possible, and it has to be killed.</summary>
    public static bool Terminate(int processId, int signal = Sigterm) => !OperatingSystem.IsWindows() && NativeKill(processId, signal) == 0;

    public static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static string FindDotnet()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var path = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
        return File.Exists(path) ? path : name;
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeKill(int processId, int signal);

    [DllImport("libc", EntryPoint = "getppid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeParentId();
}
