using System.Text;

namespace BlogCreator.ServiceDefaults.Secrets;

/// <summary>One file for each secret, named like it.</summary>
internal sealed class SecretFiles(string folder) : ISecretSource
{
    // What AWS and Kubernetes take at most, too. Something larger was mounted by mistake.
    private const int MostBytes = 65_536;

    private HashSet<string> _filled = [];

    public string Place => $"the files of {folder}{(Directory.Exists(folder) ? "" : " (there is no such folder)")}";

    public SecretsRead Read()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var unreadable = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Files(unreadable))
        {
            var name = Path.GetFileName(file);
            try
            {
                if (new FileInfo(file).Length > MostBytes)
                {
                    unreadable[name] = $"the file is larger than {MostBytes} bytes";
                    continue;
                }

                values[name] = File.ReadAllText(file, Encoding.UTF8).TrimEnd('\r', '\n');
            }
            catch (FileNotFoundException)
            {
                // Gone since the folder was read.
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                unreadable[name] = failure is UnauthorizedAccessException
                    ? "this process may not read the file: it runs as a user of its own, so the file must be readable by others, in a folder of the host that is not"
                    : $"the file cannot be read ({failure.GetType().Name})";
            }
        }

        // Whoever rewrites a file in place empties it first: an empty one is believed when it is seen twice.
        var filled = values.Where(secret => secret.Value.Length > 0).Select(secret => secret.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var name in values.Keys.Where(name => values[name].Length == 0 && _filled.Contains(name)).ToList())
        {
            values.Remove(name);
        }

        _filled = filled;
        return new(values, unreadable, TimeSpan.Zero);
    }

    public void Dispose()
    {
    }

    private IEnumerable<string> Files(Dictionary<string, string> unreadable)
    {
        try
        {
            // Names with a dot in front are how Kubernetes swaps all files at once.
            return Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder).Where(file => !Path.GetFileName(file).StartsWith('.'))]
                : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            unreadable[folder] = $"the folder cannot be read ({failure.GetType().Name})";
            return [];
        }
    }
}
