using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace BlogCreator.LocalHosting.Native;

/// <summary>Under whom the servers run when the engine is root: they refuse to be that, and rightly.</summary>
internal sealed record NativeUser(string Name, uint UserId, uint GroupId)
{
    private const string Switch = "/usr/bin/setpriv";
    private const string Remedy = "Start the app as an ordinary user instead, or leave out --services native.";

    private static readonly string[] Candidates = ["postgres", "nobody"];

    private string User => UserId.ToString(CultureInfo.InvariantCulture);

    private string Group => GroupId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null for everybody but root.</summary>
    public static NativeUser? Needed()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return null;
        }

        if (!File.Exists(Switch))
        {
            throw new EngineError($"You are root, as whom no database server runs, and {Switch} is not there to start it as somebody else.", Remedy);
        }

        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        return Candidates.Select(name => users.Find(fields => fields[0] == name)).OfType<string[]>()
                .Select(fields => new NativeUser(fields[0], Id(fields[2]), Id(fields[3]))).FirstOrDefault()
            ?? throw new EngineError("You are root, as whom no database server runs, and there is neither a user postgres nor nobody.", Remedy);
    }

    /// <summary>The command that follows is started as this user, who can never become another.</summary>
    public void Take(ProcessStartInfo start)
    {
        var program = start.FileName;
        start.FileName = Switch;
        foreach (var argument in new[] { $"--reuid={User}", $"--regid={Group}", "--clear-groups", "--no-new-privs", program })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = start.WorkingDirectory;
    }

    public void Own(string path)
    {
        if (ChangeOwner(path, UserId, GroupId) != 0)
        {
            throw new EngineError($"{path} cannot be given to the user {Name}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.", Remedy);
        }
    }

    /// <summary>Lets the servers through to their own folders in the data folder, and nobody else.</summary>
    public async Task LetThrough(string folder, CancellationToken cancel)
    {
        if (OperatingSystem.IsWindows() || await MayPass(folder, cancel))
        {
            return;
        }

        if (ChangeOwner(folder, uint.MaxValue, GroupId) == 0)
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute);
        }

        if (await MayPass(folder, cancel))
        {
            return;
        }

        var blocked = folder;
        while (Path.GetDirectoryName(blocked) is { } above && !await MayPass(above, cancel))
        {
            blocked = above;
        }

        throw new EngineError(
            $"The data folder is in {blocked}, which the user {Name} cannot pass, and you are root, as whom no database server runs.",
            $"Choose another folder: --data DIR. {Remedy}");
    }

    private async Task<bool> MayPass(string folder, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("/usr/bin/test") { UseShellExecute = false, WorkingDirectory = "/" };
        Take(start);
        start.ArgumentList.Add("-x");
        start.ArgumentList.Add(folder);
        using var test = Process.Start(start) ?? throw new EngineError($"{Switch} did not start.", Remedy);
        await test.WaitForExitAsync(cancel);
        return test.ExitCode == 0;
    }

    private static int ChangeOwner(string path, uint user, uint group) => NativeChangeOwner(Encoding.UTF8.GetBytes($"{path}\0"), user, group);

    private static uint Id(string text) => uint.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeChangeOwner(byte[] path, uint user, uint group);
}
