using System.Text.Json;

namespace BlogCreator.LocalHosting.Native;

/// <summary>What a server was given when it last started.</summary>
/// <param name="Databases">Those that were made in it.</param>
internal sealed record KeptServer(int Port, string Password, IReadOnlyList<string> Databases);

/// <summary>Ports and generated passwords, kept with the data that they belong to, for its owner's eyes only.</summary>
internal sealed class NativeMemory
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly Lock gate = new();
    private readonly string path;
    private readonly Dictionary<string, KeptServer> servers;

    public NativeMemory(string dataDirectory)
    {
        path = Path.Combine(dataDirectory, "native.json");
        servers = Read(path);
    }

    public KeptServer? Find(string name)
    {
        lock (gate)
        {
            return servers.GetValueOrDefault(name);
        }
    }

    public void Keep(string name, KeptServer server)
    {
        lock (gate)
        {
            servers[name] = server;
            var next = $"{path}.new";
            File.Delete(next);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(next, options))
            {
                JsonSerializer.Serialize(file, servers, Json);
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
        }
    }

    private static Dictionary<string, KeptServer> Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, KeptServer>>(File.ReadAllBytes(path), Json) ?? [] : [];
        }
        catch (Exception damaged) when (damaged is JsonException or IOException)
        {
            // Everything in it can be made anew: the servers are given another password when they start.
            return [];
        }
    }
}
