using System.Diagnostics;
using System.Globalization;
using BlogCreator.LocalHosting;
using BlogCreator.LocalHosting.Native;
using BlogCreator.Tests.Platform;

namespace BlogCreator.Tests.AppHost.LocalEngine;

/// <summary>Looks at processes from outside, by what Linux tells of them.</summary>
internal static class Processes
{
    public static void RequireLinux() =>
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks at processes through /proc.");

    public static void RequireServers()
    {
        RequireLinux();
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        Assert.SkipWhen(Programs.Find(Programs.OnPath, "redis-server") is null, "Redis is not installed here (Debian: apt-get install redis-server).");
    }

    public static bool IsAlive(int processId) => OperatingSystemProcess.Identity(processId) is not null;

    public static IReadOnlyDictionary<string, string> Environment(int processId) =>
        File.ReadAllText(Proc(processId, "environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);

    /// <summary>The processes of an engine by their command lines.</summary>
    public static IReadOnlyDictionary<int, string> Children(int processId)
    {
        var children = new Dictionary<int, string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Parent(id) == processId)
            {
                children[id] = File.ReadAllText(Proc(id, "cmdline")).Replace('\0', ' ').Trim();
            }
        }

        return children;
    }

    /// <summary>With those that its processes started in their turn.</summary>
    public static IReadOnlyDictionary<int, string> Descendants(int processId) =>
        Children(processId).SelectMany(child => Descendants(child.Key).Append(child)).ToDictionary();

    public static async Task UntilGone(IEnumerable<int> processIds, CancellationToken cancel)
    {
        foreach (var id in processIds)
        {
            while (IsAlive(id))
            {
                await Task.Delay(50, cancel);
            }
        }
    }

    public static void Kill(int processId)
    {
        using var process = Process.GetProcessById(processId);
        process.Kill();
    }

    private static int? Parent(int processId)
    {
        try
        {
            var stat = File.ReadAllText(Proc(processId, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Proc(int processId, string name) => $"/proc/{processId.ToString(CultureInfo.InvariantCulture)}/{name}";
}
