using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents;

/// <summary>
/// A folder of this process for files on their way in and for whoever reads them. What a killed process left in its own is
/// removed at the next start: a lock, which the system frees however a process ends, tells it from one still in use.
/// </summary>
internal sealed class WorkFolder : IHostedService, IDisposable
{
    private const string Lock = ".lock";

    private readonly FileStream _held;

    public WorkFolder(IOptions<StorageOptions> options)
    {
        var all = Directory.CreateDirectory(System.IO.Path.Combine(System.IO.Path.GetFullPath(options.Value.Path), "work")).FullName;
        Path = System.IO.Path.Combine(all, Guid.CreateVersion7().ToString("n"));
        // The lock stands before the folder, so that nobody finds the folder unguarded.
        _held = Hold(Path + Lock, FileMode.CreateNew);
        Directory.CreateDirectory(Path);
        foreach (var left in Directory.GetFiles(all, "*" + Lock).Where(left => left != Path + Lock))
        {
            Remove(left);
        }
    }

    public string Path { get; }

    // Made with the other hosted services, before the first request; there is nothing more to start.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // Somebody still works in it; the next start removes what is left.
            return;
        }
        finally
        {
            _held.Dispose();
        }

        File.Delete(Path + Lock);
    }

    private static void Remove(string left)
    {
        try
        {
            using var held = Hold(left, FileMode.Open);
            var folder = left[..^Lock.Length];
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            File.Delete(left);
        }
        catch (Exception inUse) when (inUse is IOException or UnauthorizedAccessException)
        {
            // Its process lives.
        }
    }

    private static FileStream Hold(string path, FileMode mode) => new(path, mode, FileAccess.ReadWrite, FileShare.None);
}
