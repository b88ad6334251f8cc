namespace BlogCreator.Api.Documents;

/// <summary>Keeps uploaded files under the hash of their bytes: one copy, however many documents use it.</summary>
public interface IFileStore
{
    /// <summary>Receives a file without keeping it yet.</summary>
    /// <exception cref="FileTooLargeException">There is more than <paramref name="maxBytes"/>; the rest was not read.</exception>
    Task<StagedFile> Stage(Stream content, long maxBytes, CancellationToken cancel);

    /// <summary>Keeps a received file for good. Keeping the same bytes twice is keeping them once.</summary>
    Task Keep(StagedFile staged, CancellationToken cancel);

    /// <returns>The file as uploaded; null when it is not here.</returns>
    Task<Stream?> OpenRead(string sha256, CancellationToken cancel);

    /// <returns>A file on this machine that another process can read until the copy is disposed; null when it is not here.</returns>
    Task<LocalCopy?> Borrow(string sha256, CancellationToken cancel);

    Task Delete(string sha256, CancellationToken cancel);
}

/// <summary>A received file; gone when it is disposed, unless it was kept.</summary>
public sealed class StagedFile(string path, string sha256, long size) : IDisposable
{
    public string Path { get; } = path;

    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 { get; } = sha256;

    public long Size { get; } = size;

    public void Dispose() => File.Delete(Path);
}

/// <param name="workFolder">Where whoever reads the file may put temporary things.</param>
public sealed class LocalCopy(string path, string workFolder, Action? release = null) : IDisposable
{
    public string Path { get; } = path;

    public string WorkFolder { get; } = workFolder;

    public void Dispose() => release?.Invoke();
}

/// <summary>The file is larger than it may be.</summary>
public sealed class FileTooLargeException() : Exception("The file is larger than it may be.");
