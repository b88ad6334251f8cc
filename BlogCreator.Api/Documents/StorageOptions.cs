using System.ComponentModel.DataAnnotations;

namespace BlogCreator.Api.Documents;

/// <summary>Settings <c>Storage__*</c>.</summary>
public sealed class StorageOptions
{
    /// <summary>Where uploaded files are kept, and where they lie while they arrive and are read.</summary>
    [Required]
    public string Path { get; set; } = ".data/files";

    /// <summary>Whether the folder can be made and written to; asked once, at start.</summary>
    internal bool IsWritable()
    {
        try
        {
            Directory.CreateDirectory(Path);
            var probe = System.IO.Path.Combine(Path, $"probe-{Guid.CreateVersion7():n}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>Settings <c>Uploads__*</c>.</summary>
public sealed class UploadOptions
{
    /// <summary>The largest file taken, in bytes.</summary>
    [Range(1, 10_000_000_000)]
    public long MaxBytes { get; set; } = 104_857_600;
}
