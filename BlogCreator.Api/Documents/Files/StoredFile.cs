namespace BlogCreator.Api.Documents.Files;

public enum StoredFileState
{
    Kept,

    /// <summary>Some process removes the file. Whoever brings the same bytes waits until the row is gone.</summary>
    Removing,
}

/// <summary>
/// What the database knows of a file in the store. It is what makes several processes agree on one store, which knows no
/// transaction: a file may only be removed by whoever turned its row to <see cref="StoredFileState.Removing"/>, and that
/// needs a row that no document uses and that nobody has touched since it was looked at.
/// </summary>
/// <remarks>
/// An upload touches the row (<see cref="Use"/>) before it keeps the file, and once more in the transaction that stores its
/// document, where the state is checked again. So if a removal comes first, the upload's transaction does not go through and
/// it keeps the file anew; if the upload comes first, the removal finds another mark, or a document, and lets be. No clock
/// and no lock that could be held too long is part of this.
/// </remarks>
public sealed class StoredFile
{
    private StoredFile()
    {
    }

    public Guid Id { get; private set; }

    /// <summary>SHA-256 of the bytes, lower-case hexadecimal, and the file's name in the store.</summary>
    public string Sha256 { get; private set; } = "";

    public long Size { get; private set; }

    public StoredFileState State { get; private set; }

    /// <summary>Another one each time somebody means to use the file.</summary>
    public Guid UseMark { get; private set; }

    public DateTimeOffset UsedAt { get; private set; }

    /// <summary>When the file was last compared with its hash, or somebody last set out to do so.</summary>
    public DateTimeOffset CheckedAt { get; private set; }

    /// <summary>Since when the file is known to be missing or altered; null while it is sound.</summary>
    public DateTimeOffset? DamagedAt { get; private set; }

    public static StoredFile Create(string sha256, long size, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Sha256 = sha256,
        Size = size,
        UseMark = Guid.NewGuid(),
        UsedAt = now,
        CheckedAt = now,
    };

    /// <summary>The file was kept just now, from bytes whose hash was taken.</summary>
    public void Use(DateTimeOffset now) => (UseMark, UsedAt, CheckedAt, DamagedAt) = (Guid.NewGuid(), now, now, null);
}
