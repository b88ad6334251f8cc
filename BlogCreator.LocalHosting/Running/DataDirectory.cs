using System.Globalization;

namespace BlogCreator.LocalHosting;

/// <summary>The folder that one engine at a time keeps everything in.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly string directory;
    private readonly FileStream hold;

    private DataDirectory(string directory, FileStream hold)
    {
        this.directory = directory;
        this.hold = hold;
    }

    public string Logs => Path.Combine(directory, "logs");

    public static DataDirectory Open(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                // Documents, keys and accounts are nobody else's business. One that is there already keeps its rights.
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            Directory.CreateDirectory(Path.Combine(path, "logs"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EngineError($"The data directory {path} cannot be used: {failure.Message}", "Choose another: --data DIR");
        }

        FileStream taken;
        try
        {
            // The system lets go of it when the process ends, however it ends.
            taken = new FileStream(Path.Combine(path, "engine.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            var owner = File.Exists(OwnerFile(path)) ? $" (process {File.ReadAllText(OwnerFile(path)).Trim()})" : "";
            throw new EngineError(
                $"The app already runs on {path}{owner}.", "Stop that one first, or start this one on other data and ports: --data DIR --port web=9000 --port api=9001");
        }

        File.WriteAllText(OwnerFile(path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataDirectory(path, taken);
    }

    public void Dispose()
    {
        File.Delete(OwnerFile(directory));
        hold.Dispose();
    }

    private static string OwnerFile(string directory) => Path.Combine(directory, "engine.pid");
}
