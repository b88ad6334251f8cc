using BlogCreator.Contracts;

namespace BlogCreator.Api.Documents;

/// <summary>An uploaded file and how far reading it has come. Its bytes are in the file store under their hash.</summary>
public sealed class Document
{
    private Document()
    {
    }

    public Guid Id { get; private set; }

    public Guid OwnerId { get; private set; }

    public string FileName { get; private set; } = "";

    /// <summary>Names its reader: see <see cref="UploadedName.Types"/>.</summary>
    public string FileType { get; private set; } = "";

    /// <summary>SHA-256 of the bytes, lower-case hexadecimal; unique per owner.</summary>
    public string Sha256 { get; private set; } = "";

    public long Size { get; private set; }

    public DocumentStatus Status { get; private set; }

    public int? Pages { get; private set; }

    public int? PagesRead { get; private set; }

    public int PassageCount { get; private set; }

    public string? Title { get; private set; }

    public string? Language { get; private set; }

    public string? ReasonCode { get; private set; }

    public string? Reason { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When its owner removed it; until it is purged it can be brought back.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    public bool IsOpen => Status is DocumentStatus.Queued or DocumentStatus.Reading;

    public static Document Create(Guid ownerId, string fileName, string fileType, string sha256, long size, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OwnerId = ownerId,
        FileName = fileName,
        FileType = fileType,
        Sha256 = sha256,
        Size = size,
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>A failed document is worth another try: after an update, or under the ending that fits its content.</summary>
    public void QueueAgain(string fileName, string fileType, DateTimeOffset now)
    {
        (FileName, FileType) = (fileName, fileType);
        (Status, ReasonCode, Reason, Pages, PagesRead) = (DocumentStatus.Queued, null, null, null, null);
        UpdatedAt = now;
    }

    public void FinishReading(int? pages, int passages, string? title, string? language, DateTimeOffset now)
    {
        (Status, Pages, PagesRead, PassageCount) = (DocumentStatus.Ready, pages, pages, passages);
        (Title, Language, ReasonCode, Reason) = (title, language, null, null);
        UpdatedAt = now;
    }

    public void Delete(DateTimeOffset now) => (DeletedAt, UpdatedAt) = (now, now);

    public void Restore(DateTimeOffset now) => (DeletedAt, UpdatedAt) = (null, now);

    public void Fail(string code, string reason, DateTimeOffset now)
    {
        (Status, ReasonCode, Reason, PassageCount) = (DocumentStatus.Failed, code, reason, 0);
        UpdatedAt = now;
    }
}
