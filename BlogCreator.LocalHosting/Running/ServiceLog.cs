using System.Globalization;

namespace BlogCreator.LocalHosting;

/// <summary>Everything that a service says goes into its file; the last of it is kept at hand.</summary>
internal sealed class ServiceLog(string path) : IDisposable
{
    public const int MostEntries = 5_000;
    private const int MostCharacters = 4_000_000;
    private const int LastWords = 15;
    private const long LargestFile = 20 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private readonly LogEntry?[] ring = new LogEntry?[MostEntries];
    private int first;
    private int count;
    private int characters;
    private StreamWriter? file = Open(path);

    public string Path { get; } = path;

    /// <summary>The number of the last line that is in the file only.</summary>
    public long LastDropped { get; private set; }

    /// <summary>How many warnings and errors there were.</summary>
    public int Troubles { get; private set; }

    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (gate)
            {
                return [.. Enumerable.Range(Math.Max(0, count - LastWords), Math.Min(count, LastWords)).SelectMany(place => At(place).Text.Split('\n'))];
            }
        }
    }

    public void Remember(LogEntry entry)
    {
        lock (gate)
        {
            while (count == MostEntries || (count > 0 && characters + entry.Length > MostCharacters))
            {
                LastDropped = At(0).Number;
                characters -= At(0).Length;
                ring[first] = null;
                first = (first + 1) % MostEntries;
                count--;
            }

            ring[(first + count++) % MostEntries] = entry;
            characters += entry.Length;
            Troubles += entry.Severity >= LogSeverity.Warn ? 1 : 0;
        }
    }

    public void CopyAfter(long number, List<LogEntry> found)
    {
        lock (gate)
        {
            var (low, high) = (0, count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = At(middle).Number <= number ? (middle + 1, high) : (low, middle);
            }

            for (var place = low; place < count; place++)
            {
                found.Add(At(place));
            }
        }
    }

    public void Write(LogEntry entry)
    {
        lock (writing)
        {
            try
            {
                if (file?.BaseStream.Length > LargestFile)
                {
                    file.Dispose();
                    file = Open(Path);
                }

                file?.Write(entry.Time.ToLocalTime().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
                file?.WriteLine(entry.Text);
            }
            catch (IOException)
            {
                // The disk is full. The service must still be read, or it would block on its own output.
            }
        }
    }

    public void Dispose()
    {
        lock (writing)
        {
            file?.Dispose();
            file = null;
        }
    }

    private LogEntry At(int place) => ring[(first + place) % MostEntries]!;

    private static StreamWriter Open(string path)
    {
        if (File.Exists(path))
        {
            File.Move(path, System.IO.Path.ChangeExtension(path, ".previous.log"), overwrite: true);
        }

        return new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }
}
