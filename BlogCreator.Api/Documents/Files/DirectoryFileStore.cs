using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// Files in a folder, spread over two levels by the first letters of their hash. A file appears under its name whole or not
/// at all: it is written beside, flushed to the disk and renamed. The folder may be shared by several machines.
/// </summary>
internal sealed class DirectoryFileStore(IOptions<StorageOptions> options) : IFileStore
{
    private const UnixFileMode OwnerWritesGroupReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private string Root => Path.GetFullPath(options.Value.Folder);

    // On the same file system, or renaming would be copying.
    private string Incoming => Path.Combine(Root, "incoming");

    public async Task<StagedFile> Stage(Stream content, long maxBytes, CancellationToken cancel)
    {
        var path = Path.Combine(Incoming, Guid.CreateVersion7().ToString("n"));
        try
        {
            await using var file = Try(() =>
            {
                Directory.CreateDirectory(Incoming);
                return new FileStream(path, WriteNew());
            });
            // Whose the error is matters: the sender's connection broke, or our disk is full.
            var (sha256, size) = await HashStream.Of(content, maxBytes, piece => Try(() => file.WriteAsync(piece, cancel)), cancel);
            Try(() => RandomAccess.FlushToDisk(file.SafeFileHandle));
            return new Staged(path, sha256, size);
        }
        catch
        {
            Remove(path);
            throw;
        }
    }

    public async Task Keep(StagedFile staged, CancellationToken cancel)
    {
        var path = PathOf(staged.Sha256);
        var file = (Staged)staged;
        if (file.Kept is { } kept)
        {
            // Kept before, and removed by another process since. The bytes are there as long as they are open.
            kept.Position = 0;
            await using var again = (Staged)await Stage(kept, file.Size, cancel);
            Move(again.Path, path);
            return;
        }

        file.Kept = Open(file.Path);
        Move(file.Path, path);
    }

    public Task<Stream?> OpenRead(string sha256, CancellationToken cancel) => Task.FromResult<Stream?>(Open(PathOf(sha256)));

    public async Task<LocalCopy?> Borrow(string sha256, CancellationToken cancel)
    {
        var path = PathOf(sha256);
        await using var file = Open(path);
        if (file is null)
        {
            return null;
        }

        try
        {
            return new LocalCopy(path, (await HashStream.Of(file, long.MaxValue, null, cancel)).Sha256);
        }
        catch (IOException unreadable)
        {
            throw FileStoreException.From(unreadable);
        }
    }

    public Task Delete(string sha256, CancellationToken cancel)
    {
        var path = PathOf(sha256);
        Try(() =>
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        });
        return Task.CompletedTask;
    }

    public Task<int> Sweep(DateTimeOffset before, CancellationToken cancel) => Task.FromResult(Try(() =>
    {
        var removed = 0;
        if (Directory.Exists(Incoming))
        {
            foreach (var left in new DirectoryInfo(Incoming).EnumerateFiles().Where(file => file.LastWriteTimeUtc < before.UtcDateTime))
            {
                cancel.ThrowIfCancellationRequested();
                left.Delete();
                removed++;
            }
        }

        return removed;
    }));

    private FileStream? Open(string path)
    {
        try
        {
            return Try(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan));
        }
        catch (FileStoreException missing) when (missing.InnerException is FileNotFoundException or DirectoryNotFoundException && Directory.Exists(Root))
        {
            // Without the folder itself nothing can be said of the file: a disk may not be mounted.
            return null;
        }
    }

    // Also over a file that is there: it may be damaged. Who has the old one open goes on reading that.
    private static void Move(string from, string to) => Try(() =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Move(from, to, overwrite: true);
    });

    private static FileStreamOptions WriteNew()
    {
        var file = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            file.UnixCreateMode = OwnerWritesGroupReads;
        }

        return file;
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception later) when (later is IOException or UnauthorizedAccessException)
        {
            // The folder is gone or cannot be written to; the sweep removes what is left.
        }
    }

    private static void Try(Action work) => Try(() =>
    {
        work();
        return true;
    });

    private static T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw FileStoreException.From(trouble);
        }
    }

    private static async ValueTask Try(Func<ValueTask> work)
    {
        try
        {
            await work();
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw FileStoreException.From(trouble);
        }
    }

    private string PathOf(string sha256)
    {
        FileName.Check(sha256);
        return Path.Combine(Root, sha256[..2], sha256[2..4], sha256);
    }

    private sealed class Staged(string path, string sha256, long size) : StagedFile(sha256, size)
    {
        public string Path { get; } = path;

        public FileStream? Kept { get; set; }

        public override ValueTask DisposeAsync()
        {
            Remove(Path);
            return Kept?.DisposeAsync() ?? ValueTask.CompletedTask;
        }
    }
}
