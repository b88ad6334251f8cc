using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents;

/// <summary>
/// Files in a folder, spread over two levels by the first letters of their hash. A file appears under its name whole or not
/// at all: it is written beside, flushed to the disk and renamed.
/// </summary>
internal sealed class DirectoryFileStore(IOptions<StorageOptions> options, WorkFolder work) : IFileStore
{
    private const UnixFileMode OwnerWritesGroupReads = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private string Root => Path.GetFullPath(options.Value.Path);

    public async Task<StagedFile> Stage(Stream content, long maxBytes, CancellationToken cancel)
    {
        var path = Path.Combine(work.Path, $"upload-{Guid.CreateVersion7():n}");
        try
        {
            var (sha256, size) = await Write(content, path, maxBytes, cancel);
            return new StagedFile(path, sha256, size);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public Task Keep(StagedFile staged, CancellationToken cancel)
    {
        var path = PathOf(staged.Sha256);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(staged.Path, path, overwrite: true);
        }

        return Task.CompletedTask;
    }

    public Task<Stream?> OpenRead(string sha256, CancellationToken cancel)
    {
        var path = PathOf(sha256);
        return Task.FromResult<Stream?>(File.Exists(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, useAsync: true)
            : null);
    }

    public Task<LocalCopy?> Borrow(string sha256, CancellationToken cancel)
    {
        var path = PathOf(sha256);
        return Task.FromResult(File.Exists(path) ? new LocalCopy(path, work.Path) : null);
    }

    public Task Delete(string sha256, CancellationToken cancel)
    {
        var path = PathOf(sha256);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private static async Task<(string Sha256, long Size)> Write(Stream content, string path, long maxBytes, CancellationToken cancel)
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

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            await using var stream = new FileStream(path, file);
            long size = 0;
            while (await content.ReadAsync(buffer, cancel) is > 0 and var length)
            {
                size += length;
                if (size > maxBytes)
                {
                    throw new FileTooLargeException();
                }

                hash.AppendData(buffer, 0, length);
                await stream.WriteAsync(buffer.AsMemory(0, length), cancel);
            }

            RandomAccess.FlushToDisk(stream.SafeFileHandle);
            return (Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string PathOf(string sha256)
    {
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException("Not a SHA-256 in lower-case hexadecimal.", nameof(sha256));
        }

        return Path.Combine(Root, sha256[..2], sha256[2..4], sha256);
    }
}
