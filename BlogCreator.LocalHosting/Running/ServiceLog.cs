using System.Globalization;
using System.Text;

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

            if (file.BaseStream.Length > LargestFile)
            {
                file.Dispose();
                file = Open();
            }

            file.Write(TimeProvider.System.GetLocalNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
            file.WriteLine(line);
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

/// <summary>Tells which lines of a stream are worth showing: warnings and errors, with the lines that belong to them.</summary>
internal sealed class LogFilter(bool isErrorStream)
{
    private static readonly string[] Loud = ["warn:", "fail:", "crit:"];
    private static readonly string[] Quiet = ["info:", "dbug:", "trce:"];
    private static readonly string[] LoudLevels = ["\"Warning\"", "\"Error\"", "\"Critical\""];
    private bool shown = true;

    public bool Shows(string line)
    {
        if (line.StartsWith('{') && line.Contains("\"LogLevel\":", StringComparison.Ordinal))
        {
            shown = Array.Exists(LoudLevels, level => line.Contains($"\"LogLevel\":{level}", StringComparison.Ordinal));
        }
        else if (Array.Exists(Loud, level => line.StartsWith(level, StringComparison.Ordinal)))
        {
            shown = true;
        }
        else if (Array.Exists(Quiet, level => line.StartsWith(level, StringComparison.Ordinal)))
        {
            shown = false;
        }
        else if (!line.StartsWith(' '))
        {
            // Not written by a logger: an unhandled exception, or a word for the person who started the app.
            shown = isErrorStream || line.Length > 0;
        }

        return shown;
    }

    /// <summary>A line as it may reach a terminal: what a document says must not move the cursor.</summary>
    public static string Plain(string line)
    {
        if (!line.Any(char.IsControl))
        {
            return line;
        }

        var text = new StringBuilder(line.Length);
        foreach (var letter in line)
        {
            text.Append(letter == '\t' ? ' ' : char.IsControl(letter) ? '?' : letter);
        }

        return text.ToString();
    }
}
