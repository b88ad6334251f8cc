using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BlogCreator.Api.Documents.Files;

/// <summary>Settings <c>Storage__*</c>. Either <see cref="Path"/> or <see cref="S3"/>'s bucket decides where files are kept.</summary>
public sealed class StorageOptions
{
    private const string DefaultFolder = ".data/files";

    /// <summary>The folder where uploaded files are kept.</summary>
    public string? Path { get; set; }

    public S3Options S3 { get; set; } = new();

    /// <summary>
    /// A folder of this machine for files while they are read. By default it is beside the files, and with a bucket in the
    /// folder of the system for temporary files.
    /// </summary>
    public string? WorkPath { get; set; }

    /// <summary>How often each file is compared with its hash in the background; zero is never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan VerifyEvery { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a file that no document uses stays: longer than an upload may take to be stored.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan KeepUnusedFor { get; set; } = TimeSpan.FromHours(1);

    internal bool IsBucket => !string.IsNullOrWhiteSpace(S3.Bucket);

    internal string Folder => string.IsNullOrWhiteSpace(Path) ? DefaultFolder : Path;

    internal string WorkFolder => System.IO.Path.GetFullPath(
        !string.IsNullOrWhiteSpace(WorkPath) ? WorkPath
        : IsBucket ? TemporaryFolder
        : System.IO.Path.Combine(Folder, "work"));

    internal static string TemporaryFolder => System.IO.Path.Combine(System.IO.Path.GetTempPath(), "blog-creator");

    /// <summary>Whether a folder can be made and written to; one that is full can, later.</summary>
    internal static bool IsWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var probe = System.IO.Path.Combine(folder, $"probe-{Guid.CreateVersion7():n}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return FullDisk.Is(problem);
        }
    }
}

/// <summary>Settings <c>Storage__S3__*</c>: a bucket of S3, or of a server that speaks its protocol.</summary>
public sealed class S3Options
{
    public string? Bucket { get; set; }

    /// <summary>The address of a server of one's own; buckets are then part of the path and not of the host's name.</summary>
    public string? Endpoint { get; set; }

    public string? Region { get; set; }

    /// <summary>Without it the SDK's own chain is asked: environment, profile, the machine's role.</summary>
    public string? AccessKey { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>Stands before every key, for a bucket that is used by others as well.</summary>
    public string? Prefix { get; set; }

    /// <summary><c>AES256</c> or <c>aws:kms</c>; without it what the bucket does by itself.</summary>
    public string? ServerSideEncryption { get; set; }
}

/// <summary>Everything that is wrong with the settings, at once, each by its name.</summary>
internal sealed class CheckStorageOptions(IOptions<UploadOptions> uploads) : IValidateOptions<StorageOptions>
{
    // A larger object cannot be renamed in one request.
    private const long LargestObject = 5L << 30;

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var wrong = (options.IsBucket ? Bucket(options) : Folder(options)).ToList();
        if (!StorageOptions.IsWritable(options.WorkFolder))
        {
            wrong.Add(options.WorkPath is null && !options.IsBucket
                ? "Storage:Path has to name a folder that this service can write to."
                : "Storage:WorkPath has to name a folder that this service can write to; without it, the folder of the system for temporary files has to be one.");
        }

        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong.Distinct());
    }

    private static IEnumerable<string> Folder(StorageOptions options)
    {
        var bucket = options.S3;
        foreach (var (setting, value) in new[]
        {
            ("Endpoint", bucket.Endpoint), ("Region", bucket.Region), ("AccessKey", bucket.AccessKey), ("SecretKey", bucket.SecretKey),
            ("Prefix", bucket.Prefix), ("ServerSideEncryption", bucket.ServerSideEncryption),
        })
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                yield return $"Storage:S3:{setting} is set, but Storage:S3:Bucket is not. Name the bucket, or remove the other.";
            }
        }

        if (!StorageOptions.IsWritable(options.Folder))
        {
            yield return "Storage:Path has to name a folder that this service can write to.";
        }
    }

    private IEnumerable<string> Bucket(StorageOptions options)
    {
        var bucket = options.S3;
        if (!string.IsNullOrWhiteSpace(options.Path))
        {
            yield return "Storage:Path and Storage:S3:Bucket are both set, and files can be kept in one place only. Remove one of them; the command \"copy-files\" brings files from one to the other.";
        }

        if (string.IsNullOrWhiteSpace(bucket.AccessKey) != string.IsNullOrWhiteSpace(bucket.SecretKey))
        {
            yield return "Storage:S3:AccessKey and Storage:S3:SecretKey belong together: set both, or neither to use the machine's own credentials.";
        }

        if (string.IsNullOrWhiteSpace(bucket.Endpoint))
        {
            if (string.IsNullOrWhiteSpace(bucket.Region))
            {
                yield return "Storage:S3:Region is needed for a bucket of S3, or Storage:S3:Endpoint for a server of your own.";
            }
        }
        else if (!Uri.TryCreate(bucket.Endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            yield return "Storage:S3:Endpoint has to be an address such as https://s3.example.org.";
        }

        if (!string.IsNullOrWhiteSpace(bucket.ServerSideEncryption) && bucket.ServerSideEncryption is not ("AES256" or "aws:kms"))
        {
            yield return "Storage:S3:ServerSideEncryption is either AES256 or aws:kms.";
        }

        if (uploads.Value.MaxBytes > LargestObject)
        {
            yield return "Uploads:MaxBytes can be 5 GB at most while files are kept in a bucket.";
        }
    }
}
