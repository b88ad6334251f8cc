using System.ComponentModel.DataAnnotations;

namespace BlogCreator.Api.Documents;

/// <summary>Settings <c>Documents__*</c>.</summary>
public sealed class DocumentOptions
{
    /// <summary>How long a removed document can be brought back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan KeepDeletedFor { get; set; } = TimeSpan.FromDays(30);
}

/// <summary>Settings <c>Uploads__*</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>The largest file taken, in bytes.</summary>
    [Range(1, 10_000_000_000)]
    public long MaxBytes { get; set; } = 104_857_600;
}
