using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace BlogCreator.LocalHosting.Native;

/// <summary>Runs a program to its end, and throws when that is not a good one. What it says goes into the log of the server.</summary>
internal delegate Task<IReadOnlyList<string>> RunTool(ProcessStartInfo start, string input, CancellationToken cancel);

/// <summary>A server that is installed on this machine, run by the engine in place of a container.</summary>
internal abstract class NativeServer(NativePlace place) : IResourceAnnotation
{
    /// <summary>Its name and version, for people.</summary>
    public abstract string Product { get; }

    /// <summary>What tells it to end, without waiting for whoever is connected.</summary>
    public virtual int StopSignal => OperatingSystemProcess.Sigterm;

    protected NativePlace Place { get; } = place;

    /// <summary>Makes its data where there is none, and what it is told by files.</summary>
    public abstract Task Prepare(RunTool run, CancellationToken cancel);

    public abstract ProcessStartInfo Start();

    /// <summary>Null when it answers, else what is wrong, in words.</summary>
    public abstract Task<string?> Complaint(CancellationToken cancel);

    protected string Silence => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Place.Port} does not answer");
}

/// <summary>Where a server keeps its data and listens, and under whom it runs.</summary>
internal sealed record NativePlace(string Name, string Folder, int Port, string Password, NativeUser? User, NativeMemory Memory)
{
    // A session of its own: Ctrl+C in the terminal is for the engine, which stops the services first.
    private const string Apart = "/usr/bin/setsid";

    public ProcessStartInfo Command(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = Directory.Exists(Folder) ? Folder : Path.GetDirectoryName(Folder)!,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        User?.Take(start);
        if (File.Exists(Apart))
        {
            start.ArgumentList.Insert(0, start.FileName);
            start.FileName = Apart;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What a person set for the clients of another server is not meant for this one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    /// <summary>A folder that the server may write to, and nobody else may look into.</summary>
    public string Made(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return folder;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        User?.Own(folder);
        return folder;
    }

    /// <summary>A file that only the server reads, since there is a password in it.</summary>
    public void Write(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(path, options))
        {
            file.Write(text);
        }

        User?.Own(path);
    }
}
