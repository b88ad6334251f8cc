using System.Globalization;

namespace BlogCreator.LocalHosting;

/// <summary>Everything that a service says goes into its file; what matters to whoever looks on is shown.</summary>
internal sealed class ServiceLog : IDisposable
{
    private const int RememberedLines = 15;
    private const long LargestFile = 20 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Queue<string> last = new();
    private readonly string path;
    private StreamWriter file;

    public ServiceLog(string path)
    {
        this.path = path;
        file = Open();
    }

    public string Path => path;

    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (gate)
            {
                return [.. last];
            }
        }
    }

    public void Write(string line)
    {
        lock (gate)
        {
            if (file.BaseStream is { CanWrite: false })
            {
                return;
            }

            last.Enqueue(line);
            if (last.Count > RememberedLines)
            {
                last.Dequeue();
            }

            try
            {
                if (file.BaseStream.Length > LargestFile)
                {
                    file.Dispose();
                    file = Open();
                }

                file.Write(TimeProvider.System.GetLocalNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
                file.WriteLine(line);
            }
            catch (IOException)
            {
                // The disk is full. The service must still be read, or it would block on its own output.
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            file.Dispose();
        }
    }

    private StreamWriter Open()
    {
        if (File.Exists(path))
        {
            File.Move(path, System.IO.Path.ChangeExtension(path, ".previous.log"), overwrite: true);
        }

        return new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }
}
