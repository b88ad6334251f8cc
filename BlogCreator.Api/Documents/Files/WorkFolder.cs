using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// A folder of this process for files while they are read. What a killed process of this machine left in its own is removed
/// at the next start: a lock, which the system frees however a process ends, tells it from one still in use. Locks do not
/// hold everywhere across machines, so what another machine left goes by its age alone.
/// </summary>
internal sealed class WorkFolder : IHostedService, IDisposable
{
    private const string Lock = ".lock";

    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(7);

    private readonly string _all;
    private readonly TimeProvider _clock;
    private readonly FileStream _held;

    public WorkFolder(IOptions<StorageOptions> options, TimeProvider clock)
    {
        _clock = clock;
        try
        {
            (_all, Path, _held) = Make(options.Value.WorkFolder);
        }
        catch (IOException full) when (FullDisk.Is(full))
        {
            // What is there can be read all the same, and that is worth a start.
            (_all, Path, _held) = Make(StorageOptions.TemporaryFolder);
        }

        Tidy();
    }

    public string Path { get; }

    // Made with the other hosted services, before the first request; there is nothing more to start.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Says to the other machines that this one lives.</summary>
    public void Touch()
    {
        File.SetLastWriteTimeUtc(_held.SafeFileHandle, _clock.GetUtcNow().UtcDateTime);
        Tidy();
    }

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

    private static (string All, string Mine, FileStream Held) Make(string folder)
    {
        var all = Directory.CreateDirectory(folder).FullName;
        var mine = System.IO.Path.Combine(all, $"{Environment.MachineName}-{Guid.CreateVersion7():n}");
        // The lock stands before the folder, so that nobody finds the folder unguarded.
        var held = Hold(mine + Lock, FileMode.CreateNew);
        try
        {
            Directory.CreateDirectory(mine);
            return (all, mine, held);
        }
        catch
        {
            held.Dispose();
            File.Delete(mine + Lock);
            throw;
        }
    }

    private void Tidy()
    {
        var old = (_clock.GetUtcNow() - Abandoned).UtcDateTime;
        foreach (var left in Directory.GetFiles(_all, "*" + Lock).Where(left => left != Path + Lock))
        {
            if (System.IO.Path.GetFileName(left).StartsWith(Environment.MachineName + "-", StringComparison.Ordinal) || File.GetLastWriteTimeUtc(left) < old)
            {
                Remove(left);
            }
        }
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
