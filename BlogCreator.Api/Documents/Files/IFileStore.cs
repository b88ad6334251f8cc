namespace BlogCreator.Api.Documents.Files;

/// <summary>
/// Keeps uploaded files under the hash of their bytes: one copy, however many documents use it. Several processes may use
/// one store; which file may go when is agreed in the database, see <see cref="StoredFile"/>.
/// </summary>
/// <remarks>Every method throws <see cref="FileStoreException"/> when the store is full or cannot be reached.</remarks>
public interface IFileStore
{
    /// <summary>Receives a file without keeping it yet. Its hash is taken from the bytes as they pass.</summary>
    /// <exception cref="FileTooLargeException">There is more than <paramref name="maxBytes"/>; the rest was not read.</exception>
    Task<StagedFile> Stage(Stream content, long maxBytes, CancellationToken cancel);

    /// <summary>
    /// Keeps a received file for good; it appears whole or not at all. Keeping the same bytes twice is keeping them once,
    /// puts sound bytes in the place of damaged ones, and brings them back when they were removed in between.
    /// </summary>
    Task Keep(StagedFile staged, CancellationToken cancel);

    /// <returns>The bytes as they lie in the store, unchecked; null when there are none.</returns>
    Task<Stream?> OpenRead(string sha256, CancellationToken cancel);

    /// <returns>A file on this machine that another process can read until the copy is disposed; null when there is none.</returns>
    Task<LocalCopy?> Borrow(string sha256, CancellationToken cancel);

    Task Delete(string sha256, CancellationToken cancel);

    /// <summary>Removes what uploads that never ended have left, when nothing was added to it since <paramref name="before"/>.</summary>
    /// <returns>How many were removed.</returns>
    Task<int> Sweep(DateTimeOffset before, CancellationToken cancel);
}

/// <summary>A received file; gone when it is disposed, unless it was kept.</summary>
public abstract class StagedFile(string sha256, long size) : IAsyncDisposable
{
    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 { get; } = sha256;

    public long Size { get; } = size;

    public abstract ValueTask DisposeAsync();
}

/// <param name="sha256">Of the bytes that are there, which need not be those that were asked for.</param>
public sealed class LocalCopy(string path, string sha256, Action? release = null) : IDisposable
{
    public string Path { get; } = path;

    public string Sha256 { get; } = sha256;

    public void Dispose() => release?.Invoke();
}

/// <summary>The file is larger than it may be.</summary>
public sealed class FileTooLargeException() : Exception("The file is larger than it may be.");

/// <summary>What keeps a store from doing its work; both pass.</summary>
public enum FileStoreTrouble
{
    /// <summary>There is no room. What is there can be read.</summary>
    Full,

    /// <summary>It does not answer, or not to us.</summary>
    Away,
}

/// <summary>The store could not do its work; nothing was changed.</summary>
public sealed class FileStoreException(FileStoreTrouble trouble, Exception? cause = null)
    : Exception(trouble == FileStoreTrouble.Full ? "There is no room for uploaded files." : "The store of the uploaded files does not answer.", cause)
{
    public FileStoreTrouble Trouble { get; } = trouble;

    public static FileStoreException From(Exception cause) => new(FullDisk.Is(cause) ? FileStoreTrouble.Full : FileStoreTrouble.Away, cause);
}
